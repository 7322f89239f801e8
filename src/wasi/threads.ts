// wasi-threads: `wasi.thread-spawn`, and the threads that it starts.
// https://github.com/WebAssembly/wasi-threads#detailed-design-discussion
// A thread is a new instance of the same module over the same imports, its shared memory among them; its code is shared.
import { isError } from '../errors.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { type FuncType, I32 } from '../syntax/types.ts';
import type { EntryName } from './entries.ts';
import { ERRNO } from './host/errno.ts';
import { PRICES } from '../syntax/prices.ts';
import type { SystemInterface, TypedFunction } from './kernel/interface.ts';
import type { DispatchOptions } from './kernel/dispatcher.ts';
import type { Family } from './kernel/family.ts';
import { GuestThread } from './kernel/guest-thread.ts';
import type { Process, ThreadGroup } from './kernel/process.ts';
import type { GuestCall, Scheduler } from './kernel/scheduler.ts';

/** The module that `thread-spawn` is imported from. */
export const THREADS_MODULE = 'wasi';
export const SPAWN_NAME = 'thread-spawn';
/** The export that a thread begins with: `wasi_thread_start(thread number, argument)`. */
export const THREAD_ENTRY = 'wasi_thread_start';
/** That of destructors of thread-local variables, in the first generation of WASIX: user data and value, each in two halves. */
const DESTRUCTOR = '_thread_local_destroy';

/** Numbers of threads are positive and leave three bits to the guest's C library. */
const MAX_NUMBER = 0x1fff_ffff;

/** What a thread begins with: an export, and its arguments by the number that the thread has. */
export interface ThreadStart {
  readonly entry: EntryName;
  args(number: number): readonly number[];
}

/** A new instance for a thread: the calls that it makes, and when these are done, those that come then. */
export interface NewThread {
  readonly calls: readonly GuestCall[];
  readonly instance: ModuleInstance | undefined;
  readonly release: (() => void) | undefined;
  /** Begins a call of another export. Undefined: there is none of that type. */
  begin(entry: EntryName, args: readonly number[]): GuestCall | undefined;
}

/** What the threads of a process are made with. Undefined: there is no such export. */
export type NewInstance = (entry: EntryName, args: readonly number[]) => NewThread | undefined;

/** How often destructors are called that set variables again. POSIX: PTHREAD_DESTRUCTOR_ITERATIONS. */
const ROUNDS = 4;

export class Threads implements ThreadGroup {
  private readonly scheduler: Scheduler;
  private readonly family: Family;
  private readonly process: Process;
  private readonly instantiate: NewInstance;
  private last: number;

  /** `first`: the number of the first thread, where it has one that others must not have. */
  constructor(scheduler: Scheduler, family: Family, process: Process, first: number, instantiate: NewInstance) {
    this.scheduler = scheduler;
    this.family = family;
    this.process = process;
    this.last = first;
    this.instantiate = instantiate;
  }

  get count(): number {
    return this.scheduler.count;
  }

  /** AGAIN: too many threads, or the instance cannot be made; NOTSUP: the module has no entry for threads. */
  spawn(argument: number): number {
    const errno = this.start({ entry: THREAD_ENTRY, args: (number) => [number, argument] });
    return errno > 0 ? errno : -ERRNO[errno === 0 ? 'NOTSUP' : 'AGAIN'];
  }

  /** Starts a thread: its number; 0 where there is no such entry, -1 where there are too many, or it cannot be made. */
  start({ entry, args }: ThreadStart): number {
    const { process } = this;
    const { limits } = process;
    const number = this.last + 1;
    if (number > MAX_NUMBER || !limits.charge('threads')) return -1;
    let made: NewThread | undefined;
    try {
      made = this.instantiate(entry, args(number));
    } catch (error) {
      if (isError(error, 'exhaustion') || isError(error, 'link')) return -1;
      throw error;
    } finally {
      if (made === undefined) limits.credit('threads');
    }
    if (made === undefined) return 0;
    const { calls, instance, release } = made;
    const thread = new GuestThread(process, number);
    thread.lastCalls = destructors(thread, made);
    this.family.enter(thread, instance, calls, () => {
      limits.credit('threads');
      release?.();
    });
    this.last = number;
    return number;
  }

  knows(number: number): boolean {
    return number > 0 && number <= this.last;
  }
}

/** The calls of a thread's destructors, for those of its variables that have a value. */
function destructors(thread: GuestThread, { begin }: NewThread): () => GuestCall[] {
  let rounds = ROUNDS;
  return () => {
    const calls: GuestCall[] = [];
    if (rounds-- === 0) return calls;
    for (const [key, value] of thread.locals) {
      const userData = thread.process.locals.get(key);
      const call = userData && begin(DESTRUCTOR, [...halves(userData), ...halves(value)]);
      if (call !== undefined && call !== 0n) calls.push(call);
    }
    thread.locals.clear();
    return calls;
  };
}

/** The low and the high half. */
export function halves(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

const SPAWN_TYPE: FuncType = { kind: 'func', params: [I32], results: [I32] };

/** The functions to import from `wasi`. Without a scheduler threads cannot be started: NOTSUP. */
export function threadFunctions(
  callers: DispatchOptions['callers'],
  strace: ((line: string) => void) | undefined,
): SystemInterface {
  const spawn: TypedFunction = {
    type: SPAWN_TYPE,
    run: (caller, [argument]) => {
      const number = callers.of(caller).process.threads?.spawn(argument as number) ?? -ERRNO.NOTSUP;
      strace?.(`${SPAWN_NAME}(start_arg=${argument}) = ${number}`);
      return number;
    },
    cost: (caller) => (caller?.unit.prices ?? PRICES).systemCall,
    misused: -ERRNO.INVAL,
  };
  return { [SPAWN_NAME]: spawn };
}
