// `--invoke NAME ARGUMENTS`: calls an export with arguments typed by its function type, and prints the results.
import type { Func } from '../runtime/func.ts';
import type { Bits } from '../runtime/values.ts';
import { type ValType, typeName, typesName } from '../syntax/types.ts';
import type { NameFunc } from '../trace/values.ts';
import { UsageError, CliError } from './failure.ts';
import { exampleOf, parseValue, resultText } from './values.ts';

interface Callable {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The exported function with a name. Throws CliError that lists those that there are. */
export function exportedFunc(instance: Callable, name: string): Func {
  const found = instance.exports[name];
  if ((found as Partial<Func> | undefined)?.kind === 'func') return found as Func;
  throw new CliError(`there is no exported function ${JSON.stringify(name)}`, [
    `hint: it exports ${exportedNames(instance)}`,
  ]);
}

/** Names listed in a hint. */
const MAX_LISTED = 20;

/** `"add", "sub"`: the exported functions, or that there is none. */
export function exportedNames(instance: Callable): string {
  const names = Object.keys(instance.exports).filter((key) => (instance.exports[key] as Func).kind === 'func');
  if (names.length === 0) return 'no function';
  const listed = names.slice(0, MAX_LISTED).map((one) => JSON.stringify(one));
  const more = names.length > listed.length ? `, and ${names.length - listed.length} more` : '';
  return `${listed.join(', ')}${more}`;
}

/** Texts as values of the parameters' types, bit by bit. Throws UsageError. */
export function parseArguments(name: string, params: readonly ValType[], texts: readonly string[]): Bits[] {
  if (texts.length !== params.length) {
    throw new UsageError(
      `${JSON.stringify(name)} takes ${params.length} arguments ${typesName(params)}, but ${texts.length} are given`,
      'run',
    );
  }
  return texts.map((text, i) => {
    const value = parseValue(text, params[i]);
    if (value !== undefined) return value;
    throw new UsageError(
      `argument ${i + 1} of ${JSON.stringify(name)} is ${typeName(params[i])}: ${JSON.stringify(text)} is not (${exampleOf(params[i])})`,
      'run',
    );
  });
}

/** The results of a call, one per line. */
export function resultLines(results: readonly Bits[], types: readonly ValType[], nameFunc: NameFunc): string {
  return types.map((type, i) => `${resultText(type, results[i], nameFunc)}\n`).join('');
}
