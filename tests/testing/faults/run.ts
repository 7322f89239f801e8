// `npm run faults [-- --seed N] [--wat] [name...]`: seeds one fault after the other into a copy of the interpreter and lets the public
// generator and judge find it. Exit code 1 when more than one is missed or a found module is too large.
import { Builds } from './builds.ts';
import { type Catch, hunt } from './hunt.ts';
import { FAULTS } from './table.ts';

const MAX_BYTES = 120;
const MAX_MISSED = 1;
const DEFAULT_SEED = 1;

const args = process.argv.slice(2);
const seedAt = args.indexOf('--seed');
const seed = seedAt < 0 ? DEFAULT_SEED : Number(args[seedAt + 1]);
const withText = args.includes('--wat');
const words = args.filter((arg, i) => !arg.startsWith('--') && (seedAt < 0 || i !== seedAt + 1));
const faults = FAULTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

function row(name: string, found: Catch | undefined): string {
  if (found === undefined) return `     -        -      -      -  ${name}`;
  const { seconds, modules, total, bytes } = found;
  const numbers = [seconds.toFixed(1).padStart(6), String(modules).padStart(8), total.toFixed(1).padStart(6)];
  return `${numbers.join(' ')} ${String(bytes).padStart(6)}  ${name}`;
}

const builds = new Builds();
let largest = 0;
let missed = 0;
console.log(' found  modules shrunk  bytes  fault');
for (const fault of faults) {
  const found = await hunt(builds, fault, seed).catch((error: Error) => {
    console.log(error.message);
    return undefined;
  });
  if (found === undefined) missed++;
  else largest = Math.max(largest, found.bytes);
  console.log(row(fault.name, found));
  if (found !== undefined && (withText || found.bytes > MAX_BYTES)) console.log(`  ${found.what}\n${found.wat}`);
}
builds.close();
console.log(`${faults.length - missed} found, ${missed} missed, largest ${largest} bytes`);
process.exitCode = missed > MAX_MISSED || largest > MAX_BYTES ? 1 : 0;
