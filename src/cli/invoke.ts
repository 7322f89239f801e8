// `--invoke NAME ARGUMENTS`: calls an export with arguments typed by its function type, and prints the results.
import type { Bits } from '../runtime/values.ts';
import { type Module, funcTypeOf } from '../syntax/module.ts';
import { type ValType, typeName, typesName } from '../syntax/types.ts';
import { nameText } from '../syntax/visible.ts';
import type { NameFunc } from '../runtime/reference-text.ts';
import { UsageError, CliError } from './failure.ts';
import { exampleOf, parseValue, resultText } from './values.ts';

/** An export that is to be called: its type, and the bits of its arguments. */
export interface Invocation {
  readonly name: string;
  readonly results: readonly ValType[];
  readonly values: readonly Bits[];
}

/** Judges a call before anything runs. Throws CliError that lists the functions that there are, and UsageError. */
export function invocation(module: Module, name: string, texts: readonly string[]): Invocation {
  const found = module.exports.find((one) => one.name === name && one.kind === 'func');
  const type = found && funcTypeOf(module, found.index);
  if (type === undefined) {
    throw new CliError(`there is no exported function ${nameText(name)}`, [
      `hint: it exports ${exportedNames(module)}`,
    ]);
  }
  return { name, results: type.results, values: parseArguments(name, type.params, texts) };
}

/** Names listed in a hint. */
const MAX_LISTED = 20;

/** `"add", "sub"`: the exported functions, or that there is none. */
export function exportedNames(module: Module): string {
  const names = module.exports.filter(({ kind }) => kind === 'func').map(({ name }) => name);
  if (names.length === 0) return 'no function';
  const listed = names.slice(0, MAX_LISTED).map(nameText);
  const more = names.length > listed.length ? `, and ${names.length - listed.length} more` : '';
  return `${listed.join(', ')}${more}`;
}

const argumentCount = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`;
const givenCount = (n: number): string => (n === 1 ? '1 is' : `${n} are`);

/** What is wrong with an argument, or what one looks like. */
function hintOf(text: string, type: ValType): string {
  const small = text.replace(/^([+-]?)0X/, '$10x');
  if (small !== text && parseValue(small, type) !== undefined) return `the x is a small one: ${small}`;
  return exampleOf(type);
}

/** Texts as values of the parameters' types, bit by bit; a `--` before them may stand there. Throws UsageError. */
function parseArguments(name: string, params: readonly ValType[], given: readonly string[]): Bits[] {
  const texts = given[0] === '--' ? given.slice(1) : given;
  if (texts.length !== params.length) {
    throw new UsageError(
      `${nameText(name)} takes ${argumentCount(params.length)} ${typesName(params)}, but ${givenCount(texts.length)} given`,
      'run',
    );
  }
  return texts.map((text, i) => {
    const value = parseValue(text, params[i]);
    if (value !== undefined) return value;
    throw new UsageError(
      `argument ${i + 1} of ${nameText(name)} is ${typeName(params[i])}: ${nameText(text)} is not (${hintOf(text, params[i])})`,
      'run',
    );
  });
}

/** The results of a call, one per line. */
export function resultLines(results: readonly Bits[], types: readonly ValType[], nameFunc: NameFunc): string {
  return types.map((type, i) => `${resultText(type, results[i], nameFunc)}\n`).join('');
}
