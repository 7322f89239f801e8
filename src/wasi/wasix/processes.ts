// Processes: fork, exec, spawn, join, signals.
import { type Chapter, chapter } from './chapter.ts';

/** The parameters of a program to be executed. */
const PROGRAM = 'name:string args:string envs:string';
const PATH = 'search_path:bool path:string';

// biome-ignore format: a table
const TABLE = {
  proc_fork:              'copy_memory:bool pid:*pid',
  proc_fork_env:          'pid:*pid',
  proc_exit2:             'rval:exitcode nothing',
  proc_exec:              'name:string args:string noreturn',
  proc_exec2:             `${PROGRAM} noreturn`,
  proc_exec3:             `${PROGRAM} ${PATH}`,
  proc_exec4:             `${PROGRAM} ${PATH}`,
  proc_spawn:             'name:string chroot:bool args:string preopen:string stdin:stdio_mode stdout:stdio_mode stderr:stdio_mode working_dir:string handles:ptr',
  proc_spawn2:            `${PROGRAM} fd_ops:string signals:string ${PATH} pid:*pid`,
  proc_spawn3:            `${PROGRAM} fd_ops:string signals:string ${PATH} pid:*pid`,
  proc_id:                'pid:*pid',
  proc_parent:            'pid:pid parent:*pid',
  proc_join:              'pid:ptr flags:join_flags status:ptr',
  proc_signal:            'pid:pid signal:signal',
  proc_raise_interval:    'sig:signal interval:timestamp repeat:bool',
  proc_raise_interval2:   'sig:signal new:ptr old:ptr',
  proc_signals_get:       'buf:ptr',
  proc_signals_sizes_get: 'count:*size',
  proc_snapshot:          '',
} as const;

/** What has another type in the first generation. */
const FIRST = { proc_join: 'pid:ptr exit_code:*exitcode' } as const;

export function processes(): Chapter[] {
  return [chapter(TABLE, {}), chapter(FIRST, {})];
}
