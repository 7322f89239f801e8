// The command line as a process of its own: its CPU time, the most memory that it had, how it ended. CPU time and memory
// are read from /proc, so that they are there on Linux only; elsewhere the time is that of the clock.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../data.ts';

const COMMAND = join(projectRoot, 'bin/wasmi-ts');

export interface Ended {
  /** Seconds of CPU time, of all threads. */
  readonly cpu: number;
  /** MiB, the most. */
  readonly rss: number;
  /** Exit code, or the signal that ended it. */
  readonly how: number | string;
  /** The first of what it said. */
  readonly said: string;
}

export interface RunOptions {
  /** MiB of V8's heap. */
  readonly heap?: number;
  /** Seconds of CPU time after which it is ended. */
  readonly most: number;
  readonly mostMiB?: number;
}

/** Seconds of CPU time of a process, without those of its children; undefined where the system does not tell. */
export function cpuOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/** Seconds of CPU time of all children of this process that have ended. */
function cpuOfChildren(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return undefined;
  }
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Runs the command line with nothing on its input and its output dropped. One at a time, or CPU times are mixed up. */
export async function runProcess(args: readonly string[], { heap, most, mostMiB = 4096 }: RunOptions): Promise<Ended> {
  const node = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const [before, begun] = [cpuOfChildren(), Date.now()];
  const child = spawn(process.execPath, [...node, COMMAND, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    if (said.length < 2000) said += data;
  });
  let [rss, stopped] = [0, ''];
  const look = setInterval(() => {
    if (child.pid === undefined || stopped !== '') return;
    rss = Math.max(rss, peakOf(child.pid));
    if ((cpuOf(child.pid) ?? 0) > most || Date.now() - begun > 20_000 * most) stopped = `ended above ${most} s`;
    else if (rss > mostMiB) stopped = `ended above ${mostMiB} MiB`;
    if (stopped !== '') child.kill('SIGKILL');
  }, 10);
  const how = await new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  clearInterval(look);
  const after = cpuOfChildren();
  const cpu = before === undefined || after === undefined ? (Date.now() - begun) / 1000 : after - before;
  return {
    cpu,
    rss,
    how: stopped === '' ? how : stopped,
    said: said.trim().split('\n').slice(0, 2).join(' | ').slice(0, 200),
  };
}
