// Descriptors: copies of them, their flags, pipes, eventfds, and opening with one flag more.
import { refused, SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import { can, type Open } from '../kernel/open/open.ts';
import { OpenEvent } from '../kernel/open/event.ts';
import { OpenPipe } from '../kernel/open/pipe.ts';
import { numberOfSignal } from '../kernel/signals.ts';
import { FDFLAGS, rights } from '../preview1/abi.ts';
import { checkFlags } from '../preview1/check.ts';
import { fdWrite as write, type Moving } from '../preview1/fd-io.ts';
import { openPath } from '../preview1/path-open.ts';
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
} as const;

const FDFLAGSEXT = { cloexec: 1 } as const;
const EVENTFDFLAGS = { semaphore: 1, nonblock: 4 } as const;

const STREAM = rights('fd_fdstat_set_flags', 'fd_filestat_get', 'poll_fd_readwrite');
const READING = STREAM | rights('fd_read');
const WRITING = STREAM | rights('fd_write');

export function descriptors({ isFirst }: Generation): Chapter[] {
  return [
    chapter(TABLE, {
      fd_dup: fdDup,
      fd_dup2: fdDup2,
      fd_event: fdEvent,
      fd_pipe: isFirst ? fdDuplexPipe : fdPipe,
      fd_fdflags_get: fdFdflagsGet,
      fd_fdflags_set: fdFdflagsSet,
      path_open2: pathOpen2,
    }),
  ];
}

/** Another descriptor of the same: cursor and flags are shared. BADF, MFILE. */
function fdDup(call: Call, fd: number, made: number): void {
  fdDup2(call, fd, 0, 0, made);
}

/** The same at a number that is at least `from`, with the choice of close-on-exec. INVAL: no number is so large. */
function fdDup2(call: Call, fd: number, from: number, cloexec: number, made: number): void {
  call.guest.check(made, 4);
  call.guest.setU32(made, call.process.files.copy(fd, from, cloexec !== 0));
}

/**
 * dup2, under the name of what moves a descriptor in preview 1: `to` becomes a copy of `fd`, which stays open; what was there
 * is closed. BADF, MFILE; NOTSUP onto a preopened directory.
 */
export function fdRenumber({ process: { files } }: Call, fd: number, to: number): void {
  files.get(fd);
  if (fd !== to && files.has(to) && files.get(to).resource.preopen !== undefined) throw refused('NOTSUP');
  files.copyOnto(fd, to);
}

const PIPE = numberOfSignal('PIPE');

/** As preview 1's; who writes to what nobody reads any more, sockets aside, is sent a signal, too. */
export function fdWrite(call: Call, fd: number, iovs: number, count: number, nwritten: number): Moving {
  try {
    return write(call, fd, iovs, count, nwritten);
  } catch (error) {
    const { thread, process } = call;
    const isBroken = error instanceof SystemError && error.errno === 'PIPE' && thread.scheduled !== undefined;
    if (isBroken && !can(process.files.get(fd).resource, 'connect')) familyOf(process).signal(process, PIPE, thread);
    throw error;
  }
}

/** An eventfd. Unknown flags are accepted. MFILE. */
function fdEvent(call: Call, initial: bigint, flags: number, made: number): void {
  call.guest.check(made, 4);
  const resource = new OpenEvent(initial, (flags & EVENTFDFLAGS.semaphore) !== 0);
  const nonblock = (flags & EVENTFDFLAGS.nonblock) !== 0 ? FDFLAGS.nonblock : 0;
  call.guest.setU32(made, add(call, resource, READING | WRITING, nonblock));
}

/** A pipe: the first end is read, the second written. MFILE. */
function fdPipe(call: Call, first: number, second: number): void {
  addBoth(call, OpenPipe.oneWay(call.process.limits), [READING, WRITING], first, second);
}

/** That of the first generation: both ends are read and written. MFILE. */
function fdDuplexPipe(call: Call, first: number, second: number): void {
  addBoth(call, OpenPipe.duplex(call.process.limits), [READING | WRITING, READING | WRITING], first, second);
}

function addBoth(
  call: Call,
  ends: readonly [Open, Open],
  [reading, writing]: readonly [bigint, bigint],
  first: number,
  second: number,
): void {
  const { guest, process } = call;
  guest.check(first, 4);
  guest.check(second, 4);
  process.files.checkRoom(2);
  guest.setU32(first, add(call, ends[0], reading, 0));
  guest.setU32(second, add(call, ends[1], writing, 0));
}

function add({ process }: Call, resource: Open, base: bigint, flags: number): number {
  return process.files.add({ resource, rights: base, inheriting: 0n, flags });
}

/** Writes fdflagsext as u16. BADF. */
function fdFdflagsGet({ guest, process }: Call, fd: number, flags: number): void {
  guest.setU16(flags, process.files.isCloexec(fd) ? FDFLAGSEXT.cloexec : 0);
}

/** BADF; INVAL: unknown flags. */
function fdFdflagsSet({ process }: Call, fd: number, flags: number): void {
  process.files.get(fd);
  checkFlags(flags, FDFLAGSEXT.cloexec);
  process.files.setCloexec(fd, flags !== 0);
}

/** path_open with fdflagsext. INVAL: unknown flags; and as path_open. */
function pathOpen2(
  call: Call,
  fd: number,
  dirflags: number,
  path: number,
  pathLength: number,
  oflags: number,
  base: bigint,
  inheriting: bigint,
  fdflags: number,
  fdflagsext: number,
  opened: number,
) {
  checkFlags(fdflagsext, FDFLAGSEXT.cloexec);
  return openPath(call, fd, dirflags, path, pathLength, oflags, base, inheriting, fdflags, fdflagsext !== 0, opened);
}
