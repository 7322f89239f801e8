// As many hostile values as you like: `npx tsx tests/engine/hostile-values-run.ts [COUNT [SEED]]`, 1,000,000 if not told.
// Prints how long they took; exit code 1 and what was wrong if anything was.
import { handIn } from './hostile-values.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const began = Date.now();
let next = 0;
const faults = await handIn(count, seed, (done) => {
  if (done < next) return;
  next = done + count / 10;
  process.stderr.write(`${done} values, ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
});
for (const fault of faults) console.log(fault);
console.log(`${count} hostile values in ${((Date.now() - began) / 1000).toFixed(1)} s: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
