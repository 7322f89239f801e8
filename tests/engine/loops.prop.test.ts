// The two generated loops equal each other: random programs, in slices of fuel, stop at the same places with the same
// state, use the same fuel and end the same way, also when a call changes loops at each stop.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { compile, instantiate, Trap, type ValidModule } from '../../src/index.ts';
import { beginBits } from '../../src/interpreter/invoke.ts';
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
