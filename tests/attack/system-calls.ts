// Each function of the system interface with each kind of arguments, in a loop beside a timer of 5 ms that a deadline ends:
// how late that is, and how long the timer waits. In CPU time, since a busy machine makes the gaps of the clock longer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, engine } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { nodeHost } from '../../src/wasi/hosts/node.ts';
import { BOUNDS, type Figure, type Part, type Settings } from './part.ts';
import { besideTimer } from '../turns.ts';
import { makeFolder, programs } from './system-programs.ts';

const MILLISECONDS = 300;

async function measure(name: string, { seed }: Settings): Promise<Figure[]> {
  const program = compile(assemble((programs(seed).get(name) as () => string)()));
  const folder = mkdtempSync(join(tmpdir(), 'attack-folder-'));
  try {
    makeFolder(folder);
    const wasi = new WASI({ ...nodeHost({ preopens: { '/': folder } }), stdout: () => undefined });
    const gaps = await besideTimer(MILLISECONDS, async (deadline) => wasi.run(engine, program, { deadline }));
    const ended = gaps.error === undefined ? '' : `; ${String(gaps.error).slice(0, 100)}`;
    const figure = (what: string, value: number, bound: number): Figure => {
      return { what, value, unit: 'ms', bound, note: `${gaps.count} gaps${ended}` };
    };
    return [
      figure('late', gaps.late, BOUNDS.longest),
      figure('99 of 100 gaps', gaps.most, BOUNDS.most),
      figure('longest gap', gaps.longest, BOUNDS.longest),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const SYSTEM_CALLS: Part = {
  cases: ({ seed, short }) => [...programs(seed).keys()].filter((_, i) => !short || i % 100 === 0),
  measure,
};
