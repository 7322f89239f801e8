// Times each function of bench/kernels/simd twice: built with vector instructions and without, in the interpreter.
//   npm run build && node bench/simd.js [--dist FOLDER] [FUNCTION...]
// A ratio below 1 says that the vector build is faster. Builds take turns and the best time of each counts; both have to
// give the same result. Exit code 1 when the vector build takes more than twice the time of the scalar one in all.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dist: { type: 'string', default: 'dist' }, turns: { type: 'string', default: '7' } },
});
const { compile, instantiate } = await import(pathToFileURL(resolve(values.dist, 'index.js')).href);

const ROUNDS = 200;
const LIMIT = 2;

const load = (name) => {
  const bytes = readFileSync(new URL(`kernels/simd/${name}.wasm`, import.meta.url));
  return instantiate(compile(new Uint8Array(bytes)));
};
const time = (instance, name) => {
  const start = performance.now();
  const result = instance.call(name, ROUNDS);
  return { ms: performance.now() - start, result };
};

const scalar = load('scalar');
const simd = load('simd');
console.log(`Node ${process.version}, ${cpus()[0].model}, best of ${values.turns} turns of ${ROUNDS} rounds`);
console.log('function   scalar ms  vector ms  ratio');
const sums = [0, 0];
for (const name of positionals.length > 0 ? positionals : Object.keys(scalar.exports).filter((key) => key !== 'memory')) {
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    const results = [scalar, simd].map((instance, i) => {
      const { ms, result } = time(instance, name);
      best[i] = Math.min(best[i], ms);
      return result;
    });
    if (results[0] !== results[1]) throw new Error(`${name}: ${results[0]} without vectors, ${results[1]} with`);
  }
  const ratio = best[1] / best[0];
  sums[0] += best[0];
  sums[1] += best[1];
  console.log(`${name.padEnd(9)} ${best[0].toFixed(1).padStart(10)} ${best[1].toFixed(1).padStart(10)} ${ratio.toFixed(2).padStart(6)}`);
}
console.log(`in all ${(sums[1] / sums[0]).toFixed(2).padStart(31)}`);
process.exitCode = sums[1] / sums[0] <= LIMIT ? 0 : 1;
