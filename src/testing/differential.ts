// The judge: one module on two engines, and where they differ. Engines are objects of a small interface, so that any can
// be judged: ours, the host's own, one in another process. Runs that end for want of stack or memory are no verdict.
import { type Check, having } from '../options.ts';
import { own } from '../syntax/records.ts';
import type { TestCall, TestModule } from './assemble.ts';
import type { TestValue } from './values.ts';

/** How something ended that did not give results. */
export type Failure =
  /** The class of trap (see traps.ts). */
  | { readonly kind: 'trap'; readonly trap: string }
  | { readonly kind: 'exception' }
  /** The module is refused. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** Stack, memory or time ran out: nothing follows from it. */
  | { readonly kind: 'exhausted' }
  /** Anything else: an error that should not be. */
  | { readonly kind: 'other'; readonly message: string };

/** Imported functions: the module's `host` imports by name. They note each call, and give the results. */
export type HostCall = (name: string, args: readonly unknown[]) => unknown;

export interface Engine {
  readonly name: string;
  /** Compiles and instantiates. May throw anything. */
  instantiate(test: TestModule, host: HostCall): EngineInstance;
  /** What an error means that `instantiate` or `call` threw. */
  failure(error: unknown): Failure;
}

/** An engine to judge, or to judge by. */
export const checkEngine: Check = having('an engine', 'name', 'instantiate()', 'failure()');

/** A generated module. */
export const checkTest: Check = having('a generated module', 'bytes', 'calls');

export interface EngineInstance {
  /** Results as a list. Numbers, bigints (i64), references. */
  call(name: string, args: readonly TestValue[]): readonly unknown[];
  /** Sets the exported i32 global, where there is one. */
  setGlobal(name: string, value: number): void;
  /**
   * All that can be seen from outside, by name: memories as bytes, globals as values, tables as lists of elements.
   * What an engine cannot show is undefined.
   */
  state(): Readonly<Record<string, unknown>>;
}

export interface Difference {
  /** The call before which all was the same; -1: instantiation. */
  readonly call: number;
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

export interface Verdict {
  readonly difference: Difference | undefined;
  /** How the calls ended, as far as they were made; `exhausted` for either engine ends the run without a verdict. */
  readonly calls: readonly ('results' | Failure['kind'])[];
}

type Outcome = { readonly results: readonly unknown[] } | Failure;

/** References are compared by whether they are null; text stands for itself; a NaN is a NaN. */
function show(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return String(value);
  return 'reference';
}

const list = (values: readonly unknown[]): string => `[${values.map(show).join(', ')}]`;

function describe(outcome: Outcome): string {
  if ('results' in outcome) return list(outcome.results);
  if (outcome.kind === 'trap') return `trap: ${outcome.trap}`;
  return 'message' in outcome ? `${outcome.kind}: ${outcome.message}` : outcome.kind;
}

/** Errors are the same when they are of the same kind, whatever they say. */
const comparable = (outcome: Outcome): string =>
  'kind' in outcome && outcome.kind === 'invalid' ? 'invalid' : describe(outcome);

function attempt(engine: Engine, run: () => readonly unknown[]): Outcome {
  try {
    return { results: run() };
  } catch (error) {
    return engine.failure(error);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  const words = a.length & ~3;
  const left = new Int32Array(a.buffer, a.byteOffset, words >> 2);
  const right = new Int32Array(b.buffer, b.byteOffset, words >> 2);
  // Memories are mostly the same: eight words at a time.
  let at = 0;
  for (; at + 8 <= left.length; at += 8) {
    const low = (left[at] ^ right[at]) | (left[at + 1] ^ right[at + 1]);
    const next = (left[at + 2] ^ right[at + 2]) | (left[at + 3] ^ right[at + 3]);
    const third = (left[at + 4] ^ right[at + 4]) | (left[at + 5] ^ right[at + 5]);
    if ((low | next | third | (left[at + 6] ^ right[at + 6]) | (left[at + 7] ^ right[at + 7])) !== 0) break;
  }
  for (let i = at; i < left.length; i++) if (left[i] !== right[i]) return i * 4;
  for (let i = words; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

type State = Readonly<Record<string, unknown>>;

function stateDifference(a: State, b: State, memories: boolean): Omit<Difference, 'call'> | undefined {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [own(a, name), own(b, name)];
    if (x === undefined || y === undefined) continue;
    if (x instanceof Uint8Array && y instanceof Uint8Array) {
      if (!memories) continue;
      const at = sameBytes(x, y);
      if (at < 0) continue;
      const part = (bytes: Uint8Array): string =>
        `${bytes.length} bytes, at ${at}: ${[...bytes.subarray(at, at + 16)]}`;
      return { what: `memory ${name}`, a: part(x), b: part(y) };
    }
    const [left, right] = [x, y].map((one) => (Array.isArray(one) ? list(one) : show(one)));
    if (left !== right) return { what: name, a: left, b: right };
  }
  return undefined;
}

/** One engine's side of the run. */
class Side {
  readonly engine: Engine;
  readonly log: string[] = [];
  instance: EngineInstance | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  start(test: TestModule): Outcome {
    return attempt(this.engine, () => {
      this.instance = this.engine.instantiate(test, (name, args) => {
        this.log.push(`${name}${list(args)}`);
        return answer(name, this.log.length);
      });
      return [];
    });
  }

  call(test: TestModule, { name, args }: TestCall): Outcome {
    const instance = this.instance as EngineInstance;
    return attempt(this.engine, () => {
      instance.setGlobal('fuel', test.fuel);
      return instance.call(name, args);
    });
  }
}

/** What the host functions of modules answer; their names end with their result types. */
function answer(name: string, round: number): unknown {
  if (name.endsWith(' i32')) return round * 7 - 3;
  return name.endsWith(' f64 i64') ? [round / 3, BigInt(round) << 31n] : undefined;
}

/** `everyMemory`: memories are compared after each call, else after the last. */
function judge(a: Engine, b: Engine, test: TestModule, everyMemory: boolean): Verdict {
  const [x, y] = [new Side(a), new Side(b)];
  const calls: Verdict['calls'][number][] = [];
  const differ = (call: number, what: string, left: string, right: string): Verdict => ({
    difference: { call, what, a: left, b: right },
    calls,
  });
  const last = test.calls.length - 1;
  for (let call = -1; call <= last; call++) {
    const run = (side: Side): Outcome => (call < 0 ? side.start(test) : side.call(test, test.calls[call]));
    const [left, right] = [run(x), run(y)];
    const kinds = [left, right].map((one) => ('kind' in one ? one.kind : 'results'));
    const isPoisoned = kinds.includes('exhausted');
    if (call >= 0 || isPoisoned) calls.push(isPoisoned ? 'exhausted' : kinds[0]);
    if (isPoisoned) return { difference: undefined, calls };
    const what = call < 0 ? 'instantiation' : `${test.calls[call].name}${list(test.calls[call].args)}`;
    // One and the same error on both sides is still an error where there should be none.
    if (kinds.includes('other') || kinds.includes('invalid') || comparable(left) !== comparable(right)) {
      return differ(call, what, describe(left), describe(right));
    }
    if (x.log.join() !== y.log.join()) return differ(call, 'calls of the host', x.log.join(), y.log.join());
    if (x.instance === undefined || y.instance === undefined) return { difference: undefined, calls };
    const state = stateDifference(x.instance.state(), y.instance.state(), everyMemory || call === last);
    if (state !== undefined) return { difference: { call, ...state }, calls };
  }
  return { difference: undefined, calls };
}

/**
 * Runs a module on two engines, call by call, and compares results bit for bit (all NaNs are the same), kinds of
 * trap, calls of host functions with their arguments, globals and tables, and in the end the memories.
 */
export function differential(a: Engine, b: Engine): (test: TestModule) => Verdict {
  for (const engine of [a, b]) checkEngine(engine, 'differential: an engine');
  return (test) => {
    checkTest(test, 'differential: the test');
    const verdict = judge(a, b, test, false);
    // Once more, to tell which call it was.
    return verdict.difference?.what.startsWith('memory ') ? judge(a, b, test, true) : verdict;
  };
}
