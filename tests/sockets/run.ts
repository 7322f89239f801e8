// Runs programs that use sockets, and compares what they do with what they have to do:
//   npm run sockets [-- NAME...] [--network loopback|node] [--timeout SECONDS] [--schedules N] [--calls]
// NAME is a part of a program's title. Each program runs on each network of its row: in this process, and on sockets of
// 127.0.0.1. Without names a server and its clients run under 1,000 random schedules, too. Nothing leaves this machine: other addresses are an error before the host is asked. `--calls` shows the last system
// calls of what failed. The last line counts; a failure gives exit code 1.
import { parseArgs } from 'node:util';
import { dataFolder, missingData } from '../data.ts';
import { failureOf, filesWithoutRow, PROGRAMS } from './programs.ts';
import { wrongSchedules } from './schedules.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      network: { type: 'string' },
      timeout: { type: 'string', default: '60' },
      schedules: { type: 'string', default: '1000' },
      calls: { type: 'boolean', default: false },
    },
  });
  const folder = dataFolder('sockets');
  if (folder === undefined) {
    console.log(missingData('sockets'));
    console.log('0 passed, 0 failed, all skipped');
    return;
  }
  const chosen = PROGRAMS.filter(
    ({ title }) => positionals.length === 0 || positionals.some((one) => title.includes(one)),
  );
  const counts = { passed: 0, failed: 0 };
  for (const program of chosen) {
    for (const network of program.networks) {
      if (values.network !== undefined && values.network !== network) continue;
      const began = performance.now();
      const failure = await failureOf(program, folder, network, Number(values.timeout));
      const time = `${(performance.now() - began).toFixed(0)} ms`;
      counts[failure === undefined ? 'passed' : 'failed']++;
      console.log(
        `${failure === undefined ? 'pass' : 'FAIL'}  ${network.padEnd(8)}  ${program.title.padEnd(36)} ${time.padStart(9)}`,
      );
      if (failure === undefined) continue;
      console.log(`      ${failure.why.split('\n').join('\n      ')}`);
      if (!values.calls) continue;
      for (const line of failure.trial.calls.slice(-30)) console.log(`      ${line}`);
      console.log(failure.trial.stdout + failure.trial.stderr);
    }
  }
  if (positionals.length === 0) {
    const wrong = await wrongSchedules(0, Number(values.schedules));
    counts[wrong === undefined ? 'passed' : 'failed']++;
    console.log(
      `${wrong === undefined ? 'pass' : 'FAIL'}  ${values.schedules} schedules of a server and its clients${wrong ?? ''}`,
    );
  }
  const left = positionals.length > 0 ? [] : filesWithoutRow(folder);
  if (left.length > 0) console.log(`no row: ${left.join(', ')}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  if (counts.failed > 0) process.exitCode = 1;
}

await main();
