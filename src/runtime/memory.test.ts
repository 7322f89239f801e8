import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExhaustionError } from '../errors.ts';
import { I32, I64, type MemType } from '../syntax/types.ts';
import { type Fault, type HostKind, onHost } from './faulty-host.suite.ts';
import { Memory } from './memory.ts';

const PAGE = 65536;
const GIB2 = 32768;

const type = (min: number, max?: number, shared = false): MemType => ({
  addr: I32,
  limits: { min: BigInt(min), max: max === undefined ? undefined : BigInt(max) },
  shared,
  pageSizeLog2: 16,
});

const HOSTS: readonly HostKind[] = [true, false].flatMap((transfer) =>
  [true, false].map((growable) => ({ transfer, growable })),
);
const canGrowShared = 'grow' in SharedArrayBuffer.prototype;

describe('a memory of 2 GiB', () => {
  test.each([
    ['plain', false],
    ['shared', true],
  ])('can be had at once, a page more cannot: %s', (_, shared) => {
    for (const pages of [GIB2 - 1, GIB2]) {
      const memory = new Memory(type(pages, 65536, shared));
      expect([memory.pages, memory.M8.length, memory.M16.length, memory.M32.length, memory.MF.length]).toEqual(
        [1, PAGE, PAGE / 2, PAGE / 4, PAGE / 8].map((each) => each * pages),
      );
    }
    expect(() => new Memory(type(GIB2 + 1, 65536, shared))).toThrow(ExhaustionError);
    expect(() => new Memory({ ...type(GIB2 + 1, 65536, shared), addr: I64 })).toThrow(ExhaustionError);
  });

  test.each([
    ['plain', false, false],
    ['plain, handed out', false, true],
    ['shared', true, false],
    ['shared, handed out', true, true],
  ])('is reached by growing, at once and by the last page: %s', (_, shared, handedOut) => {
    const at = (start: number): Memory => {
      const memory = new Memory(type(start, 65536, shared));
      memory.M8[5] = 9;
      if (handedOut) memory.buffer;
      return memory;
    };
    const atOnce = at(1);
    expect([atOnce.grow(GIB2), atOnce.pages, atOnce.grow(GIB2 - 1), atOnce.pages]).toEqual([-1, 1, 1, GIB2]);
    expect([atOnce.grow(1), atOnce.grow(0), atOnce.M8[5], atOnce.M32[1]]).toEqual([-1, GIB2, 9, 9 << 8]);
    expect(atOnce.buffer.byteLength).toBe(2 ** 31);
  });
});

describe('growth', () => {
  const kinds = fc.record({
    host: fc.constantFrom(...HOSTS),
    shared: fc.boolean(),
    min: fc.integer({ min: 0, max: 3 }),
    steps: fc.array(fc.oneof(fc.record({ grow: fc.integer({ min: 0, max: 6 }) }), fc.constant('buffer' as const)), {
      minLength: 1,
      maxLength: 8,
    }),
    fault: fc.record({
      at: fc.integer({ min: 0, max: 14 }),
      forGood: fc.boolean(),
      error: fc.constantFrom(new RangeError('no room'), new TypeError('odd'), 'a text', undefined),
    }),
    fails: fc.integer({ min: 0, max: 7 }),
  });

  test('happens whole or not at all, whatever step of the host fails with whatever error', () => {
    fc.assert(
      fc.property(kinds, ({ host, shared, min, steps, fault, fails }) => {
        const make = (): Memory => new Memory(type(min, 24, shared));
        const memory = onHost(host, make).result as Memory;
        let pages = min;
        let given: ArrayBufferLike | undefined;
        const marked: number[] = [];
        steps.forEach((step, i) => {
          if (pages > 0) memory.bytes[pages * PAGE - 1 - i] = 1 + i;
          if (pages > 0) marked[i] = pages * PAGE - 1 - i;
          const now: Fault = i === fails ? fault : { ...fault, at: 0 };
          if (step === 'buffer') {
            const { result, error } = onHost(host, () => memory.buffer, now);
            if (error === undefined) given = result;
            else expect([now.at > 0, error]).toEqual([true, expect.any(RangeError)]);
            if (error === undefined) expect(result?.byteLength).toBeGreaterThanOrEqual(pages * PAGE);
          } else {
            const before = given?.byteLength;
            const { result, error, failed } = onHost(host, () => memory.grow(step.grow), now);
            expect(error).toBeUndefined();
            const fits = pages + step.grow <= 24;
            if (result !== -1) {
              expect([result, fits]).toEqual([pages, true]);
              pages += step.grow;
              given = undefined;
            } else {
              expect(failed || !fits).toBe(true);
              if (!shared) expect(given?.byteLength).toBe(before);
            }
          }
          // A host that gave no views for a buffer it had moved gives them now.
          expect(memory.bytes.length).toBe(pages * PAGE);
          const { M8, M16, M32, MF } = memory;
          expect(new Set([M8.buffer, M16.buffer, M32.buffer, MF.buffer]).size).toBe(1);
          expect(M8.length).toBeGreaterThanOrEqual(memory.byteLength);
          expect([M16.length * 2, M32.length * 4, MF.length * 8]).toEqual([M8.length, M8.length, M8.length]);
          for (let k = 0; k < marked.length; k++) if (marked[k] !== undefined) expect(M8[marked[k]]).toBe(1 + k);
        });
      }),
      { numRuns: 1500 },
    );
  });

  test('copies once at most, and not at all where the host moves buffers or lets shared ones grow', () => {
    for (const host of HOSTS) {
      for (const shared of [false, true]) {
        const copied = [false, true].flatMap((handedOut) => {
          const memory = onHost(host, () => new Memory(type(2, 64, shared))).result as Memory;
          const look = onHost(host, () => (handedOut ? memory.buffer : undefined));
          const grown = onHost(host, () => [memory.grow(1), memory.buffer]);
          return [look.copied, grown.copied];
        });
        const none = shared ? host.growable && canGrowShared : host.transfer;
        expect([host, shared, copied]).toEqual([host, shared, none ? [0, 0, 0, 0] : [0, 2 * PAGE, 0, 2 * PAGE]]);
      }
    }
  });

  test('by nothing gives another buffer, and copies nothing', () => {
    const memory = new Memory(type(2));
    const { buffer } = memory;
    const grown = onHost({ transfer: false, growable: false }, () => [memory.grow(0), memory.buffer.byteLength]);
    expect([grown.result, grown.copied, buffer.byteLength]).toEqual([[2, 2 * PAGE], 0, 0]);
  });

  test('page by page copies less than twice what there is, if nobody looks', () => {
    const memory = new Memory(type(1));
    const { copied } = onHost({ transfer: false, growable: false }, () => {
      for (let i = 1; i < 1000; i++) memory.grow(1);
    });
    expect(copied).toBeLessThan(2 * 1024 * PAGE);
  });

  test('keeps a buffer that was handed out as it was, if it fails', () => {
    for (const host of HOSTS) {
      const memory = new Memory(type(1));
      memory.M8[3] = 7;
      const { buffer } = memory;
      const error = new RangeError('no room');
      const { result } = onHost(host, () => memory.grow(1), { at: 1, forGood: true, error });
      expect([result, memory.buffer === buffer, buffer.byteLength, memory.bytes[3]]).toEqual([-1, true, PAGE, 7]);
    }
  });
});

describe('a shared memory', () => {
  test('is a SharedArrayBuffer from the start', () => {
    const memory = new Memory(type(1, 4, true));
    expect(memory.M8.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(memory.buffer).toBe(memory.M8.buffer);
  });

  test.runIf(canGrowShared)('shows the same bytes to all who hold it after growth, as another object', () => {
    const memory = new Memory(type(1, 4, true));
    const before = new Int32Array(memory.buffer);
    expect(memory.grow(2)).toBe(1);
    expect(memory.buffer).not.toBe(before.buffer);
    expect(Object.isFrozen(memory.buffer)).toBe(true);
    const after = new Int32Array(memory.buffer);
    expect([before.length, after.length]).toEqual([(3 * PAGE) / 4, (3 * PAGE) / 4]);
    after[0] = 7;
    before[40_000] = 8;
    expect([before[0], after[40_000], memory.M32[0]]).toEqual([7, 8, 7]);
    expect([memory.grow(2), memory.grow(1), memory.grow(1)]).toEqual([-1, 3, -1]);
  });

  test.runIf(canGrowShared)('grows for all memories that share it, by each page once', () => {
    const first = new Memory(type(1, 100, true));
    const parts = first.share();
    const second = new Memory(type(1, 100, true), undefined, parts);
    const sizes: number[] = [];
    for (let i = 0; i < 20; i++) sizes.push((i % 3 === 0 ? first : second).grow(1));
    expect(sizes).toEqual(Array.from({ length: 20 }, (_, i) => 1 + i));
    expect([first.pages, second.pages, first.bytes.length]).toEqual([21, 21, 21 * PAGE]);
    second.bytes[20 * PAGE] = 5;
    expect(first.bytes[20 * PAGE]).toBe(5);
  });

  test('that cannot be seen by others after growth is not shared with them', () => {
    const host: HostKind = { transfer: false, growable: false };
    const memory = onHost(host, () => new Memory(type(1, 4, true))).result as Memory;
    expect(memory.share()).toBeUndefined();
    expect(onHost(host, () => new Memory(type(2, 2, true))).result?.share()?.buffer.byteLength).toBe(2 * PAGE);
    expect([onHost(host, () => memory.grow(3)).result, memory.share()?.buffer.byteLength]).toEqual([1, 4 * PAGE]);
    expect(new Memory(type(1, 4, true), undefined, memory.share()).pages).toBe(4);
    expect(new Memory(type(1)).share()).toBeUndefined();
  });

  test.runIf(canGrowShared)('of 1 GiB, new and handed out, takes no time and no room', () => {
    const rss = process.memoryUsage().rss;
    const { user, system } = process.cpuUsage();
    const { buffer } = new Memory(type(16384, 65536, true));
    const used = process.cpuUsage({ user, system });
    expect(buffer.byteLength).toBe(2 ** 30);
    expect(used.user + used.system).toBeLessThan(50_000);
    expect(process.memoryUsage().rss - rss).toBeLessThan(10 * 2 ** 20);
  });
});

describe('a memory whose buffer the host transferred away', () => {
  test('has no bytes until it grows, also by nothing; its size stays', () => {
    const memory = new Memory(type(2, 4));
    memory.M8[0] = 1;
    const { buffer } = memory;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect([memory.isLost, memory.accessible, memory.bytes.length, memory.pages]).toEqual([true, 0, 0, 2]);
    expect(memory.buffer.byteLength).toBe(0);
    expect(memory.grow(3)).toBe(-1);
    expect(memory.isLost).toBe(true);
    expect(memory.grow(0)).toBe(2);
    expect([memory.isLost, memory.bytes.length, memory.M8[0], memory.buffer.byteLength]).toEqual([
      false,
      2 * PAGE,
      0,
      2 * PAGE,
    ]);
  });
});

test('what is no number of pages is refused and changes nothing', () => {
  const memory = new Memory(type(1, 10));
  for (const delta of [-1, -100, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => memory.grow(delta)).toThrow(RangeError);
  }
  for (const delta of [undefined, null, '1', {}, [], true, 1n, Symbol('1'), { valueOf: () => 1 }]) {
    expect(() => memory.grow(delta as number)).toThrow(TypeError);
  }
  expect([memory.grow(1e300), memory.grow(2 ** 53), memory.byteLength]).toEqual([-1, -1, PAGE]);
  expect(memory.grow(-0)).toBe(1);
});

test('what is no type of a memory, or no bound, is refused', () => {
  const odd =
    (given: object): (() => Memory) =>
    () =>
      new Memory({ ...type(1), ...given } as MemType);
  expect(() => new Memory(undefined as unknown as MemType)).toThrow(TypeError);
  expect(odd({ limits: { min: 1, max: 2 } })).toThrow(TypeError);
  expect(odd({ limits: { min: -1n, max: undefined } })).toThrow(RangeError);
  expect(odd({ limits: { min: 2n, max: 1n } })).toThrow(RangeError);
  expect(odd({ limits: undefined })).toThrow(TypeError);
  expect(odd({ pageSizeLog2: 15 })).toThrow(RangeError);
  expect(odd({ shared: true })).toThrow(TypeError);
  for (const bytes of [Number.NaN, -1]) expect(() => new Memory(type(1), bytes)).toThrow(RangeError);
  for (const bytes of ['1MiB', 65536n, {}]) expect(() => new Memory(type(1), bytes as number)).toThrow(TypeError);
});

test('parts of a shared memory that do not belong together make no memory', () => {
  const type = { addr: I32, limits: { min: 1n, max: 4n }, shared: true, pageSizeLog2: 16 } as const;
  const parts = new Memory(type).share();
  if (parts === undefined) return; // The host cannot let them grow in place.
  expect(new Memory(type, undefined, parts).byteLength).toBe(65_536);
  const [empty, plain] = [new SharedArrayBuffer(0), new ArrayBuffer(65_536)];
  const wrong = [{}, { ...parts, buffer: plain }, { ...parts, length: empty }, { ...parts, buffer: empty }];
  for (const one of wrong) expect(() => new Memory(type, undefined, one as typeof parts)).toThrow(/^the parts/);
  new Uint32Array(parts.length)[0] = 100_000;
  expect(() => new Memory(type, undefined, parts)).toThrow(RangeError);
});
