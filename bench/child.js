// The child process of one engine: loads it once, then times one call of a kernel per message from the parent.
// Arguments: engine, folder of the kernels, path of the prototype. Message { kernel, argument } -> { ms, result } or
// { error }. CoreMark gets a clock that makes it run 1, 10 and 1,100 iterations; only the last run is timed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine } from './engines.js';

const [engine, folder, path] = process.argv.slice(2);
const load = await loadEngine(engine, path);
/** @type {Map<string, (argument?: number) => number>} */
const loaded = new Map();

function noClock() {
  throw new Error('this kernel has no clock');
}

/** @param {string} kernel @param {number} argument */
function time(kernel, argument) {
  let run = loaded.get(kernel);
  if (run === undefined) loaded.set(kernel, (run = load(read(kernel), noClock)));
  const start = performance.now();
  const result = run(argument);
  return { ms: performance.now() - start, result };
}

/** Answers of the clock: start and end of each run; CoreMark sizes the next run by what the last one took. */
const CLOCK = [0, 0, 0, 1000, 0, 11000];

function timeCoreMark() {
  /** @type {number[]} */
  const times = [];
  const clock = () => {
    times.push(performance.now());
    return CLOCK[times.length - 1];
  };
  const result = load(read('coremark'), clock)();
  if (times.length !== CLOCK.length) throw new Error(`the clock was read ${times.length} times`);
  return { ms: times[5] - times[4], result };
}

/** A plain array: given a Node Buffer, polywasm 0.2.0 answers wrongly (matmul, mandel). @param {string} kernel */
function read(kernel) {
  return new Uint8Array(readFileSync(join(folder, `${kernel}.wasm`)));
}

process.on('message', (/** @type {{kernel: string, argument: number}} */ { kernel, argument }) => {
  try {
    process.send?.(kernel === 'coremark' ? timeCoreMark() : time(kernel, argument));
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.send?.({ ready: true });
