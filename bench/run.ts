// Times kernels on the built package against other engines, in pairs: ours, other, ours, other ...
//   npm run bench [-- KERNEL...] [--against native,polywasm] [--prototype PATH] [--rounds N] [--processes N] [--base ENGINE]
// Each engine runs in a child process of its own (plain Node), of which one at a time is busy; the whole is repeated with
// fresh processes, since the same build varies by 10-20 % between processes. Ratios are medians over all pairs.
// A result is checked before its time counts: an engine that answers wrongly gets no ratio.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataFolder, missingData } from '../tests/data.ts';

/** Kernel -> argument of its export `run`, and the result. CoreMark has a fake clock (child.js); its result is the score. */
// biome-ignore format: a table
const KERNELS: Record<string, { argument?: number; expected: number }> = {
  fib:      { argument: 30,      expected: 832040 },
  sieve:    { argument: 4,       expected: 82025 },
  matmul:   { argument: 2,       expected: 1373 },
  i64mix:   { argument: 300000,  expected: 40910429 },
  crc32:    { argument: 16,      expected: 1574218351 },
  qsort:    { argument: 100000,  expected: 1693579552 },
  state:    { argument: 3000000, expected: -742816303 },
  mandel:   { argument: 120,     expected: 437309 },
  coremark: {                    expected: 100 },
};
const COREMARK_ITERATIONS = 1100;

/** How long one call may take before the engine is given up. */
const MAX_SECONDS = 120;

type Answer = { ms: number; result: number } | { error: string };

class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  constructor(name: string, folder: string, prototype: string) {
    this.#name = name;
    const script = fileURLToPath(new URL('child.js', import.meta.url));
    this.#process = fork(script, [name, folder, prototype], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** The next message; an engine that dies or does not end gives an error. */
  #next(): Promise<Answer> {
    return new Promise((done) => {
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        this.#process.removeAllListeners();
        done(answer);
      };
      const timer = setTimeout(() => {
        this.#process.kill('SIGKILL');
        finish({ error: `no end after ${MAX_SECONDS} s` });
      }, MAX_SECONDS * 1000);
      this.#process.once('message', (message) => finish(message as Answer));
      this.#process.once('exit', () => finish({ error: `the process of ${this.#name} ended` }));
    });
  }

  ready(): Promise<Answer> {
    return this.#next();
  }

  /** Milliseconds of one call, or what went wrong. */
  async time(kernel: string): Promise<number | string> {
    if (!this.#process.connected) return 'gone';
    const { argument, expected } = KERNELS[kernel];
    const answer = this.#next();
    this.#process.send({ kernel, argument });
    const got = await answer;
    if ('error' in got) return got.error;
    return got.result === expected ? got.ms : `wrong: ${got.result} instead of ${expected}`;
  }

  stop(): void {
    this.#process.kill();
  }
}

/** Milliseconds of all calls, and base / other of each pair. */
interface Series {
  base: number[];
  other: number[];
  ratios: number[];
  /** Why there are no numbers. */
  failed?: string;
}

/** Rounds of pairs, after one untimed call of each. */
async function measure(kernel: string, base: Child, other: Child, rounds: number, into: Series): Promise<void> {
  for (let round = -1; round < rounds && into.failed === undefined; round++) {
    const a = await base.time(kernel);
    const b = await other.time(kernel);
    if (typeof a === 'string' || typeof b === 'string') into.failed = typeof a === 'string' ? `base: ${a}` : String(b);
    else if (round >= 0) {
      into.base.push(a);
      into.other.push(b);
      into.ratios.push(a / b);
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function show(kernel: string, name: string, base: string, series: Series): void {
  const label = `${kernel.padEnd(9)} ${base} / ${name}`.padEnd(34);
  if (series.failed !== undefined) {
    console.log(`${label} ${series.failed}`);
    return;
  }
  const each = (values: readonly number[]): string => {
    const ms = median(values);
    const score = kernel === 'coremark' ? ` (${((COREMARK_ITERATIONS * 1000) / ms).toFixed(0)} it/s)` : '';
    return `${ms.toFixed(1).padStart(8)} ms${score}`;
  };
  const ratio = median(series.ratios);
  const range = `${Math.min(...series.ratios).toFixed(2)}-${Math.max(...series.ratios).toFixed(2)}`;
  console.log(`${label} ${each(series.base)} / ${each(series.other)}  ratio ${ratio.toFixed(2)}  (${range})`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      against: { type: 'string', default: 'native,polywasm' },
      base: { type: 'string', default: 'ours' },
      prototype: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      processes: { type: 'string', default: '3' },
    },
  });
  const data = dataFolder('experiments');
  const folder = data === undefined ? '' : join(data, 'dispatch', 'wasm');
  if (!existsSync(folder)) throw new Error(missingData('experiments'));
  const kernels = positionals.length > 0 ? positionals : Object.keys(KERNELS);
  const unknown = kernels.filter((kernel) => KERNELS[kernel] === undefined);
  if (unknown.length > 0) throw new Error(`no kernel ${unknown.join(', ')}; known: ${Object.keys(KERNELS).join(', ')}`);
  const others = values.against.split(',').filter((name) => name !== '');
  if (values.prototype !== '') others.push('prototype');

  const { base, rounds, processes } = values;
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores; Node ${process.version}`);
  console.log(`medians of ${processes} x ${rounds} pairs; ratio = time of ${base} / time of the other`);
  const all = new Map<string, Series>();
  for (let i = 0; i < Number(processes); i++) {
    const start = (name: string): Child => new Child(name, folder, resolve(values.prototype));
    const children = new Map([...new Set([base, ...others])].map((name) => [name, start(name)]));
    for (const child of children.values()) await child.ready();
    for (const kernel of kernels) {
      for (const name of others) {
        const key = `${kernel} ${name}`;
        const series = all.get(key) ?? { base: [], other: [], ratios: [] };
        all.set(key, series);
        await measure(kernel, children.get(base) as Child, children.get(name) as Child, Number(rounds), series);
        if (i === Number(processes) - 1) show(kernel, name, base, series);
      }
    }
    for (const child of children.values()) child.stop();
  }
}

await main();
