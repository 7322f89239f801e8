// Real processes under `--timeout 1s`: CPU time until they have ended, above that of an empty program.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../src/text/index.ts';
import { guestNamed, guestNames } from './guests.ts';
import { BOUNDS, type Figure, type Part, type Settings } from './part.ts';
import { runProcess } from './processes.ts';
import { makeFolder, programs } from './system-programs.ts';

/** Codes that a guest under a time-out may end with: by itself, by the time-out, by a trap. */
const CODES: readonly (number | string)[] = [0, 124, 134];

let start: Promise<number> | undefined;

/** Seconds of CPU time of an empty program: the least of three. */
async function startOf(folder: string): Promise<number> {
  const file = join(folder, 'empty.wasm');
  writeFileSync(file, assemble('(module (func (export "_start")))'));
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) least = Math.min(least, (await runProcess([file], { most: 30 })).cpu);
  return least;
}

async function measure(name: string, { seed, loop }: Settings): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'attack-time-out-'));
  try {
    const empty = await (start ??= startOf(folder));
    const given = join(folder, 'given');
    makeFolder(given);
    const file = join(folder, 'guest.wasm');
    const program = programs(seed).get(name);
    writeFileSync(file, program === undefined ? guestNamed(name, seed) : assemble(program()));
    const entry = program === undefined ? ['--invoke', 'f'] : ['--dir', `${given}::/`];
    // Functions of the host of other parts are there, and do nothing.
    const options = ['--loop', loop, '--timeout', '1s', '--unknown-imports', 'default', '--max-memory', '512MiB'];
    const { cpu, how, said } = await runProcess([...options, ...entry, file], { most: 20 });
    const note = `ended by ${how}; ${said}`;
    return [
      { what: 'above an empty program', value: cpu - empty, unit: 's', bound: BOUNDS.timeout, note },
      { what: 'exit code', value: CODES.includes(how) ? 0 : 1, unit: '', bound: 0, note },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Guests whose operations are no bulk operations of some length: those are many, and alike. */
const ALIKE = /^(memory|table|array)\.\w+( \w+)* of \d/;

export const TIME_OUTS: Part = {
  ownProcesses: true,
  cases: ({ seed, short }) =>
    [...guestNames(seed).filter((name) => !ALIKE.test(name)), ...programs(seed).keys()].filter(
      (_, i) => !short || i % 300 === 0,
    ),
  measure,
};
