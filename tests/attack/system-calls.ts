// Each function of the system interface with each kind of arguments, in a loop beside a timer of 5 ms that a deadline ends:
// how late that is, and how long the timer waits. In CPU time, since a busy machine makes the gaps of the clock longer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, engine } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { nodeHost } from '../../src/wasi/hosts/node.ts';
import { BOUNDS, cpu, type Figure, type Part, type Settings } from './part.ts';
import { makeFolder, programs } from './system-programs.ts';

const MILLISECONDS = 300;

/** Gaps of a timer in milliseconds of CPU time, sorted, and how much passed after the deadline. */
async function besideTimer(
  run: (deadline: number) => Promise<unknown>,
): Promise<{ gaps: number[]; late: number; ended: string }> {
  const gaps: number[] = [];
  const deadline = Date.now() + MILLISECONDS;
  let last = cpu();
  let atEnd: number | undefined;
  const tick = (): void => {
    const now = cpu();
    gaps.push(now - last);
    last = now;
    if (Date.now() < deadline) atEnd = now;
  };
  const timer = setInterval(tick, 5);
  let ended = '';
  await run(deadline).catch((error: unknown) => {
    if ((error as { reason?: unknown }).reason !== 'deadline') ended = String(error).slice(0, 100);
  });
  clearInterval(timer);
  tick();
  gaps.sort((a, b) => a - b);
  return { gaps, late: last - (atEnd ?? last), ended };
}

async function measure(name: string, { seed }: Settings): Promise<Figure[]> {
  const program = compile(assemble((programs(seed).get(name) as () => string)()));
  const folder = mkdtempSync(join(tmpdir(), 'attack-folder-'));
  try {
    makeFolder(folder);
    const wasi = new WASI({ ...nodeHost({ preopens: { '/': folder } }), stdout: () => undefined });
    const { gaps, late, ended } = await besideTimer(async (deadline) => wasi.run(engine, program, { deadline }));
    const part = (of: number): number => gaps[Math.floor((gaps.length - 1) * of)];
    const figure = (what: string, value: number, bound: number): Figure => {
      return { what, value, unit: 'ms', bound, note: `${gaps.length} gaps${ended === '' ? '' : `; ${ended}`}` };
    };
    return [
      figure('late', late, BOUNDS.longest),
      figure('99 of 100 gaps', part(0.99), BOUNDS.most),
      figure('longest gap', part(1), BOUNDS.longest),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const SYSTEM_CALLS: Part = {
  cases: ({ seed, short }) => [...programs(seed).keys()].filter((_, i) => !short || i % 100 === 0),
  measure,
};
