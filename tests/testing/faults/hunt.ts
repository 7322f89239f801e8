// Hunts one fault: a child process fuzzes the build that has it, under a deadline, and tells what it finds.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Builds } from './builds.ts';
import type { Fault } from './table.ts';

/** A fault has to be found in this time of one processor. */
const FIND_SECONDS = 60;

export interface Catch {
  /** Processor time until the first difference, and modules judged until then. */
  readonly seconds: number;
  readonly modules: number;
  /** Until the smallest module. */
  readonly total: number;
  readonly bytes: number;
  readonly what: string;
  readonly wat: string;
}

interface Line {
  readonly done?: true;
  readonly seconds: number;
  readonly modules: number;
  readonly bytes: number;
  readonly difference: { readonly what: string; readonly a: string; readonly b: string };
  readonly wat: string;
}

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** What the generator and the judge find of a fault; undefined when nothing in time. */
export async function hunt(builds: Builds, fault: Fault, seed: number): Promise<Catch | undefined> {
  const folder = builds.faulty(fault);
  const child = spawn(
    process.execPath,
    [CHILD, builds.sound, folder, fault.against, String(seed), String(FIND_SECONDS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
  let first: Line | undefined;
  let last: Line | undefined;
  let total = 0;
  let done = false;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    total = line.seconds;
    if (line.done) done = true;
    else {
      first ??= line;
      last = line;
    }
  }
  // A fault may make a loop endless: then the process stops itself, and what it told counts.
  if (!done && (await ended) === null) throw new Error(`${fault.name}: the process that looks for it failed`);
  builds.remove(folder);
  if (first === undefined || last === undefined || first.seconds > FIND_SECONDS) return undefined;
  const { what, a, b } = last.difference;
  return {
    seconds: first.seconds,
    modules: first.modules,
    total,
    bytes: last.bytes,
    what: `${what}: ${a} instead of ${b}`,
    wat: last.wat,
  };
}
