// Threads: their numbers, waiting for them and for time. Their variables are in locals.ts, futexes in futex.ts.
import type { Call } from '../kernel/dispatcher.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { schedYield } from '../preview1/sched.ts';
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
  return [own, chapter({ thread_spawn: TABLE.thread_spawn_v2 }, {}), chapter(FIRST, {})];
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
