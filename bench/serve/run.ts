// npx tsx bench/serve/run.ts: requests in a second that `wasmi-ts serve` answers, what they take of a processor, and what
// memory it keeps after each thousand. The clients are this process, the server is another: two cores.
// On a machine that others use, too, the time of the processor counts, and the rate is what was left.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder, projectRoot } from '../../tests/data.ts';
import { printing } from '../../tests/serve/modules.ts';
import { describeMachine } from '../machine.ts';
import { type Load, load } from './load.ts';

const OPTIONS = {
  requests: { type: 'string', default: '10000' },
  connections: { type: 'string', default: '16' },
  dist: { type: 'string', default: join(projectRoot, 'dist') },
} as const;

interface Memory {
  readonly kept: number;
  /** Milliseconds since it began. */
  readonly cpu: number;
}

async function asked<T>(child: ChildProcess, message?: string): Promise<T> {
  if (message !== undefined) child.send(message);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

function rateLine(name: string, { seconds, times, failed }: Load, cpu: number): string {
  const [half, most] = [0.5, 0.99].map((part) => percentile(times, part).toFixed(1));
  const rate = (times.length / seconds).toFixed(0);
  const each = (cpu / times.length).toFixed(2);
  return `${name}: ${rate} requests/s, ${each} ms of a processor each, half within ${half} ms, 99 % within ${most} ms, ${failed} failed`;
}

/** Serves one module, and prints its line; with the memory after each thousand. */
async function measure(name: string, file: string, requests: number, connections: number, dist: string): Promise<void> {
  const child = fork(join(projectRoot, 'bench/serve/child.ts'), [dist, file], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    cwd: projectRoot,
  });
  try {
    const { port } = await asked<{ port: number }>(child);
    const warm = Math.ceil(requests / 10);
    await load(port, '/', warm, connections);
    const memory = [await asked<Memory>(child, 'memory')];
    const loads: Load[] = [];
    for (let i = 0; i < 10; i++) {
      loads.push(await load(port, '/', warm, connections));
      memory.push(await asked<Memory>(child, 'memory'));
    }
    const all: Load = {
      seconds: loads.reduce((sum, one) => sum + one.seconds, 0),
      times: loads.flatMap(({ times }) => times).sort((a, b) => a - b),
      failed: loads.reduce((sum, one) => sum + one.failed, 0),
    };
    console.log(rateLine(name, all, memory[10].cpu - memory[0].cpu));
    console.log(`  kept after each tenth: ${memory.map(({ kept }) => mib(kept)).join(', ')}`);
    const [first, last] = [memory.slice(1, 4), memory.slice(-3)].map((part) =>
      percentile(
        part.map(({ kept }) => kept).sort((a, b) => a - b),
        0.5,
      ),
    );
    console.log(
      `  growth, median of the last three after that of the first three: ${((last - first) / (7 * warm)).toFixed(1)} bytes a request`,
    );
  } finally {
    child.kill();
  }
}

const { values } = parseArgs({ options: OPTIONS });
const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-bench-serve-'));
const hello = join(folder, 'hello.wat');
writeFileSync(hello, printing({ _start: 'content-type: text/plain\n\nhello world\n' }));
const { cpu, node, date, commit } = describeMachine({} as never, []);
console.log(`${date}, ${cpu}, Node ${node}, commit ${commit}`);
const wagi = dataFolder('sockets/wagi');
const work = [
  ['hello', hello],
  ...(wagi === undefined ? [] : [['toast-on-demand (Rust, 1.7 MB)', join(wagi, 'toast-on-demand.wasm')]]),
];
try {
  for (const [name, file] of work) {
    await measure(name, file, Number(values.requests), Number(values.connections), resolve(values.dist));
  }
} finally {
  rmSync(folder, { recursive: true });
}
