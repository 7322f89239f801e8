// Players: one engine in one process of its own, which times one piece of work per question. Of all processes one at a
// time is busy. The engines in JavaScript answer through kernel-child.js or program-child.ts, wasm3 and toywasm through
// their prompts or as whole processes.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnCommandLine } from './command-line-program.ts';
import type { Ran } from './program.ts';
import { PromptPlayer } from './prompt-player.ts';
import { type Kernel, kernelBytes } from './work.ts';

/** How long one run may take before the engine is given up, in seconds; webassemblyjs is given a thousandth of the work. */
const MAX_SECONDS = 120;
const WEBASSEMBLYJS_SECONDS = 20;

/** Where the engines are. */
export interface Places {
  readonly dist: string;
  readonly wasm3: string;
  readonly toywasm: string;
  readonly prototype: string;
}

/** Milliseconds, or what went wrong. */
export type Time = number | string;

/** Folder for modules and for the files of programs, removed at the end. */
const WORK = mkdtempSync(join(tmpdir(), 'wasmi-ts-bench-'));
process.on('exit', () => rmSync(WORK, { recursive: true, force: true }));

/** One process with a channel; a question gets one answer, an error where the process dies or does not end. */
class Child {
  readonly #process: ChildProcess;
  readonly #seconds: number;
  constructor(script: string, args: readonly string[], execArgv: readonly string[]) {
    this.#seconds = args[0] === 'webassemblyjs' ? WEBASSEMBLYJS_SECONDS : MAX_SECONDS;
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), [...args], {
      execArgv: [...execArgv],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  /** Waits for the message that the process is ready. */
  async ready(): Promise<void> {
    await this.#next();
  }

  ask(question: object): Promise<object> {
    if (!this.#process.connected) return Promise.resolve({ error: 'the process is gone' });
    const answer = this.#next();
    this.#process.send(question);
    return answer;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #next(): Promise<object> {
    return new Promise((done) => {
      const finish = (answer: object): void => {
        clearTimeout(timer);
        this.#process.removeAllListeners();
        done(answer);
      };
      const timer = setTimeout(() => {
        this.stop();
        finish({ error: `no end after ${this.#seconds} s` });
      }, this.#seconds * 1000);
      this.#process.once('message', (message) => finish(message as object));
      this.#process.once('exit', () => finish({ error: 'the process ended' }));
    });
  }
}

/** Something that can be timed again and again. */
export interface Player {
  time(): Promise<Time>;
  stop(): void;
}

/** The path of a kernel's module for engines that read files; undefined where its data is missing. */
export function kernelPath(kernel: Kernel): string | undefined {
  const bytes = kernelBytes(kernel);
  if (bytes === undefined) return undefined;
  const path = join(WORK, `${kernel.name}.wasm`);
  writeFileSync(path, bytes);
  return path;
}

/** A fresh process of an engine with one kernel loaded; `warmUp` is an argument to call it with once before. */
export async function kernelPlayer(
  engine: string,
  kernel: Kernel,
  path: string,
  places: Places,
  warmUp?: number,
): Promise<Player> {
  const { argument, expected } = kernel;
  const check = (answer: object): Time => {
    const { ms, result, error } = answer as { ms?: number; result?: number; error?: string };
    if (ms === undefined) return error ?? 'no answer';
    return result === expected ? ms : `wrong: ${String(result)} instead of ${expected}`;
  };
  if (engine === 'wasm3' || engine === 'toywasm') {
    const player = new PromptPlayer(engine, places[engine], path);
    await player.ready();
    return { time: async () => check(await player.time(argument, MAX_SECONDS)), stop: () => player.stop() };
  }
  const child = new Child('kernel-child.js', [engine, places.dist, places.prototype], []);
  await child.ready();
  if (warmUp !== undefined) await child.ask({ module: path, argument: warmUp });
  return { time: async () => check(await child.ask({ module: path, argument })), stop: () => child.stop() };
}

/** An engine for a program of the corpus; in JavaScript a fresh process, whose first run is cold. */
export async function programPlayer(engine: string, folder: string, places: Places): Promise<Player> {
  const work = join(WORK, engine);
  const check = ({ ms, wrong }: Ran): Time => wrong ?? ms;
  if (engine === 'wasm3' || engine === 'toywasm') {
    const run = async (): Promise<Time> =>
      check(await runOnCommandLine(engine, places[engine], folder, work, MAX_SECONDS));
    return { time: run, stop: () => {} };
  }
  const child = new Child(
    'program-child.ts',
    [engine, places.dist, folder, work],
    ['--no-warnings', '--import', 'tsx'],
  );
  await child.ready();
  return {
    time: async () => {
      const answer = (await child.ask({})) as Ran & { error?: string };
      return answer.error ?? check(answer);
    },
    stop: () => child.stop(),
  };
}
