// Scripts in the testsuite's format (.wast): a generated module, calls, and what an engine that is trusted made of them.
// Any runner of such scripts can take them as a conformance test. What a script cannot say is left out: calls that ran
// out of stack or memory end it, and results that hold a NaN or an object are called for but not asserted.
import { own } from '../syntax/records.ts';
import type fc from 'fast-check';
import { decodeModule } from '../decoder/decode.ts';
import { TRAP_PHRASES } from '../errors.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { EXTERNREF, F32, F64, I32, I64, type ValType } from '../syntax/types.ts';
import { printModule } from '../text/printer.ts';
import type { TestCall, TestModule } from './assemble.ts';
import { checkEngine, type Engine, type EngineInstance, type Failure } from './differential.ts';
import { LINKED } from './linked.ts';
import { module } from './module.ts';
import { type ModuleOptions, moduleOptions } from './options.ts';

export interface TestScript {
  /** The script. */
  readonly text: string;
  /** Features that it may need. */
  readonly features: FeatureSet;
  readonly assertions: number;
  readonly module: TestModule;
}

/** Hosts' references have numbers in scripts. */
const REFERENCES: Readonly<Record<string, number>> = { a: 1, b: 2 };

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Number.isNaN(value) ? 'nan' : String(value);
}

/** A constant of a type; undefined where scripts cannot write the value, or not know it. */
function constant(type: ValType, value: unknown): string | undefined {
  if (type === I32 && typeof value === 'number') return `(i32.const ${value})`;
  if (type === I64 && typeof value === 'bigint') return `(i64.const ${value})`;
  if (type === F32 && typeof value === 'number') return `(f32.const ${floatText(value)})`;
  if (type === F64 && typeof value === 'number') return `(f64.const ${floatText(value)})`;
  if (type !== EXTERNREF) return undefined;
  if (value === null) return '(ref.null extern)';
  return typeof value === 'string' ? `(ref.extern ${REFERENCES[value]})` : undefined;
}

const isKnown = (value: unknown): boolean => !(typeof value === 'number' && Number.isNaN(value));

function invoke({ name, args, type }: TestCall): string {
  const list = args.map((value, i) => constant(type.params[i], value));
  return `(invoke ${[`"${name}"`, ...list].join(' ')})`;
}

/** Scripts expect a text that the message begins with; the empty one where the engine's is not the testsuite's. */
function phrase(message: string): string {
  const found = Object.values(TRAP_PHRASES).find((one) => message.startsWith(one));
  return JSON.stringify(found ?? '');
}

function unexpected(engine: Engine, failure: Failure): Error {
  return new Error(
    `${engine.name} does not run a valid module: ${'message' in failure ? failure.message : failure.kind}`,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The line for a call; undefined where the script ends before it. */
function callLine(engine: Engine, instance: EngineInstance, call: TestCall): string | undefined {
  try {
    const results = instance.call(call.name, call.args);
    const list = results.map((value, i) => (isKnown(value) ? constant(call.type.results[i], value) : undefined));
    if (list.includes(undefined)) return invoke(call);
    return `(assert_return ${[invoke(call), ...list].join(' ')})`;
  } catch (error) {
    const failure = engine.failure(error);
    if (failure.kind === 'exhausted') return undefined;
    if (failure.kind === 'exception') return `(assert_exception ${invoke(call)})`;
    if (failure.kind !== 'trap') throw unexpected(engine, failure);
    return `(assert_trap ${invoke(call)} ${phrase(textOf(error))})`;
  }
}

/** What numeric globals hold in the end. */
function globalLines(test: TestModule, instance: EngineInstance): string[] {
  const module = decodeModule(test.bytes);
  const imported = module.imports.flatMap(({ desc }) => (desc.kind === 'global' ? [desc.type] : []));
  const types = [...imported, ...module.globals.map(({ type }) => type)];
  const state = instance.state();
  return module.exports.flatMap(({ kind, name, index }) => {
    const value = own(state, name);
    if (kind !== 'global' || types[index].val >= 0 || !isKnown(value)) return [];
    const text = constant(types[index].val, value);
    return text === undefined ? [] : [`(assert_return (get "${name}") ${text})`];
  });
}

const noHost = (): never => {
  throw new Error('scripts import nothing from the host');
};

function run(engine: Engine, test: TestModule): string[] {
  const text = printModule(decodeModule(test.bytes)).trimEnd();
  const lines: string[] = [];
  if (test.linked !== undefined) {
    lines.push(printModule(decodeModule(test.linked)).trimEnd(), `(register "${LINKED}")`);
  }
  let instance: EngineInstance;
  try {
    instance = engine.instantiate(test, noHost);
  } catch (error) {
    const failure = engine.failure(error);
    if (failure.kind === 'trap') lines.push(`(assert_trap ${text} ${phrase(textOf(error))})`);
    else if (failure.kind !== 'exhausted' && failure.kind !== 'exception') throw unexpected(engine, failure);
    return lines;
  }
  lines.push(text);
  for (const call of test.calls) {
    const line = callLine(engine, instance, call);
    if (line === undefined) return lines;
    lines.push(line);
  }
  return [...lines, ...globalLines(test, instance)];
}

/**
 * Scripts whose assertions hold on `engine`.
 *
 * @param engine Says what is right: `jsEngine('ours', namespace of wasmi-ts/webassembly)`, or another that is trusted.
 */
export function script(engine: Engine, options?: Partial<ModuleOptions>): fc.Arbitrary<TestScript> {
  const checked = moduleOptions('script', options);
  checkEngine(engine, 'script: the engine');
  return module({ ...checked, fuel: options?.fuel ?? 400, maxImports: 0 }).map((test) => {
    const lines = run(engine, test);
    const assertions = lines.filter((line) => line.startsWith('(assert_')).length;
    return { text: `${lines.join('\n')}\n`, features: test.features, assertions, module: test };
  });
}
