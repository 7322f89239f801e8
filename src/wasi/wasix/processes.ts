// Processes: fork, exec, spawn, join, signals.
import type { Price } from '../kernel/cost.ts';
import { type Chapter, chapter } from './chapter.ts';
import { procExec, procExec2, procExec3 } from './exec.ts';
import { procExit2, procFork, procForkEnv } from './fork.ts';
import { procId, procJoin, procJoinFirst, procParent } from './join.ts';
import * as signals from './signals.ts';
import { procSpawn, procSpawn2 } from './spawn.ts';
import { lines, strings } from './texts.ts';

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
  return [
    chapter(
      TABLE,
      {
        proc_fork: procFork,
        proc_fork_env: procForkEnv,
        proc_exit2: procExit2,
        proc_exec: procExec,
        proc_exec2: procExec2,
        proc_exec3: procExec3(lines),
        proc_exec4: procExec3(strings),
        proc_spawn: procSpawn,
        proc_spawn2: procSpawn2(lines),
        proc_spawn3: procSpawn2(strings),
        proc_id: procId,
        proc_parent: procParent,
        proc_join: procJoin,
        proc_signal: signals.procSignal,
        proc_raise_interval: signals.procRaiseInterval,
        proc_raise_interval2: signals.procRaiseInterval2,
        proc_signals_get: signals.procSignalsGet,
        proc_signals_sizes_get: signals.procSignalsSizesGet,
        // There is no journal.
        proc_snapshot: (_call) => undefined,
      },
      { proc_fork: [[memory, 0]] },
    ),
    chapter(FIRST, { proc_join: procJoinFirst }),
  ];
}

/** What a child copies. */
const memory: Price = ({ guest, arg, prices }) => (arg(0) === 0 ? 0 : guest.size * prices.byte);
