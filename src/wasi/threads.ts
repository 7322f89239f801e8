// wasi-threads: `wasi.thread-spawn`, and the threads that it starts.
// https://github.com/WebAssembly/wasi-threads#detailed-design-discussion
// A thread is a new instance of the same module over the same imports, its shared memory among them; its code is shared.
import { isError } from '../errors.ts';
import type { Limits } from '../runtime/limits.ts';
import { type FuncType, I32 } from '../syntax/types.ts';
import { ERRNO } from './host/errno.ts';
import { PRICES } from '../syntax/prices.ts';
import type { SystemInterface, TypedFunction } from './kernel/interface.ts';
import type { DispatchOptions } from './kernel/dispatcher.ts';
import type { ThreadGroup } from './kernel/process.ts';
import type { GuestCall, Scheduler } from './kernel/scheduler.ts';

/** The module that `thread-spawn` is imported from. */
export const THREADS_MODULE = 'wasi';
export const SPAWN_NAME = 'thread-spawn';
/** The export that a thread begins with: `wasi_thread_start(thread number, argument)`. */
export const THREAD_ENTRY = 'wasi_thread_start';

/** Numbers of threads are positive and leave three bits to the guest's C library. */
const MAX_NUMBER = 0x1fff_ffff;

/** What the threads of a process are made with: the calls of a new instance. Undefined: there is no such export. */
export type NewInstance = (
  number: number,
  argument: number,
) => { readonly calls: readonly GuestCall[]; readonly release: (() => void) | undefined } | undefined;

export class Threads implements ThreadGroup {
  private readonly scheduler: Scheduler;
  private readonly limits: Limits;
  private readonly instantiate: NewInstance;
  private last = 0;

  constructor(scheduler: Scheduler, limits: Limits, instantiate: NewInstance) {
    this.scheduler = scheduler;
    this.limits = limits;
    this.instantiate = instantiate;
  }

  get count(): number {
    return this.scheduler.count;
  }

  /** AGAIN: too many threads, or the instance cannot be made; NOTSUP: the module has no entry for threads. */
  spawn(argument: number): number {
    const { limits } = this;
    if (this.last === MAX_NUMBER || !limits.charge('threads')) return -ERRNO.AGAIN;
    let made: ReturnType<NewInstance>;
    try {
      made = this.instantiate(this.last + 1, argument);
    } catch (error) {
      if (isError(error, 'exhaustion') || isError(error, 'link')) return -ERRNO.AGAIN;
      throw error;
    } finally {
      if (made === undefined) limits.credit('threads');
    }
    if (made === undefined) return -ERRNO.NOTSUP;
    const { calls, release } = made;
    this.scheduler.add(calls, {
      ended: () => {
        limits.credit('threads');
        release?.();
      },
    });
    this.last++;
    return this.last;
  }
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
