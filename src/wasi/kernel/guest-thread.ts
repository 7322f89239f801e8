// Guest threads as system calls know them: which process they belong to, their number, and what each has of its own.
// Which thread calls is told by the instance: each thread has one of its own.
// Not here: how threads are run (scheduler.ts), and how they are made (program.ts).
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Process } from './process.ts';
import { Subscribers } from './pollable.ts';

export class GuestThread {
  readonly process: Process;
  /** The first thread of a process has the number of the process. */
  readonly id: number;
  /** Values of thread-local variables by key, of those that have been set. */
  readonly locals = new Map<number, bigint>();
  /** Whether it has ended, and who waits for that. */
  hasEnded = false;
  readonly joiners = new Subscribers();

  constructor(process: Process, id: number) {
    this.process = process;
    this.id = id;
  }

  end(): void {
    this.hasEnded = true;
    this.joiners.wakeAll();
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
