// Lists how our verdicts on the hostile modules compare with those recorded: npm run hostile [-- --all] [NAME...]
// Prints what is wrong; with --all also what differs where nobody is sure, what is excepted, and what waits for which
// feature; with names only those modules. The last line counts; anything wrong gives exit code 1.
import { parseArgs } from 'node:util';
import { dataFolder, missingData } from '../data.ts';
import { judge, type Judgement, samples } from './judge.ts';

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  });
  const folder = dataFolder('hostile');
  if (folder === undefined) {
    console.log(missingData('hostile'));
    console.log('0 passed, 0 failed, all skipped');
    return;
  }
  const counts = { agrees: 0, wrong: 0, waits: 0, differs: 0, excepted: 0 };
  let slowest: Judgement | undefined;
  for (const sample of samples(folder)) {
    if (positionals.length > 0 && !positionals.some((name) => sample.name.includes(name))) continue;
    const judgement = judge(sample);
    counts[judgement.outcome]++;
    if (slowest === undefined || judgement.milliseconds > slowest.milliseconds) slowest = judgement;
    const shown = judgement.outcome === 'wrong' || positionals.length > 0 || (values.all && judgement.note !== '');
    if (shown) console.log(`${judgement.outcome}  ${judgement.name}  ${judgement.note}`);
  }
  if (slowest) console.log(`slowest: ${slowest.milliseconds.toFixed(1)} ms, ${slowest.name}`);
  const { agrees, wrong, waits, differs, excepted } = counts;
  console.log(`${differs} differ where the judges do, ${excepted} excepted with a reason`);
  console.log(`${agrees + differs + excepted} passed, ${wrong} failed, ${waits} skipped (feature off)`);
  if (wrong > 0) process.exitCode = 1;
}

main();
