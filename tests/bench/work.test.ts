// What the benchmark stands on: kernels give what work.ts says, CoreMark's clock is replaced, pairs are summed up
// rightly, and the op counter finds the place in the loop where ops are taken.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chart } from '../../bench/chart.ts';
import { HEAD } from '../../bench/ops/instrument.ts';
import { type Series, geometricMean, median, newSeries, quantile } from '../../bench/pairs.ts';
import { ratioTable, showRatio } from '../../bench/report.ts';
import { renameImports } from '../../bench/rename-import.ts';
import { COREMARK, KERNELS, type Kernel, kernelBytes, smallKernel } from '../../bench/work.ts';
import { dataFolder } from '../data.ts';
import { native } from '../native.ts';

function run(kernel: Kernel): unknown {
  const { exports } = new native.Instance(new native.Module(kernelBytes(kernel) as Uint8Array));
  return kernel.argument === undefined ? exports['run']() : exports['run'](kernel.argument);
}

test.each(KERNELS.map((kernel) => kernel.name))('the kernel %s gives what the benchmark expects of it', (name) => {
  const kernel = KERNELS.find((one) => one.name === name) as Kernel;
  expect(run(kernel)).toBe(kernel.expected);
  expect(run(smallKernel(kernel))).toBe(smallKernel(kernel).expected);
});

test.skipIf(dataFolder('corpus') === undefined)('CoreMark with a fixed clock gives the score 100, twice', () => {
  const { exports } = new native.Instance(new native.Module(kernelBytes(COREMARK) as Uint8Array));
  expect([exports['run'](), exports['run']()]).toEqual([100, 100]);
});

test('the committed loop has the place where the op counter counts', () => {
  const loop = readFileSync(new URL('../../src/interpreter/loops/switch.ts', import.meta.url), 'utf8');
  expect(loop.split(HEAD).length, `${HEAD} stands once in switch.ts`).toBe(2);
});

test('median, quantile and geometric mean are what they are called', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  expect(geometricMean([1, 4])).toBeCloseTo(2);
});

test('a table gives no figure to an engine that answered wrongly', () => {
  const good: Series = { ...newSeries('fib', 'wasm3'), ours: [20, 20], other: [10, 40], ratios: [2, 0.5] };
  const bad: Series = { ...newSeries('fib', 'polywasm'), failed: 'wrong: 1 instead of 2' };
  const rows = ratioTable([good, bad]).split('\n');
  expect(rows[2]).toBe('| fib: calls | 20.0 | 1.25 (0.88 to 1.63) | wrong result |');
  const machine = { cpu: 'a < b', memory: '', system: '', node: '', date: '', commit: '', engines: {} };
  const svg = chart({ command: '', machine, effort: { processes: 1, rounds: 2 }, kernels: [good, bad], programs: [] });
  expect(svg).toContain('a &lt; b');
  expect(svg).not.toContain('fib, polywasm');
});

test('ratios far below one are shown as fractions', () => {
  expect([1.234, 0.5, 0.02, 0.00119].map(showRatio)).toEqual(['1.23', '0.50', '1/50', '1/840']);
});

test('imports are renamed and everything else is kept', () => {
  // (module (import "bench" "start" (func)) (import "env" "memory" (memory 1 2)))
  const start = [5, ...Buffer.from('bench'), 5, ...Buffer.from('start'), 0, 0];
  const memory = [3, ...Buffer.from('env'), 6, ...Buffer.from('memory'), 2, 1, 1, 2];
  const content = [2, ...start, ...memory];
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0];
  const bytes = Uint8Array.from([...head, 2, content.length, ...content, 0, 2, 1, 97]);
  const renamed = renameImports(bytes, 'bench', ['spectest', 'print']);
  expect(native.Module.imports(new native.Module(renamed))).toEqual([
    { module: 'spectest', name: 'print', kind: 'function' },
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
});
