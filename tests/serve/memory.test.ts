// A server keeps nothing of requests that are over.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { load } from '../../bench/serve/load.ts';
import { COUNTING } from './modules.ts';
import { folderOf } from './serving.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function kept(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

test('a thousand requests leave memory level, of which each had 192 KiB', async () => {
  const { path: cwd, remove } = folderOf({ 'counting.wat': COUNTING });
  let stop = (): void => {};
  let listens = (_: number): void => {};
  const listening = new Promise<number>((resolve) => {
    listens = resolve;
  });
  const ended = main(['serve', '-l', '0', 'counting.wat'], {
    env: {},
    cwd,
    stdout: () => {},
    stderr: (data) => listens(Number(/:(\d+)\/\n/.exec(String(data))?.[1])),
    readStdin: () => new Uint8Array(0),
    onStop: (tell) => {
      stop = () => tell(15);
      return () => {};
    },
  });
  const port = await listening;
  await load(port, '/', 400, 8);
  const samples: number[] = [];
  for (let i = 0; i < 10; i++) {
    expect((await load(port, '/', 100, 8)).failed).toBe(0);
    samples.push(kept());
  }
  stop();
  expect(await ended).toBe(0);
  remove();
  const growth = median(samples.slice(-3)) - median(samples.slice(0, 3));
  expect(growth / 700).toBeLessThan(3000);
}, 120_000);
