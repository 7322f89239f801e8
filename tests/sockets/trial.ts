// One run of a program on a network: what it prints, how it ends, and who it talks with.
import { compile, engine, type Imports } from '../../src/index.ts';
import { type Network, VirtualClock, WASI, type WasiOptions } from '../../src/wasi/index.ts';
import { type NetworkName, type Names, networkOf } from './networks.ts';
import { Peer } from './peer.ts';

export interface SocketProgram {
  /** What is shown of it: the file and what is done with it. */
  readonly title: string;
  /** Below the folder of programs. */
  readonly file: string;
  readonly networks: readonly NetworkName[];
  /** Arguments from the program's own name on. */
  readonly args?: readonly string[];
  readonly options?: () => Omit<WasiOptions, 'args' | 'network' | 'stdout' | 'stderr'>;
  readonly imports?: () => Imports;
  readonly names?: Names;
  /** Makes ready whom the program will talk with, before it begins. */
  readonly before?: (network: Network) => void;
  /** The order of guest threads is random, as follows from this number. */
  readonly seed?: number;
  /** Time that passes when the guest sleeps. */
  readonly virtualTime?: boolean;
  /** false: it takes too long to be run with the unit tests. */
  readonly short?: boolean;
  /** Talks with the program, and throws where it does not do what it has to. */
  readonly check: (trial: Trial) => Promise<void>;
}

const NO_NAMES: Names = new Map();

/** How a run has ended. */
export type Ended = { readonly exitCode: number } | { readonly error: unknown };

export class Trial {
  readonly network: Network;
  /** System calls, as strace shows them. */
  readonly calls: string[] = [];
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly abort = new AbortController();
  private readonly wasi: WASI;

  constructor(program: SocketProgram, bytes: Uint8Array, name: NetworkName) {
    const { args = [program.file], options, imports, names = NO_NAMES, virtualTime, seed } = program;
    this.network = networkOf(name, names);
    program.before?.(this.network);
    const wasi = new WASI({
      ...(virtualTime === true ? { clock: new VirtualClock() } : {}),
      ...options?.(),
      args,
      network: this.network,
      ...(name === 'node'
        ? { allow: { connect: ['loopback'], bind: ['loopback', 'unspecified'], resolve: ['*'] } }
        : {}),
      stdout: (bytes) => {
        this.stdout += Buffer.from(bytes).toString();
      },
      stderr: (bytes) => {
        this.stderr += Buffer.from(bytes).toString();
      },
      strace: (line) => {
        this.calls.push(line);
      },
    });
    this.wasi = wasi;
    const run = wasi.run(engine, compile(bytes), {
      signal: this.abort.signal,
      imports: imports?.() ?? {},
      ...(seed === undefined ? {} : { scheduler: { seed } }),
    });
    this.ended = Promise.resolve(run).then(
      (exitCode) => ({ exitCode }),
      (error: unknown) => ({ error }),
    );
  }

  /** The exit code, of a program that ends by itself. @throws what ended it otherwise. */
  async exitCode(): Promise<number> {
    const ended = await this.ended;
    if ('error' in ended) throw ended.error;
    return ended.exitCode;
  }

  /** Sends the program a signal from outside. */
  signal(signal: number): void {
    this.wasi.signal(signal);
  }

  /** A connection to where the program listens. */
  peer(port: number): Promise<Peer> {
    return Peer.connect(this.network, port);
  }

  /** Waits until the program has done something. @throws Error when it has ended before. */
  async until(what: string, holds: () => boolean): Promise<void> {
    let over = false;
    this.ended.then(() => {
      over = true;
    });
    while (!holds()) {
      if (over) throw new Error(`the program has ended before it ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Stops the program, if it runs. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }
}
