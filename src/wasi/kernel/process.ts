// A process as system calls see it: arguments, environment, file table, clock, randomness, and its pending waits.
import { ExitStatus } from '../../errors.ts';
import { type Pairs, pairsOf } from '../../options.ts';
import { encodeUtf8 } from '../../syntax/utf8.ts';
import type { Clock } from '../host/clock.ts';
import type { Family } from '../host/addresses.ts';
import type { EntryName } from '../entries.ts';
import { refused } from '../host/errno.ts';
import type { Network } from '../host/network.ts';
import type { Random } from '../host/random.ts';
import { refuseEnvironmentName, refuseNul } from '../messages.ts';
import { type GuestLimits, type Limits, limitsOf } from '../../runtime/limits.ts';
import type { Calls } from './calls.ts';
import { FileTable } from './file-table.ts';

import { HeldClock, type HeldDirectory, HeldRandom } from './held.ts';
import { HeldNetwork } from './held-network.ts';
import { DatagramSocket } from './open/datagram-socket.ts';
import { StreamSocket } from './open/stream-socket.ts';
import { Parked } from './parked.ts';
import { Subscribers } from './pollable.ts';
import { SharedCharge } from './shared-charge.ts';
import { Signals } from './signals.ts';
import type { Timers } from './timers.ts';
import { Waiting } from './wait.ts';

export interface ProcessOptions {
  readonly args: readonly string[];
  /** A name that is given twice has its last value, at its first place. */
  readonly env: Pairs<string>;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: Limits | GuestLimits | undefined;
  /** What the guest may use of it was decided before. */
  readonly network?: Network | undefined;
}

/** The guest threads of a process, where somebody schedules them. */
export interface ThreadGroup {
  /** Threads that have not ended, the main one included. */
  readonly count: number;
  /** Starts a thread with an argument: its number, or a negative error number. */
  spawn(argument: number): number;
  /** Starts one with an export: its number; 0 where there is no such entry, -1 where it cannot be made. */
  start(begin: { readonly entry: EntryName; args(number: number): readonly number[] }): number;
  /** Whether a thread that was started has had this number. */
  knows(number: number): boolean;
}

/** A terminal as a guest sees it: sizes in characters and in dots, and what is done with what is typed. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  readonly echo: boolean;
  readonly lineBuffered: boolean;
  readonly lineFeeds: boolean;
}

/** A call that is paused in the middle of its pieces. */
export interface Paused {
  /** Goes on to its end in place, for a call that cannot wait for it. */
  hurry(): void;
}

/** How a process has ended: with an exit code, and by which signal, if it was one. */
export interface Ended {
  readonly code: number;
  readonly signal: number | undefined;
}

export class Process {
  /** Its number: that of the first one of a program is 1, and of the first generation of WASIX 0. */
  id: number;
  /** UTF-8 with a closing NUL, ready to be copied into the guest. */
  args: readonly Uint8Array[] = [];
  /** `KEY=VALUE`, likewise. */
  env: readonly Uint8Array[] = [];
  /** Of both, where a guest has handed them over. */
  private told: SharedCharge | undefined;
  private readonly options: ProcessOptions;
  readonly limits: Limits;
  /** The current directory, where the guest has chosen one. */
  cwd: string | undefined;
  /** Where absolute paths begin, for programs that have them. */
  root: HeldDirectory | undefined;
  /** Thread-local variables by key, with what their destructor is told; a key is not given again. */
  readonly locals = new Map<number, bigint>();
  lastLocal = 0;
  /** What the guest has set of its terminal, and is shown again. */
  terminal: Terminal = {
    columns: 80,
    rows: 25,
    width: 800,
    height: 600,
    echo: true,
    lineBuffered: true,
    lineFeeds: true,
  };
  readonly files: FileTable;
  readonly clock: HeldClock;
  readonly random: HeldRandom;
  /** Undefined: none. */
  readonly network: HeldNetwork | undefined;
  /** Calls that wait in mode 'async'. */
  readonly waiting = new Waiting();
  /** Calls that wait in mode 'sync' while other threads run. */
  readonly parked: Parked;
  /** The call that is in the middle of its pieces while the host has a turn: others wait for its end. */
  paused: Paused | undefined;
  /** Undefined where the embedder runs the guest by itself: one thread then. */
  threads: ThreadGroup | undefined;

  /** Who made it, and whom it has made and not yet heard the end of. */
  parent: Process | undefined;
  readonly children = new Set<Process>();
  /** A child has ended, or stopped. */
  readonly changes = new Subscribers();
  ended: Ended | undefined;
  /** The signal that has stopped it, until it goes on; and whether its parent has yet to hear of that. */
  stopped: number | undefined;
  stopIsNews = false;
  readonly signals: Signals;
  /** What is to be done when it ends, or executes another program: what it had is given back. */
  release: () => void = () => {};
  /** Of whoever waits until it no longer uses the memory of its parent. */
  freed: () => void = () => {};
  /** Undefined, as what follows, where the embedder runs the guest by itself. */
  timers: Timers | undefined;
  /** What the engine does with calls that do not run. */
  calls: Calls | undefined;

  /**
   * Without a parent it has what the options say. Throws a TypeError for a text with a NUL in it, and for a variable's name
   * that is empty or has `=` in it; a SystemError (MFILE) where there is no room for the descriptors of a parent.
   */
  constructor(options: ProcessOptions, parent?: Process, id = 1) {
    this.options = options;
    this.id = id;
    this.parent = parent;
    this.signals = parent?.signals.fork() ?? new Signals();
    this.limits = parent?.limits ?? limitsOf(options.limits);
    this.files = parent?.files.fork() ?? new FileTable(this.limits);
    this.clock = parent?.clock ?? new HeldClock(options.clock);
    this.random = parent?.random ?? new HeldRandom(options.random);
    this.network = parent?.network ?? (options.network && new HeldNetwork(options.network));
    this.parked = parent?.parked ?? new Parked(this.clock);
    if (parent === undefined) this.setProgram(options.args, options.env);
    else {
      this.args = parent.args;
      this.env = parent.env;
      this.told = parent.told?.share();
      this.cwd = parent.cwd;
      this.root = parent.root;
      this.terminal = parent.terminal;
      for (const [key, told] of parent.locals) this.locals.set(key, told);
      this.lastLocal = parent.lastLocal;
      this.calls = parent.calls;
      parent.children.add(this);
    }
  }

  /** A child with copies of all that a process has of its own. MFILE. */
  fork(id: number): Process {
    return new Process(this.options, this, id);
  }

  /** What a program is begun with. @throws TypeError as above. */
  private setProgram(args: readonly string[], env: Pairs<string>): void {
    this.args = args.map((arg) => terminated('argument', arg));
    this.env = variables(env);
  }

  /** The same by a guest, so that it counts; it may keep the environment. NOMEM. @throws TypeError as above. */
  execute(args: readonly string[], env: Pairs<string> | undefined): void {
    const texts = args.map((arg) => terminated('argument', arg));
    const variable = env === undefined ? this.env : variables(env);
    const told = new SharedCharge(this.limits, bytesOf(texts) + bytesOf(variable));
    this.letGo();
    this.told = told;
    this.args = texts;
    this.env = variable;
  }

  /** Nothing is asked for its arguments and environment any more. */
  letGo(): void {
    this.told?.letGo();
    this.told = undefined;
  }

  /** A new socket, which has no address yet. ACCES without a network. */
  openSocket(family: Family, kind: 'stream' | 'datagram'): StreamSocket | DatagramSocket {
    const { network, limits } = this;
    if (network === undefined) throw refused('ACCES');
    return new (kind === 'stream' ? StreamSocket : DatagramSocket)({ network, family, budget: limits });
  }

  /** Addresses of a name: see HeldNetwork. ACCES without a network. */
  resolve(name: string, family?: Family): readonly string[] {
    if (this.network === undefined) throw refused('ACCES');
    return this.network.resolve(name, family);
  }

  /** Ends the process: waits of other threads reject with the status, which is also thrown. */
  exit(exitCode: number): never {
    const status = new ExitStatus(exitCode);
    this.waiting.abortAll(status);
    throw status;
  }
}

function variables(env: Pairs<string>): Uint8Array[] {
  return [...new Map(pairsOf(env))].map(([key, value]) => {
    if (key === '' || key.includes('=')) throw new TypeError(refuseEnvironmentName(key));
    return terminated('environment variable', `${key}=${value}`);
  });
}

/** What an array of bytes takes beside them. */
const TEXT_BYTES = 256;

function bytesOf(texts: readonly Uint8Array[]): number {
  return texts.reduce((sum, { length }) => sum + TEXT_BYTES + length, 0);
}

function terminated(what: string, text: string): Uint8Array {
  if (text.includes('\0')) throw new TypeError(refuseNul(what, text));
  return encodeUtf8(`${text}\0`);
}
