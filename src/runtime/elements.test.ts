// Elements in chunks are like one array, wherever chunks begin.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Elements } from './elements.ts';

/** Elements of the first chunk, and a power of two of the others: so small that all that is done goes beyond them. */
const SIZES = [8, 2] as const;
const SEGMENT = Array.from({ length: 50 }, (_, i) => `of the segment ${i}`);

/** What tables do, with places and lengths as parts of 1000 of what there is. */
const actions = fc.array(
  fc.tuple(
    fc.constantFrom('push', 'write', 'fill', 'copy', 'copy across', 'init'),
    fc.nat(1000),
    fc.nat(1000),
    fc.nat(1000),
  ),
  { maxLength: 30 },
);

type Actions = typeof actions extends fc.Arbitrary<infer T> ? T : never;

/** Does the same with two of each. */
function done(all: Actions): { chunked: Elements[]; plain: unknown[][] } {
  const chunked = [new Elements(...SIZES), new Elements(...SIZES)];
  const plain: unknown[][] = [[], []];
  const [[own, other], [mine, others]] = [chunked, plain];
  const push = (i: number, n: number, value: unknown): void => {
    chunked[i].push(n, value);
    for (let k = 0; k < n; k++) plain[i].push(value);
  };
  push(1, 37, 'of the other');
  for (const [step, [action, a, b, c]] of all.entries()) {
    const size = mine.length;
    const from = action === 'copy across' ? others : action === 'init' ? SEGMENT : mine;
    const start = Math.floor((b * from.length) / 1000);
    const at = Math.floor((a * size) / 1000);
    const most = action === 'fill' ? size - at : Math.min(size - at, from.length - start);
    const n = Math.floor((c * most) / 1000);
    const moved = from.slice(start, start + n);
    if (action === 'push') push(0, Math.floor(a / 30), step);
    else if (action === 'write' && at < size) {
      own.write(at, step);
      mine[at] = step;
    } else if (action === 'fill') {
      own.fill(at, n, step);
      mine.fill(step, at, at + n);
    } else if (action !== 'write') {
      if (action === 'init') own.init(at, SEGMENT, start, n);
      else own.copy(at, action === 'copy' ? own : other, start, n);
      mine.splice(at, n, ...moved);
    }
  }
  return { chunked, plain };
}

describe('elements in chunks', () => {
  test('are those of one array, whatever was done to both', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const { chunked, plain } = done(all);
        for (const [i, elements] of chunked.entries()) {
          const shown: unknown[] = [];
          elements.forChunks((chunk) => {
            for (const one of chunk) shown.push(one);
          });
          expect(shown).toEqual(plain[i]);
          expect(elements.size).toBe(plain[i].length);
          expect(plain[i].map((_, at) => elements.read(at))).toEqual(plain[i]);
          expect(elements.first).toEqual(plain[i].slice(0, SIZES[0]));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are undefined at an index where there is none, however large that is', () => {
    const elements = new Elements(...SIZES);
    for (const size of [0, 8, 9, 12, 13]) {
      elements.push(size - elements.size, 'one');
      for (const at of [size, size + 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, 2 ** 64]) {
        expect(elements.read(at), `${at} of ${size}`).toBe(undefined);
      }
    }
  });
});
