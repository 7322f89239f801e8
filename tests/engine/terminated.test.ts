// What bounds a guest in time: a worker that is terminated. Fuel and signals bound work; between two branches, and within a
// bulk operation, neither is looked at.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.mjs';
import { assemble } from '../../src/text/index.ts';

/** Guests that do much for each unit of fuel. */
const GUESTS = {
  'straight-line code': `(module (memory 1) (func (export "run")
    (loop $again ${'(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))'.repeat(20_000)} (br $again))))`,
  'bulk operations': `(module (memory 4096) (func (export "run")
    (loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x10000000)) (br $again))))`,
} as const;

test.each(Object.entries(GUESTS))(
  'a guest of %s ends when its worker is terminated',
  async (_, guest) => {
    const engine = await bundle('src/index.ts', { format: 'iife', globalName: 'wasmi' });
    const worker = new Worker(
      `${engine}
     const { parentPort, workerData } = require('node:worker_threads');
     const instance = wasmi.instantiate(wasmi.compile(workerData));
     parentPort.postMessage('runs');
     instance.call('run');`,
      { eval: true, workerData: assemble(guest), execArgv: [] },
    );
    expect(await once(worker, 'message')).toEqual(['runs']);
    await new Promise((done) => setTimeout(done, 200));
    const began = performance.now();
    expect(await worker.terminate()).toBe(1);
    expect(performance.now() - began).toBeLessThan(10_000);
  },
  60_000,
);
