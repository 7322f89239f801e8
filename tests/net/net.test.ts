// The net in its short form: `npm run net -- --cases 100000 --processes 2000` casts it wide.
import { afterAll, expect, test } from 'vitest';
import { canRunProcesses, runAsProcess } from './as-process.ts';
import { caseOfSeed, runInProcess, Workshop } from './in-process.ts';

/** Processes take their time on a busy machine. */
const LONG = 180_000;

const workshop = new Workshop();
afterAll(() => workshop.remove());

async function wrongs(first: number, count: number, run: typeof runInProcess): Promise<string[]> {
  const found: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const { wrong } = await run(caseOfSeed(seed), workshop);
    if (wrong !== undefined) found.push(`npm run net -- --only ${seed}: ${wrong}`);
  }
  return found;
}

test(
  'no module, stream or command line ends in exit code 70, in an exception, or never',
  async () => {
    expect(await wrongs(1, 1500, runInProcess)).toEqual([]);
  },
  LONG,
);

test.skipIf(!canRunProcesses)(
  'nor do real processes with real streams',
  async () => {
    expect(await wrongs(100_000, 25, runAsProcess)).toEqual([]);
  },
  LONG,
);
