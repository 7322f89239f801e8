// The judge's eye for NaNs: that it sees what is wrong, and finds nothing wrong in generated modules.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { NaNWatch } from '../../src/cli/nan-watch.ts';
import { compile, DEFAULT_FEATURES, type HostFunction, instantiate } from '../../src/index.ts';
import type { ProbeEvent } from '../../src/interpreter/threads/probe.ts';
import { F64 } from '../../src/syntax/types.ts';
import { FLOAT_OPERATORS, laneKind, lanesOf } from '../../src/testing/float-operators.ts';
import { module } from '../../src/testing/index.ts';
import { assemble } from '../../src/text/index.ts';

vi.setConfig({ testTimeout: 300_000 });

const seed = Number(process.env['WASMI_TS_SEED'] ?? 20261127);

test('a NaN is told from a number, and a canonical one from a quiet and a signalling one', () => {
  const kinds = [0x7f800000n, 0xff800000n, 0x7fc00000n, 0xffc00000n, 0x7fe00000n, 0xffffffffn, 0x7fa00000n, 0n];
  expect(kinds.map((bits) => laneKind(bits, 32))).toEqual([
    'number',
    'number',
    'canonical',
    'canonical',
    'quiet',
    'quiet',
    'signalling',
    'number',
  ]);
  const wide = [0x7ff8000000000000n, 0xffffffffffffffffn, 0x7ff0000000000001n, 0xfff0000000000000n];
  expect(wide.map((bits) => laneKind(bits, 64))).toEqual(['canonical', 'quiet', 'signalling', 'number']);
  expect(lanesOf(-5, (2n << 64n) | 1n, 64)).toEqual([1n, 2n]);
});

test('the operators are those of four shapes, without comparisons, conversions from integers and moves from memory', () => {
  const names = [...FLOAT_OPERATORS.values()].map(({ name }) => name);
  for (const shape of ['f32', 'f64', 'f32x4', 'f64x2']) {
    for (const word of ['add', 'sub', 'mul', 'div', 'min', 'max', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest', 'neg']) {
      expect(names).toContain(`${shape}.${word}`);
    }
  }
  expect(names).toContain('f64x2.relaxed_madd');
  expect(names.filter((name) => /\.(eq|lt|convert|load|store|const|reinterpret)/.test(name))).toEqual([]);
});

/** What the watch says of a min of two f64 that gives a third. */
function judged(a: bigint, b: bigint, result: bigint): readonly string[] {
  const valid = compile(assemble('(module (func (param f64 f64) (drop (f64.min (local.get 0) (local.get 1)))))'));
  const { inner } = instantiate(valid);
  const at = inner.module.module.funcs.bytes.indexOf(0xa4);
  const event = (offset: number, stack: readonly bigint[]): ProbeEvent => ({
    instance: inner,
    func: 0,
    probe: { offset, base: 0, stack: stack.map(() => F64), height: stack.length, locals: { types: [], slots: [] } },
    depth: 0,
    thread: inner,
    operand: (index) => stack[index],
    local: () => 0n,
  });
  const watch = new NaNWatch();
  watch.instruction(event(at, [a, b]));
  watch.instruction(event(at + 1, [result]));
  expect(watch.count).toBe(1);
  return watch.faults;
}

test('a NaN that is not canonical is a fault where all operands are numbers or canonical, a signalling one always', () => {
  const [canonical, negative, quiet, signalling] = [
    0x7ff8000000000000n,
    0xfff8000000000000n,
    0xffffffffffffffffn,
    0x7ff0000000000001n,
  ];
  const one = 0x3ff0000000000000n;
  expect(judged(canonical, one, negative)).toEqual([]);
  expect(judged(one, one, one)).toEqual([]);
  expect(judged(canonical, one, quiet)).toEqual(['f64.min gives a NaN that is not canonical: 0xffffffffffffffff']);
  expect(judged(quiet, one, quiet)).toEqual([]);
  expect(judged(quiet, one, canonical)).toEqual([]);
  expect(judged(signalling, one, signalling)).toEqual(['f64.min gives a NaN that is signalling: 0x7ff0000000000001']);
});

test('float operators of generated modules give the NaNs that they may', () => {
  let count = 0;
  const options = { features: DEFAULT_FEATURES, canonicalNaN: false, nondeterministic: true, linked: false };
  fc.assert(
    fc.property(module(options), (one) => {
      const watch = new NaNWatch();
      const valid = compile(one.bytes, { features: one.features });
      const names = valid.module.imports.filter((from) => from.module === 'host').map(({ name }) => name);
      const host = Object.fromEntries(names.map((name): [string, HostFunction] => [name, () => undefined]));
      try {
        const instance = instantiate(valid, { host }, { monitor: watch, fuel: 20_000 });
        for (const { name, args } of one.calls) {
          try {
            instance.callWith({ fuel: 20_000 }, name, ...(args as number[]));
          } catch {
            // It traps, throws, or has no fuel left.
          }
        }
      } catch {
        // Its start function does.
      }
      expect(watch.faults).toEqual([]);
      count += watch.count;
    }),
    { numRuns: Number(process.env['WASMI_TS_RUNS'] ?? 300), seed },
  );
  expect(count).toBeGreaterThan(100);
});
