// Mutants of real and hostile modules: our engine may refuse them, or run them for a while; only documented errors come
// out, and soon. Bytes are decoded and validated; what is valid is instantiated and called with little fuel.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  ExhaustionError,
  type Feature,
  FEATURES,
  Func,
  type HostFunction,
  type Imports,
  type Instance,
  instantiate,
  Interrupted,
  InvalidError,
  LinkError,
  MalformedError,
  Trap,
  UnsupportedError,
  WasmException,
} from '../../src/index.ts';
import { invokeBits } from '../../src/interpreter/threads/invoke.ts';
import { type FuncType, I64, V128, isDefaultable, isRef } from '../../src/syntax/types.ts';
import { mutants } from '../../src/testing/index.ts';
import type { ValidModule } from '../../src/validator/module.ts';
import { dataFolder } from '../data.ts';

const ALL: ReadonlySet<Feature> = new Set(Object.keys(FEATURES) as Feature[]);
const REFUSALS = [MalformedError, InvalidError, UnsupportedError];
const ENDINGS = [LinkError, Trap, ExhaustionError, Interrupted, WasmException];
/** Fuel of each call, and of the start function. */
const FUEL = 2000;
const MAX_CALLS = 4;
const MAX_MEMORY = 2 ** 24;
/** Far above what any of them takes, also on a busy machine. */
const MAX_MILLISECONDS = 5000;

export interface Original {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Up to `count` modules: all of the corpus that are binary modules, then hostile ones, evenly chosen. */
export function originals(count: number): Original[] {
  const corpus = filesOf(dataFolder('corpus'), (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wasm')),
  );
  const hostile = filesOf(dataFolder('hostile'), (folder) =>
    readdirSync(join(folder, 'modules'))
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => join('modules', file)),
  );
  const rest = Math.min(hostile.length, Math.max(0, count - corpus.length));
  const chosen = Array.from({ length: rest }, (_, i) => hostile[Math.floor((i * hostile.length) / rest)]);
  return [...corpus, ...chosen].slice(0, count).map((path) => ({ name: path, bytes: readFileSync(path) }));
}

function filesOf(folder: string | undefined, list: (folder: string) => string[]): string[] {
  return folder === undefined
    ? []
    : list(folder)
        .sort()
        .map((file) => join(folder, file));
}

/** How often mutants ended how. */
export type Tally = Map<string, number>;

export interface Fault {
  readonly name: string;
  readonly mutant: number;
  readonly bytes: Uint8Array;
  readonly what: string;
}

const nameOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

function expected(
  error: unknown,
  classes: readonly (abstract new (...args: never[]) => unknown)[],
): string | undefined {
  return classes.find((one) => error instanceof one)?.name;
}

function callSome(instance: Instance, count: (ending: string) => void): string | undefined {
  const functions = Object.values(instance.exports).filter((one): one is Func => one instanceof Func);
  for (const func of functions.slice(0, MAX_CALLS)) {
    const { params } = func.type;
    if (!params.every(isDefaultable)) continue;
    try {
      invokeBits(
        func,
        params.map((t) => (isRef(t) ? null : 0n)),
        { fuel: FUEL },
      );
      count('results');
    } catch (error) {
      const ending = expected(error, ENDINGS);
      if (ending === undefined) return nameOf(error);
      count(ending);
    }
  }
  return undefined;
}

/** Functions for imported ones: they return zeros and nulls, where these are of their types. Other imports are missing. */
function stubs({ module }: ValidModule): Imports {
  const imports: Record<string, Record<string, HostFunction>> = Object.create(null);
  for (const { module: from, name, desc } of module.imports) {
    if (desc.kind !== 'func') continue;
    const { results } = module.types[desc.type].comp as FuncType;
    if (!results.every((t) => isDefaultable(t) && t !== V128)) continue;
    const values = results.map((t) => (isRef(t) ? null : t === I64 ? 0n : 0));
    imports[from] ??= Object.create(null) as Record<string, HostFunction>;
    imports[from][name] = () => (values.length === 1 ? values[0] : values.length === 0 ? undefined : values);
  }
  return imports;
}

function run(module: ValidModule, count: (ending: string) => void): string | undefined {
  try {
    return callSome(instantiate(module, stubs(module), { fuel: FUEL, maxMemoryBytes: MAX_MEMORY }), count);
  } catch (error) {
    const ending = expected(error, ENDINGS);
    if (ending === undefined) return nameOf(error);
    count(ending);
    return undefined;
  }
}

/** What is wrong with how our engine takes these bytes; undefined if nothing is. */
export function judgeMutant(bytes: Uint8Array, count: (ending: string) => void): string | undefined {
  const started = Date.now();
  let fault: string | undefined;
  try {
    const module = compile(bytes, { features: ALL });
    count('valid');
    fault = run(module, count);
  } catch (error) {
    const refusal = expected(error, REFUSALS);
    if (refusal === undefined) fault = nameOf(error);
    else count(refusal);
  }
  const milliseconds = Date.now() - started;
  return fault ?? (milliseconds > MAX_MILLISECONDS ? `took ${milliseconds} ms` : undefined);
}

/** Judges `count` mutants of a module. */
export function judgeMutants({ name, bytes }: Original, count: number, seed: number, tally: Tally): Fault[] {
  const faults: Fault[] = [];
  const add = (ending: string): void => {
    tally.set(ending, (tally.get(ending) ?? 0) + 1);
  };
  let mutant = 0;
  for (const changed of mutants(bytes, count, seed)) {
    const what = judgeMutant(changed, add);
    if (what !== undefined) faults.push({ name, mutant, bytes: changed, what });
    mutant++;
  }
  return faults;
}
