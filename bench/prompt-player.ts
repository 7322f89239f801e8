// wasm3 or toywasm as a player: one process per module, kept alive through the engine's own prompt, so that a call is
// timed without process start, reading the module and (after the first call) compiling. The pipe costs about 0.1 ms.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** How an engine's prompt is started and asked. */
interface Dialect {
  readonly args: (module: string) => string[];
  readonly call: (argument: string) => string;
  readonly prompt: string;
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  wasm3: {
    args: (module) => ['--stack-size', '1000000', '--repl', module],
    call: (argument) => `run ${argument}\n`,
    prompt: 'wasm3> ',
  },
  toywasm: {
    args: (module) => ['--repl', '--load', module],
    call: (argument) => `:invoke run ${argument}\n`,
    prompt: 'toywasm> ',
  },
};

/** A result and how long it took, or what went wrong. */
export type Answer = { ms: number; result: number } | { error: string };

/** One process of one engine with one module loaded. */
export class PromptPlayer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #dialect: Dialect;
  #stdout = '';
  #result = '';
  #wake: () => void = () => {};
  #dead = false;

  constructor(engine: string, binary: string, module: string) {
    this.#dialect = DIALECTS[engine];
    this.#process = spawn(binary, this.#dialect.args(module));
    this.#process.stdout.on('data', (data: Buffer) => {
      this.#stdout += data.toString('latin1');
      this.#wake();
    });
    this.#process.stderr.on('data', (data: Buffer) => {
      this.#result += data.toString('latin1');
      this.#wake();
    });
    for (const event of ['exit', 'error']) {
      this.#process.on(event, () => {
        this.#dead = true;
        this.#wake();
      });
    }
    this.#process.stdin.on('error', () => {});
  }

  /** Waits for the prompt. */
  async ready(): Promise<void> {
    await this.#until(() => this.#stdout.endsWith(this.#dialect.prompt), 10);
  }

  /** Calls the export `run`. */
  async time(argument: number | undefined, seconds: number): Promise<Answer> {
    this.#stdout = '';
    this.#result = '';
    const start = performance.now();
    this.#process.stdin.write(this.#dialect.call(argument === undefined ? '' : String(argument)));
    if (!(await this.#until(() => this.#stdout.endsWith(this.#dialect.prompt), seconds))) {
      return { error: this.#dead ? 'the process ended' : `no end after ${seconds} s` };
    }
    const ms = performance.now() - start;
    // wasm3 writes results to stderr, toywasm to stdout; which pipe is read first is not settled.
    await this.#until(() => this.#text().includes('\n'), 0.2);
    const found = /Result: (-?[\d.e+]+)(:i32|:f32)?/.exec(this.#text());
    if (found === null) return { error: this.#text().trim() };
    // toywasm shows an f32 by its bits, and i32 without a sign.
    const result = Number(found[1]);
    if (found[2] === ':f32') return { ms, result: bitsToF32(result) };
    return { ms, result: found[2] === ':i32' ? result | 0 : result };
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #text(): string {
    return this.#result + this.#stdout;
  }

  #until(met: () => boolean, seconds: number): Promise<boolean> {
    return new Promise((done) => {
      const finish = (good: boolean): void => {
        clearTimeout(timer);
        this.#wake = () => {};
        done(good);
      };
      const timer = setTimeout(() => finish(false), seconds * 1000);
      this.#wake = () => {
        if (met()) finish(true);
        else if (this.#dead) finish(false);
      };
      this.#wake();
    });
  }
}

function bitsToF32(bits: number): number {
  return new Float32Array(new Uint32Array([bits]).buffer)[0];
}
