// Descriptors, pipes, the current directory, terminals.
import { type Chapter, chapter } from './chapter.ts';
import type { Generation } from './generation.ts';

// biome-ignore format: a table
const TABLE = {
  fd_dup:         'fd:fd made:*fd',
  fd_dup2:        'fd:fd min_result_fd:fd cloexec:bool made:*fd',
  fd_event:       'initial_val:u64 flags:eventfdflags made:*fd',
  fd_pipe:        'first:*fd second:*fd',
  fd_fdflags_get: 'fd:fd flags:*fdflagsext',
  fd_fdflags_set: 'fd:fd flags:fdflagsext',
  path_open2:     'fd:fd dirflags:lookupflags path:string oflags:oflags rights_base:rights rights_inheriting:rights fdflags:fdflags fdflagsext:fdflagsext opened:*fd',
  getcwd:         'path:ptr path_len:ptr',
  chdir:          'path:string',
  tty_get:        'state:ptr',
  tty_set:        'state:ptr',
  clock_time_set: 'id:clockid timestamp:timestamp',
} as const;

export function descriptors(_generation: Generation): Chapter[] {
  return [chapter(TABLE, {})];
}
