// The child process of one engine for kernels: loads a module once, then times one call of its export `run` per message.
// Plain JavaScript in plain Node: neither tsx nor a test runner may stand between a benchmark and the engine.
// Arguments: engine, folder of our build, path of the prototype. Message { module, argument } -> { ms, result } or { error }.
import { readFileSync } from 'node:fs';
import { loadEngine } from './engines.js';

const [engine, dist, path] = process.argv.slice(2);
const load = await loadEngine(engine, dist, path);
/** @type {Map<string, (argument?: number) => number>} */
const loaded = new Map();

/** @param {string} module path of the module @param {number | undefined} argument */
async function time(module, argument) {
  let run = loaded.get(module);
  // A plain array: given a Node Buffer, polywasm 0.2.0 answers wrongly (matmul, mandel).
  if (run === undefined) loaded.set(module, (run = await load(new Uint8Array(readFileSync(module)))));
  const start = performance.now();
  const result = argument === undefined ? run() : run(argument);
  return { ms: performance.now() - start, result };
}

process.on('message', (/** @type {{ module: string, argument?: number }} */ { module, argument }) => {
  time(module, argument).then(
    (answer) => process.send?.(answer),
    (error) => process.send?.({ error: String(error).split('\n')[0].slice(0, 200) }),
  );
});
process.send?.({ ready: true });
