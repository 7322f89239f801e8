// Guest threads as system calls know them: which process they belong to, their number, and what each has of its own.
// Which thread calls is told by the instance: each thread has one of its own.
// Not here: how threads are run (scheduler.ts), and how they are made (program.ts).
import type { Checkpoints } from '../../runtime/checkpoints.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Contexts } from './contexts.ts';
import type { Process } from './process.ts';
import { Subscribers } from './pollable.ts';
import type { GuestCall, Scheduled } from './scheduler.ts';

/** A call of a guest that waits, as far as a signal goes. */
export interface Interruptible {
  /** It ends, since a signal has come. */
  interrupt(): void;
}

/** An instance that the host has made, and what gives back what it was charged. */
export interface Linked {
  readonly instance: ModuleInstance;
  readonly release: () => void;
}

export class GuestThread {
  /** Which it belongs to; while a thread acts for a child of its own, the child (proc_fork_env). */
  process: Process;
  /** Its own process, while it acts for a child of that. */
  acting: Process | undefined;
  /** The first thread of a process has the number of the process. */
  readonly id: number;
  /** Values of thread-local variables by key, of those that have been set. */
  readonly locals = new Map<number, bigint>();
  /** The instance that it runs; undefined where nobody has said. */
  instance: ModuleInstance | undefined;
  /** As its scheduler knows it; undefined where the embedder runs it by itself. */
  scheduled: Scheduled | undefined;
  /** Signals that were sent to it and have not arrived. */
  readonly signals = new Set<number>();
  /** Signals whose handlers run, and how deep the thread was when they began. */
  readonly handling: { readonly signal: number; readonly depth: number }[] = [];
  /** The system call in which it waits. */
  waits: Interruptible | undefined;
  /** Where its calls may go back to (setjmp). */
  readonly checkpoints = new Map<GuestCall, Checkpoints>();
  /** What it does in turns (coroutines), once it does. */
  contexts: Contexts | undefined;
  /** What calls functions for it whose values are packed in memory, by their types. */
  readonly adapters = new Map<string, Linked>();
  /** Indices of its table that are closures, or will be: undefined until then, and where it was forked, which has copies. */
  readonly closures = new Map<number, Linked | undefined>();
  /** Those that were, and are no more. */
  readonly freeSlots: number[] = [];
  /** The calls that it makes when all others are done. */
  lastCalls: () => GuestCall[] = () => [];
  /** The first thread of the program has ended itself, or this one leads in its place. */
  isGone = false;
  /** Whether it has ended, and who waits for that. */
  hasEnded = false;
  readonly joiners = new Subscribers();

  constructor(process: Process, id: number) {
    this.process = process;
    this.id = id;
  }

  /** The call of a guest function that it is in. */
  get call(): GuestCall | undefined {
    return this.scheduled?.calls[0];
  }

  /** Acts for its own process again; returns the child that it has acted for. */
  actForItself(): Process | undefined {
    const { process, acting } = this;
    if (acting === undefined) return undefined;
    this.process = acting;
    this.acting = undefined;
    return process;
  }

  /** A call of it is given up. */
  forget(call: GuestCall): void {
    this.checkpoints.get(call)?.clear();
    this.checkpoints.delete(call);
  }

  end(): void {
    for (const one of this.checkpoints.values()) one.clear();
    this.contexts?.clear();
    for (const one of [...this.adapters.values(), ...this.closures.values()]) one?.release();
    this.hasEnded = true;
    this.joiners.wakeAll();
  }
}

/** Thrown by a thread that ends itself, and nothing but itself. */
export class ThreadExit extends Error {
  readonly thread: GuestThread;
  constructor(thread: GuestThread) {
    super('the thread has ended itself');
    this.thread = thread;
  }
}

/** The guest threads of a program by the instances that they run. */
export class Callers {
  /** That of whoever is not known: the embedder, and instances that it has made by itself. */
  private readonly first: GuestThread;
  private readonly known = new WeakMap<ModuleInstance, GuestThread>();
  private lastCaller: ModuleInstance | undefined;
  private last: GuestThread;

  constructor(process: Process) {
    this.first = new GuestThread(process, process.id);
    this.last = this.first;
  }

  add(instance: ModuleInstance, thread: GuestThread): void {
    thread.instance = instance;
    this.known.set(instance, thread);
    this.lastCaller = undefined;
  }

  /** Another instance that a thread runs. */
  join(instance: ModuleInstance, thread: GuestThread): void {
    this.known.set(instance, thread);
    this.lastCaller = undefined;
  }

  of(caller: ModuleInstance | undefined): GuestThread {
    if (caller === undefined) return this.first;
    if (caller !== this.lastCaller) {
      this.lastCaller = caller;
      this.last = this.known.get(caller) ?? this.first;
    }
    return this.last;
  }
}
