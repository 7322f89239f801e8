// Bytes that were a module and mostly are none any more, to try what an engine does with them: it may refuse them or run
// them, nothing else. What to change is drawn from a seed, so that a case can be made again.

import { moduleBytes, whole } from '../options.ts';

/** A small generator of numbers in [0, 1) (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const EDGES = [0x00, 0x01, 0x0b, 0x40, 0x7f, 0x80, 0xff, 0xfb, 0xfc, 0xfd, 0xfe];

/** One changed copy. */
function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(next() * limit);
  const at = below(bytes.length);
  const copy = bytes.slice();
  switch (below(6)) {
    case 0:
      copy[at] ^= 1 << below(8);
      return copy;
    case 1:
      copy[at] = EDGES[below(EDGES.length)];
      return copy;
    case 2:
      return bytes.slice(0, at);
    case 3: {
      const length = Math.min(bytes.length - at, 1 + below(4));
      copy.copyWithin(at, at + length);
      return copy.subarray(0, bytes.length - length);
    }
    case 4: {
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes.subarray(0, at));
      longer[at] = EDGES[below(EDGES.length)];
      longer.set(bytes.subarray(at), at + 1);
      return longer;
    }
    default: {
      const length = Math.min(1 + below(16), bytes.length - at);
      const from = below(bytes.length - length + 1);
      copy.set(bytes.subarray(from, from + length), at);
      return copy;
    }
  }
}

/** `count` changed copies of a module, each with one to three changes. The same seed gives the same. */
export function mutants(bytes: Uint8Array, count: number, seed = 0): Generator<Uint8Array> {
  moduleBytes('mutants', bytes);
  whole('a number of copies')(count, 'mutants: the count');
  whole('a seed', -Number.MAX_SAFE_INTEGER)(seed, 'mutants: the seed');
  return changed(bytes, count, seed);
}

function* changed(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const next = random(seed);
  // A plain copy: `slice` of a Buffer would share the caller's bytes.
  const original = new Uint8Array(bytes);
  for (let i = 0; i < count; i++) {
    let mutant: Uint8Array = original;
    for (let changes = 1 + Math.floor(next() * 3); changes > 0 && mutant.length > 0; changes--) {
      mutant = mutate(mutant, next);
    }
    yield mutant === original ? original.slice() : mutant;
  }
}
