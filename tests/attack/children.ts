// Child processes of the attack: what runs in them is bundled, so that they start quickly and run as the package does.
// A child measures one case after the other and tells each on a line of its own. Where one dies, or spends too much, the
// case that it was at is broken, and another child goes on with the next.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { programOf } from '../programs.ts';
import type { Figure, Settings } from './part.ts';
import { cpuOf } from './processes.ts';

export interface Result {
  readonly part: string;
  readonly name: string;
  readonly figures: readonly Figure[];
}

/** Seconds of CPU time that a case may take in a child until it is ended. */
const MOST_CPU = 60;
/** The same by the clock, where CPU time cannot be had, or is not used. */
const MOST_WALL = 600;

/** Measures cases in children. */
export async function* measureInChildren(
  part: string,
  names: readonly string[],
  settings: Settings,
): AsyncGenerator<Result> {
  let next = 0;
  while (next < names.length) {
    const rest = names.slice(next);
    const child = spawn(process.execPath, [programOf('tests/attack/child.ts'), part, JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(rest));
    let said = '';
    child.stderr.on('data', (data) => {
      if (said.length < 2000) said += data;
    });
    let [since, wallSince, ended] = [0, Date.now(), ''];
    const watch = setInterval(() => {
      const spent = child.pid === undefined ? undefined : cpuOf(child.pid);
      if ((spent ?? 0) - since > MOST_CPU) ended = `ended above ${MOST_CPU} s of CPU time`;
      else if (Date.now() - wallSince > MOST_WALL * 1000) ended = `ended after ${MOST_WALL} s`;
      if (ended !== '') child.kill('SIGKILL');
    }, 100);
    const closed = new Promise<string>((resolve) =>
      child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    );
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const figures = JSON.parse(line) as Figure[];
        yield { part, name: names[next], figures };
        next++;
        since = (child.pid === undefined ? undefined : cpuOf(child.pid)) ?? since;
        wallSince = Date.now();
      }
      const how = await closed;
      if (next === names.length) return;
      const note = ended === '' ? `the process ended: ${how} ${lastLines(said)}` : ended;
      yield { part, name: names[next], figures: [broken('process', note)] };
      next++;
    } finally {
      clearInterval(watch);
      child.kill('SIGKILL');
    }
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(0, 6).join(' | ').slice(0, 300);
}

/** A figure for what has none. */
export function broken(what: string, note: string): Figure {
  return { what, value: Number.MAX_VALUE, unit: '', bound: 0, note };
}
