// A process as system calls see it: arguments, environment, file table, clock, randomness, and its pending waits.
import { ExitStatus } from '../../errors.ts';
import { type Pairs, pairsOf } from '../../options.ts';
import { encodeUtf8 } from '../../syntax/utf8.ts';
import type { Clock } from '../host/clock.ts';
import type { Family } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import type { Network } from '../host/network.ts';
import type { Random } from '../host/random.ts';
import { refuseEnvironmentName, refuseNul } from '../messages.ts';
import { type GuestLimits, type Limits, limitsOf } from '../../runtime/limits.ts';
import { FileTable } from './file-table.ts';
import { HeldClock, HeldRandom } from './held.ts';
import { HeldNetwork } from './held-network.ts';
import { DatagramSocket } from './open/datagram-socket.ts';
import { StreamSocket } from './open/stream-socket.ts';
import { Parked } from './parked.ts';
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

export class Process {
  /** Its number: that of the first one of a program is 1. */
  readonly id: number = 1;
  /** UTF-8 with a closing NUL, ready to be copied into the guest. */
  readonly args: readonly Uint8Array[];
  /** `KEY=VALUE`, likewise. */
  readonly env: readonly Uint8Array[];
  readonly limits: Limits;
  /** The current directory, where the guest has chosen one. */
  cwd: string | undefined;
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

  /** Throws a TypeError for a text with a NUL in it, and for a variable's name that is empty or has `=` in it. */
  constructor(options: ProcessOptions) {
    this.args = options.args.map((arg) => terminated('argument', arg));
    this.env = [...new Map(pairsOf(options.env))].map(([key, value]) => {
      if (key === '' || key.includes('=')) throw new TypeError(refuseEnvironmentName(key));
      return terminated('environment variable', `${key}=${value}`);
    });
    this.limits = limitsOf(options.limits);
    this.files = new FileTable(this.limits);
    this.clock = new HeldClock(options.clock);
    this.random = new HeldRandom(options.random);
    this.network = options.network && new HeldNetwork(options.network);
    this.parked = new Parked(this.clock);
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

function terminated(what: string, text: string): Uint8Array {
  if (text.includes('\0')) throw new TypeError(refuseNul(what, text));
  return encodeUtf8(`${text}\0`);
}
