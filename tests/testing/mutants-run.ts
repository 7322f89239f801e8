// `npm run mutants [MODULES [MUTANTS [SEED]]]`: 200 mutants of each of 500 modules by default; prints how they ended.
// Faults are written to `mutants-found/`, and the exit code is 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { missingData } from '../data.ts';
import { judgeMutants, originals, type Tally } from './mutants.ts';

const [modules, count, seed] = [500, 200, 1].map((fallback, i) => Number(process.argv[2 + i] ?? fallback));
const all = originals(modules);
if (all.length === 0) throw new Error(`${missingData('corpus')}; ${missingData('hostile')}`);
const tally: Tally = new Map();
const started = Date.now();
let found = 0;
let printed = started;
for (const [i, original] of all.entries()) {
  for (const { mutant, bytes, what } of judgeMutants(original, count, seed + i, tally)) {
    mkdirSync('mutants-found', { recursive: true });
    const file = `mutants-found/${i}-${mutant}.wasm`;
    writeFileSync(file, bytes);
    console.log(`${file} (${original.name}): ${what}`);
    found++;
  }
  if (Date.now() - printed > 10_000) {
    printed = Date.now();
    console.error(`${i + 1} of ${all.length} modules`);
  }
}
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`${all.length} modules, ${all.length * count} mutants, ${seconds} s, ${found} faults`);
for (const [ending, n] of [...tally].sort((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(9)} ${ending}`);
process.exitCode = found > 0 || all.length < modules ? 1 : 0;
