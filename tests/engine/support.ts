// What the tests of the engine share: programs in the text format, run the way users run them (encoded and decoded
// again, so that offsets are real), and what an instance's state looks like from outside.
import { decodeModule } from '../../src/decoder/decode.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import {
  compile,
  ExhaustionError,
  Func,
  Global,
  type Imports,
  type Instance,
  type InstanceOptions,
  instantiate,
  Memory,
  Table,
  Trap,
} from '../../src/index.ts';
import { beginBits, invokeBits } from '../../src/interpreter/threads/invoke.ts';
import { readGlobalBits } from '../../src/interpreter/values/constant.ts';
import { disassemble } from '../../src/lowering/disassemble.ts';
import { lowerFunction } from '../../src/lowering/lower.ts';
import type { Bits } from '../../src/runtime/values.ts';
import { parseModule } from '../../src/text/parser.ts';
import { type ValidModule, validateModule } from '../../src/validator/module.ts';

/** A module in the text format, compiled. */
export function wat(text: string): ValidModule {
  return compile(encodeModule(parseModule(text)));
}

/** An instance of a module in the text format. */
export function run(text: string, imports: Imports = {}, options: InstanceOptions = {}): Instance {
  return instantiate(wat(text), imports, options);
}

/** The lowered code of a function of a module in the text format, as lines. */
export function lowered(text: string, index = 0): string[] {
  return disassemble(lowerFunction(validateModule(decodeModule(encodeModule(parseModule(text)))), index));
}

/** How a call ended: its results, or the kind of its trap. */
export type Outcome = { readonly results: readonly Bits[] } | { readonly trap: string };

/** Runs something that ends in results, a trap, or exhaustion. Other errors come out. */
export function outcome(action: () => readonly Bits[]): Outcome {
  try {
    return { results: action() };
  } catch (error) {
    if (error instanceof Trap) return { trap: error.kind };
    if (error instanceof ExhaustionError) return { trap: 'exhaustion' };
    throw error;
  }
}

/** Calls an export with bits. */
export function callBits(instance: Instance, name: string, args: readonly Bits[] = []): Outcome {
  return outcome(() => invokeBits(instance.func(name), args));
}

/** Calls an export and stops it after each slice of fuel; returns how it ended, and what fuel it used. */
export function callInSlices(
  instance: Instance,
  name: string,
  args: readonly Bits[],
  nextSlice: () => number,
): { readonly outcome: Outcome; readonly fuel: number; readonly stops: number } {
  const plenty = 1e15;
  const execution = beginBits(instance.func(name), args);
  execution.fuel = plenty;
  let stops = 0;
  const ended = outcome(() => {
    while (execution.step(nextSlice()) !== 'done') stops++;
    return execution.results;
  });
  return { outcome: ended, fuel: plenty - execution.fuel, stops };
}

/** A short fingerprint of a memory's bytes (FNV-1a by words). */
export function hash(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let h = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 0x01000193);
  return h;
}

/** Everything that can be seen of an instance: exported memories, globals and tables. */
export function stateOf(instance: Instance): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    if (value instanceof Memory) state[name] = { pages: value.pages, hash: hash(value.bytes) };
    else if (value instanceof Global) state[name] = readGlobalBits(value);
    else if (value instanceof Table) {
      state[name] = value.elems.map((one) => (one instanceof Func ? `func ${one.index}` : one));
    }
  }
  return state;
}

/** A small generator of numbers: the same seed, the same numbers (mulberry32). */
export function random(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
