import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amount,
  checkOptions,
  flag,
  isBytes,
  listOf,
  oneOf,
  type Shape,
  shapeOf,
  shown,
  text,
  whole,
  having,
} from './options.ts';

interface Inner {
  readonly path: string;
  readonly readOnly?: boolean | undefined;
}

interface Sample {
  readonly fuel?: number | undefined;
  readonly maxMemoryBytes?: number | undefined;
  readonly depth?: number | undefined;
  readonly mode?: 'sync' | 'async' | undefined;
  readonly args?: readonly string[] | undefined;
  readonly inner?: Inner | undefined;
}

const INNER: Shape<Inner> = { path: text, readOnly: flag };
const SAMPLE: Shape<Sample> = {
  fuel: amount('a number of units'),
  maxMemoryBytes: amount('a number of bytes'),
  depth: whole('a number of levels', 1, 5),
  mode: oneOf('sync', 'async'),
  args: listOf(text),
  inner: shapeOf(INNER),
};

const check = (options: unknown): Sample => checkOptions('run', options as Sample, SAMPLE);

describe('names', () => {
  test.each([
    [{ maxMemory: 65536 }, 'run: unknown option "maxMemory"; did you mean "maxMemoryBytes"?'],
    [{ fule: 1 }, 'run: unknown option "fule"; did you mean "fuel"?'],
    [{ fuels: 1 }, 'run: unknown option "fuels"; did you mean "fuel"?'],
    [{ FUEL: 1 }, 'run: unknown option "FUEL"; did you mean "fuel"?'],
    [{ colour: 1 }, 'run: unknown option "colour"; there are fuel, maxMemoryBytes, depth, mode, args, inner'],
    [
      { inner: { path: 'a', readonly: true } },
      'run: option "inner": unknown option "readonly"; did you mean "readOnly"?',
    ],
    [{ toString: 1 }, 'run: unknown option "toString"; there are fuel, maxMemoryBytes, depth, mode, args, inner'],
    [JSON.parse('{"__proto__":1}'), /unknown option "__proto__"/],
  ])('%j that is not in the table is refused', (options, message) => {
    expect(() => check(options)).toThrow(TypeError);
    expect(() => check(options)).toThrow(message);
  });

  test('an option of a prototype counts, as it does for those who read it by name', () => {
    class Defaults {
      get fuel(): number {
        return 7;
      }
    }
    expect(check(new Defaults())).toEqual({ fuel: 7 });
    expect(() => check(Object.create({ fule: 1 }))).toThrow('did you mean "fuel"');
  });

  test('undefined is the same as not given, whatever the type', () => {
    expect(check({ fuel: undefined, mode: undefined, inner: undefined })).toEqual({});
    expect(check(undefined)).toEqual({});
  });
});

describe('values', () => {
  test.each([
    [{ maxMemoryBytes: '64KiB' }, TypeError, 'run: option "maxMemoryBytes" has to be a number of bytes, not "64KiB"'],
    [{ maxMemoryBytes: 1n }, TypeError, 'not a bigint'],
    [{ fuel: Number.NaN }, RangeError, 'run: option "fuel" has to be a number of units, 0 or more, not NaN'],
    [{ fuel: -1 }, RangeError, 'not -1'],
    [{ depth: 1.5 }, RangeError, 'a whole number from 1 to 5, not 1.5'],
    [{ depth: 6 }, RangeError, 'not 6'],
    [{ mode: 'asinc' }, TypeError, 'run: option "mode" has to be "sync" or "async", not "asinc"'],
    [{ args: 'x' }, TypeError, 'run: option "args" has to be an array, not "x"'],
    [{ args: ['a', 5] }, TypeError, 'run: option "args"[1] has to be a text, not 5'],
    [{ inner: 'x' }, TypeError, 'run: option "inner" has to be an object, not "x"'],
    [
      { inner: { path: 'x', readOnly: 'yes' } },
      TypeError,
      'run: option "inner": option "readOnly" has to be true or false',
    ],
    [null, TypeError, 'run: what is given as options has to be an object, not null'],
    ['x', TypeError, 'run: what is given as options has to be an object'],
    [{ fuel: null }, TypeError, 'not null'],
  ])('%o does not fit', (options, kind, message) => {
    expect(() => check(options)).toThrow(kind);
    expect(() => check(options)).toThrow(message);
  });

  test('are read once, so that what was checked is what is used', () => {
    let reads = 0;
    const options = {
      get fuel() {
        return ++reads === 1 ? 5 : 'something else';
      },
    };
    expect(check(options)).toEqual({ fuel: 5 });
    expect(reads).toBe(1);
  });

  test('of any kind give a plain object of what fits, or a TypeError or RangeError that names the option', () => {
    const value = fc.oneof(fc.anything(), fc.constantFrom(1, 5, 'sync', true, ['a'], { path: 'x' }));
    const options = fc.dictionary(fc.constantFrom(...Object.keys(SAMPLE)), value);
    fc.assert(
      fc.property(options, (given) => {
        try {
          for (const [name, read] of Object.entries(check(given))) expect(read).toEqual(given[name]);
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          expect((error as Error).message).toMatch(/^run: option "/);
        }
      }),
    );
  });

  test('are shown without running anything of them', () => {
    const hostile = new Proxy({}, { get: () => expect.unreachable(), has: () => expect.unreachable() });
    expect(shown(hostile)).toBe('an object');
    expect(shown(new Uint16Array(1))).toBe('a Uint16Array');
    expect(shown('x'.repeat(100)).length).toBeLessThan(60);
  });
});

test('bytes are told by their slots, not by their prototype', () => {
  expect(isBytes(new Uint8Array(1))).toBe(true);
  expect(isBytes(Buffer.from('a'))).toBe(true);
  expect(isBytes(Object.create(Uint8Array.prototype))).toBe(false);
  expect(isBytes(new Proxy(new Uint8Array(1), {}))).toBe(false);
  expect(isBytes(new Uint8ClampedArray(1))).toBe(false);
  expect(isBytes([0])).toBe(false);
});

test('an object that has to have a method is refused where that is no function; inherited ones will do', () => {
  const check = having('a clock', 'now()', 'step');
  const inherited = Object.create({ now: () => 1, step: undefined }) as object;
  expect(check(inherited, 'x')).toBe(inherited);
  for (const value of [{ now: 5, step: 1 }, { step: 1 }, { now: () => 1 }, () => 1, null]) {
    expect(() => check(value, 'x')).toThrow('x has to be a clock (with now(), step)');
  }
});
