// The worker of `wasmi-ts fuzz`: runs the rounds that it is told to, and notes each module before an engine sees it, so
// that the main thread knows which one did not come back.
import { parentPort, workerData } from 'node:worker_threads';
import * as testing from '../testing/index.ts';
import { SHARED_BYTES, SHARED_HEADER, type WorkerData, runRound } from './fuzz-rounds.ts';

const { plan, shared } = workerData as WorkerData;
const header = new Int32Array(shared, 0, 2);
const current = new Uint8Array(shared, SHARED_HEADER, SHARED_BYTES);

function begin(bytes: Uint8Array): void {
  current.set(bytes.subarray(0, SHARED_BYTES));
  Atomics.store(header, 1, Math.min(bytes.length, SHARED_BYTES));
  Atomics.add(header, 0, 1);
}

// Errors are judged by class and message; their stacks would take time.
Error.stackTraceLimit = 0;

parentPort?.on('message', (round: { seed: number; runs: number }) => {
  parentPort?.postMessage(runRound(testing, plan, round, begin));
});
