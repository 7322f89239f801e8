// The two generated loops equal each other: random programs, in slices of fuel, stop at the same places with the same
// state, use the same fuel and end the same way, also when a call changes loops at each stop.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { compile, instantiate, Trap, type ValidModule } from '../../src/index.ts';
import { beginBits } from '../../src/interpreter/threads/invoke.ts';
import type { Bits } from '../../src/runtime/values.ts';
import { dataFolder, missingData } from '../data.ts';
import { ARGUMENT_TYPES, ARGUMENTS, emitModule, genomes, INITIAL_GLOBALS } from './genome.ts';
import { KERNELS, PROGRAMS } from './programs.ts';
import { bitsOf } from './reference.ts';
import { outcome, random, run, stateOf, wat } from './support.ts';

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 200);

afterEach(() => {
  useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch');
});

/** Loops by turns: the next one after each slice. */
type Turns = readonly LoopName[];

/** Everything that can be seen of a call in slices: fuel and state at each stop, and how it ended. */
function watch(module: ValidModule, name: string, args: readonly Bits[], slices: () => number, turns: Turns): unknown {
  const instance = instantiate(module, { e: { h: () => undefined } });
  // A large memory is compared at the end only.
  const isSmall = instance.inner.memory.byteLength <= 65536;
  const globals = instance.inner.globalWords;
  if (globals.length > 0 && instance.exports['fuel'] !== undefined) globals[0] = INITIAL_GLOBALS[0];
  const execution = beginBits(instance.func(name), args);
  execution.fuel = 1e15;
  const stops: unknown[] = [];
  let place: unknown;
  const ended = outcome(() => {
    try {
      for (;;) {
        useLoop(turns[stops.length % turns.length]);
        if (execution.step(slices()) === 'done') return execution.results;
        stops.push([execution.fuel, isSmall ? stateOf(instance) : undefined]);
      }
    } catch (error) {
      if (error instanceof Trap) place = error.backtrace;
      throw error;
    }
  });
  return { ended, place, fuel: execution.fuel, stops, state: stateOf(instance) };
}

function expectEqual(module: ValidModule, name: string, args: readonly Bits[], slices: () => () => number): void {
  const expected = watch(module, name, args, slices(), ['switch']);
  expect(watch(module, name, args, slices(), ['closures'])).toEqual(expected);
  expect(watch(module, name, args, slices(), ['closures', 'switch'])).toEqual(expected);
}

/** Slices of very different sizes, the same ones each time. */
const slicesOf = (seed: number, bits: number) => () => {
  const next = random(seed);
  return () => Math.floor(2 ** (next() * bits)) - 1;
};

test(`${RUNS} random programs run the same on both loops`, () => {
  const functions = fc.record({
    n: fc.nat(0xffff),
    k: fc.nat(0xffff),
    children: fc.array(genomes(5), { minLength: 1, maxLength: 4 }),
  });
  const genes = fc.array(functions, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(genes, fc.nat(), (list, seed) => {
      const module = wat(emitModule(list));
      for (const values of ARGUMENTS.slice(0, 2)) {
        const args = values.map((value, i) => bitsOf(ARGUMENT_TYPES[i], value));
        expectEqual(module, 'main', args, slicesOf(seed, 6));
      }
    }),
    { numRuns: RUNS, ...(process.env['WASMI_TS_SEED'] ? { seed: Number(process.env['WASMI_TS_SEED']) } : {}) },
  );
}, 600_000);

describe.each(PROGRAMS)('$name', ({ text, args }) => {
  test('runs the same on both loops', () => {
    for (const arg of args) {
      const bits = [BigInt.asUintN(32, BigInt(arg))];
      expectEqual(wat(text), 'run', bits, slicesOf(arg, 10));
      expectEqual(wat(text), 'run', bits, () => () => Number.POSITIVE_INFINITY);
    }
  });
});

const folder = dataFolder('experiments');
const kernels = folder === undefined ? '' : join(folder, 'dispatch/wasm');
if (!existsSync(kernels)) console.warn(missingData('experiments'));

describe.skipIf(!existsSync(kernels))('compiled C', () => {
  test.each(Object.entries(KERNELS))('%s runs the same on both loops', (name, arg) => {
    const module = compile(new Uint8Array(readFileSync(join(kernels, `${name}.wasm`))));
    expectEqual(module, 'run', [BigInt.asUintN(32, BigInt(arg))], slicesOf(arg, 15));
  });
});

describe('a choice of the loop', () => {
  test('is answered, also where the host decides', () => {
    expect(useLoop('closures')).toBe('closures');
    expect(useLoop('switch')).toBe('switch');
    expect(useLoop('auto')).toBe('switch');
    expect(() => useLoop('fast' as LoopName)).toThrow('there is no loop "fast": it is switch, closures or auto');
  });

  test('is taken by calls that have begun', () => {
    const instance = run(
      '(module (func (export "sum") (param i32) (result i32) (local i32) (loop (local.set 1 (i32.add (local.get 1) (local.get 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 1)))',
    );
    const execution = instance.begin('sum', [1000]);
    execution.fuel = 1e15;
    useLoop('closures');
    expect(execution.step(300)).toBe('slice');
    useLoop('switch');
    expect(execution.step()).toBe('done');
    expect(execution.results).toEqual([500500]);
  });
});

test.each(['switch', 'closures'] as const)('the quarter round of ChaCha gives its test vector (%s)', (loop) => {
  // https://www.rfc-editor.org/rfc/rfc8439#section-2.1.1
  const step = (a: number, b: number, d: number, by: number): string =>
    `(local.set ${a} (i32.add (local.get ${a}) (local.get ${b})))
     (local.set ${d} (i32.rotl (i32.xor (local.get ${d}) (local.get ${a})) (i32.const ${by})))`;
  useLoop(loop);
  const round = run(`(module (func (export "f") (param i32 i32 i32 i32) (result i32 i32 i32 i32)
    ${step(0, 1, 3, 16)} ${step(2, 3, 1, 12)} ${step(0, 1, 3, 8)} ${step(2, 3, 1, 7)}
    (local.get 0) (local.get 1) (local.get 2) (local.get 3)))`);
  const results = round.call('f', 0x11111111, 0x01020304, 0x9b8d6f43, 0x01234567) as number[];
  expect(results.map((one) => one >>> 0)).toEqual([0xea2a92f4, 0xcb1cf8ce, 0x4581472e, 0x5881c4bb]);
});

test.each(['switch', 'closures'] as const)(
  'rotations, trailing zeros, masks and counters at their edges (%s)',
  (loop) => {
    useLoop(loop);
    const edges = run(`(module
    (func (export "rotl") (param i32 i32) (result i32) (i32.rotl (local.get 0) (local.get 1)))
    (func (export "rotr") (param i32 i32) (result i32) (i32.rotr (local.get 0) (local.get 1)))
    (func (export "rotl0") (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 0)))
    (func (export "rotl32") (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 32)))
    (func (export "andnot") (param i64 i64) (result i64)
      (i64.and (local.get 0) (i64.xor (local.get 1) (i64.const -1))))
    (func (export "count") (param i32 i32) (result i32)
      (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (i32.gt_u (local.get 1) (local.get 0))))
      (local.get 0))
    (func (export "ctz") (param i32) (result i32) (i32.ctz (local.get 0))))`);
    expect(edges.call('andnot', 0x1234_5678_9abc_def0n, 0x00ff_00ff_00ff_00ffn)).toBe(0x1200_5600_9a00_de00n);
    expect([edges.call('count', 0, 5), edges.call('count', 7, 5), edges.call('count', -3, -1)]).toEqual([5, 8, -1]);
    for (const x of [0, 1, -1, -(2 ** 31), 0x12345678]) {
      for (const by of [0, 1, 31, 32, 33, -1, -(2 ** 31)]) {
        const wide = (BigInt.asUintN(32, BigInt(x)) << 32n) | BigInt.asUintN(32, BigInt(x));
        const left = Number(BigInt.asIntN(32, wide >> BigInt(32 - (by & 31))));
        const right = Number(BigInt.asIntN(32, wide >> BigInt(by & 31)));
        expect([edges.call('rotl', x, by), edges.call('rotr', x, by)]).toEqual([left, right]);
      }
      expect([edges.call('rotl0', x), edges.call('rotl32', x)]).toEqual([x, x]);
      expect(edges.call('ctz', x)).toBe(x === 0 ? 32 : 31 - Math.clz32(x & (~x + 1)));
    }
  },
);
