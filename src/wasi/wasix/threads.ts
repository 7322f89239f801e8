// Threads, futexes, thread-local variables.
import { type Chapter, chapter } from './chapter.ts';

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
  return [chapter(TABLE, {}), chapter({ thread_spawn: TABLE.thread_spawn_v2 }, {}), chapter(FIRST, {})];
}
