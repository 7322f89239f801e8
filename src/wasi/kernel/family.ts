// All processes of a program: how they are made, what becomes of them, and what signals do to them. They share one scheduler,
// one account of fuel and one set of limits: each counts as a thread there.
// The program ends with its first process. What the calls of a guest say about it is the business of the interface.
import { ExitStatus, isError } from '../../errors.ts';
import { Copies } from '../../runtime/copies.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { refused } from '../host/errno.ts';
import { type Callers, GuestThread, type Linked, ThreadExit } from './guest-thread.ts';
import type { Ended, Process, ThreadGroup } from './process.ts';
import type { GuestCall, Scheduler, Watch } from './scheduler.ts';
import { handledBy, isDue } from './delivery.ts';
import { actionOf, numberOfSignal } from './signals.ts';
import { Timers } from './timers.ts';

/** A program that is ready to begin: its calls, its instance, and what gives back what that was charged. */
export interface Loaded {
  readonly calls: readonly GuestCall[];
  readonly instance: ModuleInstance | undefined;
  readonly release: () => void;
  /** How threads of it are begun in a process: on the memories of this instance, where it is a copy. */
  readonly threads: (process: Process, over?: ModuleInstance) => ThreadGroup;
}

/** Values to import, by module and name. */
export type Imported = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The programs that may be executed. */
export interface Programs<M = unknown> {
  /** One of those that the embedder has given. NOEXEC where its bytes are no module. */
  named(name: string): M | undefined;
  /** One out of bytes. NOEXEC. */
  compile(bytes: Uint8Array): M;
  /** Makes it ready to begin in a process. NOEXEC, NOMEM. */
  prepared(module: M, process: Process): Loaded;
  /** An instance of a module that the interface makes itself: its bytes are asked for where the name is new. NOMEM. */
  linked(name: string, bytes: () => Uint8Array, imports: Imported, process: Process): Linked;
}

const KILL = numberOfSignal('KILL');
const CONT = numberOfSignal('CONT');

/** What a shell shows of a signal. */
const SIGNALLED = 128;

const FAMILIES = new WeakMap<Process, Family>();

/** That of a process; NOTSUP where the embedder runs the guest by itself. */
export function familyOf(process: Process): Family {
  const found = FAMILIES.get(process);
  if (found === undefined) throw refused('NOTSUP');
  return found;
}

export class Family {
  /** The processes by their numbers; one that has ended is there until its parent knows. */
  readonly members = new Map<number, Process>();
  /** Threads that have not ended. */
  private readonly living = new WeakMap<Process, Set<GuestThread>>();
  readonly callers: Callers;
  readonly programs: Programs;
  private readonly scheduler: Scheduler;
  private readonly first: Process;
  private readonly threads = new WeakMap<Process, Loaded['threads']>();
  private last = 1;

  constructor(first: Process, scheduler: Scheduler, callers: Callers, programs: Programs) {
    this.programs = programs;
    this.first = first;
    this.scheduler = scheduler;
    this.callers = callers;
    this.adopt(first);
  }

  private adopt(process: Process): void {
    this.members.set(process.id, process);
    this.living.set(process, new Set());
    process.timers = new Timers(process.clock, (signal) => this.signal(process, signal));
    FAMILIES.set(process, this);
  }

  /** The threads of a process that have not ended. */
  threadsOf(process: Process): Set<GuestThread> {
    return this.living.get(process) ?? new Set();
  }

  /** Children have the numbers behind that of the first process. */
  count(from: number): void {
    this.members.delete(this.first.id);
    this.first.id = from;
    this.members.set(from, this.first);
    this.last = from;
  }

  /** Begins a program in a process. */
  begin(process: Process, loaded: Loaded): void {
    process.release = loaded.release;
    this.threads.set(process, loaded.threads);
    process.threads = loaded.threads(process);
    this.enter(new GuestThread(process, numberOfFirst(process)), loaded.instance, loaded.calls);
  }

  /** Lets a thread begin; when it has ended, `release` is called. */
  enter(
    thread: GuestThread,
    instance: ModuleInstance | undefined,
    calls: readonly GuestCall[],
    release?: () => void,
  ): void {
    if (instance !== undefined) this.callers.add(instance, thread);
    this.threadsOf(thread.process).add(thread);
    thread.scheduled = this.scheduler.add(calls, this.watch(thread, release));
  }

  /** What happens where a thread ends. */
  watch(thread: GuestThread, release?: () => void): Watch {
    return {
      ended: () => {
        this.leaveChild(thread, { code: 0, signal: undefined });
        const { process } = thread;
        thread.end();
        release?.();
        const living = this.threadsOf(process);
        living.delete(thread);
        const [another] = living;
        if (process !== this.first) {
          if (another === undefined) this.end(process, { code: 0, signal: undefined });
        } else if (thread.isGone && another?.scheduled !== undefined) {
          // The process lives on in its other threads.
          another.isGone = true;
          this.scheduler.lead(another.scheduled);
        }
      },
      failed: (error) => this.failed(thread, error),
      returned: (call) => {
        thread.forget(call);
        thread.contexts?.returned();
        const { scheduled } = thread;
        if (scheduled !== undefined && scheduled.calls.length === 0) scheduled.calls = thread.lastCalls();
      },
    };
  }

  private failed(thread: GuestThread, error: unknown): boolean {
    if (error instanceof ThreadExit && error.thread === thread) return this.leave(thread);
    if (thread.contexts?.failed(error) === true) return true;
    this.leaveChild(thread, endOf(error));
    const { process, call } = thread;
    if (isError(error, 'exit')) {
      if (process === this.first) return false;
      this.end(process, endOf(error));
      return true;
    }
    if (!isError(error, 'trap') && !isError(error, 'exhaustion')) return false;
    const handled = call === undefined ? undefined : handledBy(thread, call.depth ?? 0);
    if (handled === undefined && process === this.first) return false;
    this.kill(process, handled ?? signalOf(error));
    return true;
  }

  /** What ends a thread ends the child that it acts for, and then the thread as what it is. */
  private leaveChild(thread: GuestThread, ended: Ended): void {
    const child = thread.actForItself();
    if (child !== undefined) this.end(child, ended);
  }

  /** A thread has ended itself, in the middle of its calls: what comes last is still to be done. */
  private leave(thread: GuestThread): true {
    const { scheduled } = thread;
    if (scheduled !== undefined && this.scheduler.leads(scheduled)) thread.isGone = true;
    const calls = thread.lastCalls();
    if (scheduled !== undefined && calls.length > 0) this.scheduler.change(scheduled, calls);
    return true;
  }

  /**
   * A child that goes on where a thread stands, which is suspended in a system call. `shares`: it has the same memory, until
   * it calls `freed`. `pay` is told how many elements were copied beside memories. AGAIN: too many; MFILE, NOMEM.
   */
  fork(thread: GuestThread, shares: boolean, pay: (elements: number) => void): Process {
    const { process, scheduled, instance } = thread;
    const { limits, calls } = process;
    if (scheduled === undefined || calls === undefined || instance === undefined) throw refused('NOTSUP');
    const child = this.child(process);
    const copies = new Copies(limits, shares);
    try {
      const made = scheduled.calls.map((call) => calls.copy(call, copies, 0));
      const copied = copies.instance(instance);
      const forked = new GuestThread(child, child.id);
      for (const [key, value] of thread.locals) forked.locals.set(key, value);
      for (const at of thread.closures.keys()) forked.closures.set(at, undefined);
      for (const at of thread.freeSlots) forked.freeSlots.push(at);
      const checkpoints = thread.checkpoints.get(scheduled.calls[0]);
      if (checkpoints !== undefined) forked.checkpoints.set(made[0], checkpoints.copy(copies));
      copies.complete();
      pay(copies.elements);
      child.release = () => copies.release();
      const threads = this.threads.get(process) as Loaded['threads'];
      this.threads.set(child, threads);
      child.threads = threads(child, copied);
      this.enter(forked, copied, made);
      return child;
    } catch (error) {
      copies.release();
      this.undo(child);
      if (isError(error, 'exhaustion')) throw refused('NOMEM');
      throw error;
    }
  }

  /** A child without threads. AGAIN, MFILE. */
  child(parent: Process): Process {
    if (!parent.limits.charge('threads')) throw refused('AGAIN');
    let child: Process;
    try {
      child = parent.fork(this.last + 1);
    } catch (error) {
      parent.limits.credit('threads');
      throw error;
    }
    this.last++;
    this.adopt(child);
    return child;
  }

  /** A child that has not begun was never there. */
  undo(child: Process): void {
    this.end(child, { code: 0, signal: undefined });
    this.reap(child);
  }

  /** A thread goes on with another call, which was put aside or has not begun. */
  change(thread: GuestThread, call: GuestCall): void {
    const { scheduled } = thread;
    if (scheduled !== undefined) this.scheduler.change(scheduled, [call, ...scheduled.calls.slice(1)]);
  }

  /** Another program in the place of that of a thread's process: all of its threads end. */
  exec(thread: GuestThread, loaded: Loaded): void {
    const { process, scheduled } = thread;
    const successor = new GuestThread(process, numberOfFirst(process));
    this.threadsOf(process).add(successor);
    for (const one of [...this.threadsOf(process)]) {
      if (one !== thread && one.scheduled !== undefined) this.scheduler.remove(one.scheduled);
    }
    process.files.closeOnExec();
    process.signals.reset();
    process.timers?.goOn(process.signals.waiting);
    process.locals.clear();
    const { release } = process;
    process.release = loaded.release;
    this.threads.set(process, loaded.threads);
    process.threads = loaded.threads(process);
    if (scheduled === undefined) throw refused('NOTSUP');
    const before = scheduled.calls;
    scheduled.watch.ended?.();
    scheduled.watch = this.watch(successor);
    successor.scheduled = scheduled;
    if (loaded.instance !== undefined) this.callers.add(loaded.instance, successor);
    this.scheduler.change(scheduled, loaded.calls);
    if (process === this.first) this.scheduler.lead(scheduled);
    for (const call of before) call.abandon();
    release();
    process.freed();
    process.freed = () => {};
  }

  /** A process has ended: all that it has is let go of. */
  end(process: Process, ended: Ended): void {
    if (process.ended !== undefined) return;
    process.ended = ended;
    for (const { scheduled } of [...this.threadsOf(process)])
      if (scheduled !== undefined) this.scheduler.remove(scheduled);
    process.timers?.clear();
    process.files.closeAll();
    process.release();
    process.letGo();
    if (process !== this.first) process.limits.credit('threads');
    for (const child of process.children) this.orphan(child);
    process.children.clear();
    const { parent } = process;
    if (parent === undefined || parent.ended !== undefined) this.members.delete(process.id);
    else parent.changes.wakeAll();
    process.freed();
  }

  /** All is over: everything that processes have is closed, but for what the first one has. */
  close(): void {
    for (const one of [...this.members.values()]) if (one !== this.first) this.end(one, { code: 0, signal: undefined });
    this.first.timers?.clear();
    this.first.letGo();
  }

  private orphan(child: Process): void {
    child.parent = undefined;
    if (child.ended !== undefined) this.members.delete(child.id);
  }

  /** A child that has ended is forgotten: its parent knows. */
  reap(child: Process): void {
    child.parent?.children.delete(child);
    this.members.delete(child.id);
  }

  /** Sends a signal to a process, or to one of its threads. */
  signal(process: Process, signal: number, thread?: GuestThread): void {
    if (signal === 0 || process.ended !== undefined) return;
    if (signal === CONT) this.goOn(process);
    const { handler } = process.signals;
    const action = actionOf(signal);
    if (signal === KILL || (handler === undefined && action === 'terminate')) this.kill(process, signal);
    else if (action === 'stop' && (handler === undefined || signal === numberOfSignal('STOP')))
      this.stop(process, signal);
    else if (handler !== undefined) this.post(process, signal, thread);
  }

  /** It waits until its handler can be called. */
  private post(process: Process, signal: number, thread: GuestThread | undefined): void {
    (thread?.signals ?? process.signals.waiting).add(signal);
    const [...all] = thread === undefined ? this.threadsOf(process) : [thread];
    const target = all.find((one) => one.waits !== undefined && isDue(one));
    target?.waits?.interrupt();
  }

  private kill(process: Process, signal: number): void {
    const ended = { code: SIGNALLED + signal, signal };
    if (process === this.first) this.scheduler.fail(new ExitStatus(ended.code));
    this.end(process, ended);
  }

  private stop(process: Process, signal: number): void {
    if (process.stopped !== undefined) return;
    process.stopped = signal;
    process.stopIsNews = true;
    for (const { scheduled } of this.threadsOf(process)) if (scheduled !== undefined) this.scheduler.hold(scheduled);
    process.parent?.changes.wakeAll();
  }

  private goOn(process: Process): void {
    process.stopped = undefined;
    process.stopIsNews = false;
    process.timers?.goOn(process.signals.waiting);
    for (const { scheduled } of this.threadsOf(process)) if (scheduled !== undefined) this.scheduler.goOn(scheduled);
  }
}

/** Threads are not numbered 0, which means whoever calls. */
export function numberOfFirst({ id }: Process): number {
  return Math.max(1, id);
}

/** How a process ends that is ended by an error. */
function endOf(error: unknown): Ended {
  if (isError(error, 'exit')) return { code: error.exitCode, signal: undefined };
  const signal = signalOf(error);
  return { code: SIGNALLED + signal, signal };
}

/** By which signal a native program would have ended. */
function signalOf(error: unknown): number {
  const { kind } = error as { readonly kind?: string };
  if (kind === 'unreachable') return numberOfSignal('ABRT');
  if (kind?.startsWith('integer') === true) return numberOfSignal('FPE');
  return numberOfSignal(kind?.includes('out-of-bounds') === true || kind === undefined ? 'SEGV' : 'ILL');
}
