// Threads: their numbers, waiting for them and for time. Their variables are in locals.ts, futexes in futex.ts.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import { ThreadExit } from '../kernel/guest-thread.ts';
import { READABLE } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { schedYield } from '../preview1/sched.ts';
import { halves, type ThreadStart } from '../threads.ts';
import { type Chapter, chapter } from './chapter.ts';
import { futexWait, futexWake, futexWakeAll } from './futex.ts';
import { threadLocalCreate, threadLocalDestroy, threadLocalGet, threadLocalSet } from './locals.ts';
import { threadSignal } from './signals.ts';

// biome-ignore format: a table
const TABLE = {
  thread_spawn_v2:      'args:ptr tid:*tid',
  thread_sleep:         'duration:timestamp',
  thread_id:            'tid:*tid',
  thread_join:          'tid:tid',
  thread_parallelism:   'count:*size',
  thread_signal:        'tid:tid signal:signal',
  thread_exit:          'rval:exitcode noreturn',
  futex_wait:           'futex:ptr expected:u32 timeout:ptr woken:*bool',
  futex_wake:           'futex:ptr woken:*bool',
  futex_wake_all:       'futex:ptr woken:*bool',
  thread_local_create:  'user_data:u64 key:*key',
  thread_local_destroy: 'key:key',
  thread_local_set:     'key:key value:u64',
  thread_local_get:     'key:key value:*u64',
} as const;

/** What has another type in the first generation. */
const FIRST = {
  thread_spawn: 'user_data:u64 stack_base:u64 stack_start:u64 reactor:bool tid:*tid',
} as const;

export function threads(): Chapter[] {
  const own = chapter(TABLE, {
    thread_spawn_v2: threadSpawnV2,
    thread_join: threadJoin,
    thread_exit: threadExit,
    thread_sleep: threadSleep,
    thread_id: threadId,
    thread_parallelism: threadParallelism,
    thread_signal: threadSignal,
    futex_wait: futexWait,
    futex_wake: futexWake,
    futex_wake_all: futexWakeAll,
    thread_local_create: threadLocalCreate,
    thread_local_destroy: threadLocalDestroy,
    thread_local_set: threadLocalSet,
    thread_local_get: threadLocalGet,
  });
  const later = chapter({ thread_spawn: TABLE.thread_spawn_v2 }, { thread_spawn: threadSpawnV2 });
  return [own, later, chapter(FIRST, { thread_spawn: threadSpawn })];
}

/** Starts a thread, which calls `wasi_thread_start(tid, args)`, and writes its number. AGAIN: too many; NOTSUP: no entry. */
function threadSpawnV2(call: Call, args: number, tid: number): void {
  start(call, { entry: 'wasi_thread_start', args: (number) => [number, args] }, tid);
}

/** The same with `_start_thread(low, high)`, the halves of the user data; the guest finds its stack there by itself. */
function threadSpawn(call: Call, userData: bigint, _base: bigint, _start: bigint, _reactor: number, tid: number): void {
  start(call, { entry: '_start_thread', args: () => halves(userData) }, tid);
}

function start({ guest, process }: Call, begin: ThreadStart, tid: number): void {
  guest.check(tid, 4);
  const number = process.threads?.start(begin) ?? 0;
  if (number === 0) throw refused('NOTSUP');
  if (number < 0) throw refused('AGAIN');
  guest.setU32(tid, number);
}

/**
 * Waits until a thread of this process has ended. SRCH: there was none of the number. DEADLK: it waits for itself. NOTSUP: nobody
 * runs threads.
 */
function threadJoin({ process, thread }: Call, tid: number): WouldBlock | undefined {
  if (tid === thread.id) throw refused('DEADLK');
  for (const one of familyOf(process).threadsOf(process)) {
    if (one.id !== tid || one.hasEnded) continue;
    const pollable = {
      ready: () => (one.hasEnded ? READABLE : 0),
      subscribe: (wake: () => void) => one.joiners.add(wake),
    };
    return new WouldBlock([{ pollable, interest: READABLE }]);
  }
  if (process.threads?.knows(tid) !== true) throw refused('SRCH');
  return undefined;
}

/** Ends the thread; the last one ends its process, with this exit code. */
function threadExit({ process, thread }: Call, code: number): never {
  const isOneOfMany = (process.threads?.count ?? 1) > 1 && familyOf(process).threadsOf(process).size > 1;
  if (!isOneOfMany) return process.exit(code);
  throw new ThreadExit(thread);
}

/** Waits for so many nanoseconds; for none, other threads have their turn. */
function threadSleep(call: Call, duration: bigint): WouldBlock | undefined {
  if (duration === 0n) return schedYield(call);
  const deadline = call.began() + duration;
  return call.process.clock.monotonic() >= deadline ? undefined : new WouldBlock([], deadline);
}

/** Writes the number of the calling thread; that of the first one is the number of the process. */
function threadId({ guest, thread }: Call, tid: number): void {
  guest.setU32(tid, thread.id);
}

/** Writes how many threads run at the same time: one. */
function threadParallelism({ guest }: Call, count: number): void {
  guest.setU32(count, 1);
}
