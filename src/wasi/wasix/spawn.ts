// New processes that begin with a program (posix_spawn), and what is done to their descriptors before.
import { quietly, refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import type { Open } from '../kernel/open/open.ts';
import { OpenPipe } from '../kernel/open/pipe.ts';
import { OpenStream } from '../kernel/open/stream.ts';
import { HeldInput, HeldOutput } from '../kernel/held.ts';
import { discardOutput, fixedInput } from '../hosts/memory/streams.ts';
import type { Process } from '../kernel/process.ts';
import { withEntry } from '../kernel/resolve.ts';
import type { Pieces } from '../kernel/wait.ts';
import { LOOKUPFLAGS, rights, STREAM_RIGHTS } from '../preview1/abi.ts';
import { openEntry } from '../preview1/path-open.ts';
import { begin, type Command, commandIn } from './exec.ts';
import { findProgram } from './find-program.ts';
import { changeDirectory } from './environment.ts';
import { currentDirectory, fromRoot } from './rules.ts';
import { dispositionsAt } from './signals.ts';
import type { lines } from './texts.ts';
import { lines as linesAt } from './texts.ts';

/** Bytes of one operation on descriptors, where pointers have four; fields behind its path are later where they have eight. */
const OP_SIZE = { 4: 56, 8: 64 } as const;
const OP = { close: 0, dup2: 1, open: 2, chdir: 3, fchdir: 4 } as const;
const MAX_OPS = 4096;

/** proc_spawn2, proc_spawn3: writes the number of a new process. As proc_exec3, and AGAIN, MFILE, INVAL, BADF. */
export const procSpawn2 =
  (form: typeof lines) =>
  (
    call: Call,
    name: number,
    nameLength: number,
    args: number,
    argsLength: number,
    envs: number,
    envsLength: number,
    ops: number,
    opsCount: number,
    signals: number,
    signalsCount: number,
    search: number,
    path: number,
    pathLength: number,
    pid: number,
  ): Pieces => {
    call.guest.check(pid, 4);
    const texts = [name, nameLength, args, argsLength, envs, envsLength] as const;
    const command = commandIn(call, form, texts, search, path, pathLength);
    const dispositions = dispositionsAt(call, signals, signalsCount);
    return spawn(
      call,
      command,
      (child) => operations(call, child, ops, opsCount),
      (child) => {
        child.signals.dispositions = dispositions;
        call.guest.setU32(pid, child.id);
      },
    );
  };

/** A child is made, prepared and begun; where that fails, it was never there. */
function* spawn(
  call: Call,
  command: Command,
  prepare: (child: Process) => Pieces,
  begun: (child: Process) => void,
): Pieces {
  const family = familyOf(call.process);
  const child = family.child(call.process);
  let whole = false;
  try {
    yield* prepare(child);
    // Relative names are looked up where the child will be.
    const found = yield* findProgram(inChild(call, child), command);
    begin(call, child, found, command);
    begun(child);
    whole = true;
  } finally {
    if (!whole) family.undo(child);
  }
  return undefined;
}

function inChild(call: Call, child: Process): Call {
  return Object.create(call, { process: { value: child } }) as Call;
}

function* operations(call: Call, child: Process, at: number, count: number): Pieces {
  const { guest } = call;
  const size = OP_SIZE[guest.pointerSize];
  if (count > MAX_OPS) throw refused('INVAL');
  guest.check(at, count * size);
  for (let i = 0; i < count; i++) yield* operation(call, child, at + i * size);
  return undefined;
}

function* operation(call: Call, child: Process, at: number): Pieces {
  const { guest } = call;
  const [kind, fd, source] = [guest.u8(at), guest.u32(at + 4), guest.u32(at + 8)];
  const { files } = child;
  switch (kind) {
    case OP.close:
      if (files.get(fd).resource.preopen === undefined) files.close(fd);
      return undefined;
    case OP.dup2:
      files.copyOnto(source, fd);
      files.setCloexec(fd, false);
      return undefined;
    case OP.open:
      return yield* openInto(call, child, at, fd);
    case OP.chdir:
      yield* changeDirectory(child, pathAt(call, at)) ?? [];
      return undefined;
    case OP.fchdir:
      // Where a descriptor came from is not known.
      throw refused('NOTSUP');
  }
  throw refused('INVAL');
}

function pathAt({ guest }: Call, at: number): string {
  const { pointerSize } = guest;
  const pointer = pointerSize === 4 ? at + 12 : at + 16;
  return guest.path(guest.pointer(pointer), guest.pointer(pointer + pointerSize));
}

function* openInto(call: Call, child: Process, at: number, fd: number): Pieces {
  const { guest } = call;
  // Behind the path's length.
  const rest = guest.pointerSize === 4 ? at + 20 : at + 32;
  const wide = guest.pointerSize === 4 ? at + 32 : at + 40;
  const follow = (guest.u32(rest) & LOOKUPFLAGS.symlinkFollow) !== 0 ? 'always' : 'before-slash';
  const request = {
    how: guest.u16(rest + 4),
    base: guest.u64(wide),
    inheriting: guest.u64(wide + 8),
    fdflags: guest.u16(wide + 16),
  };
  const path = pathAt(call, at);
  const absolute = path.startsWith('/') ? path : `${currentDirectory(child)}/${path}`;
  let made = 0;
  const pieces = withEntry(fromRoot(child, absolute), follow, (entry) => {
    child.files.checkRoom();
    made = child.files.add(openEntry(entry, request));
  });
  if (pieces !== undefined) yield* pieces;
  if (made !== fd) {
    child.files.copyOnto(made, fd);
    child.files.close(made);
  }
  child.files.setCloexec(fd, (guest.u16(wide + 18) & 1) !== 0);
  return undefined;
}

const STDIO = { piped: 0, inherit: 1, nothing: 2, log: 3 } as const;
/** Bytes of `0 pid u32 | 4 stdin, 12 stdout, 20 stderr: options of descriptors of 8 bytes`. */
const HANDLES_SIZE = 28;
const READING = STREAM_RIGHTS | rights('fd_read');
const WRITING = STREAM_RIGHTS | rights('fd_write');

/**
 * The first form: each of the streams is a pipe, whose other end the caller gets, that of the caller, or nothing. NOTSUP: another
 * root; as proc_exec3, and AGAIN, MFILE, INVAL.
 */
export function procSpawn(
  call: Call,
  name: number,
  nameLength: number,
  chroot: number,
  args: number,
  argsLength: number,
  _preopen: number,
  _preopenLength: number,
  stdin: number,
  stdout: number,
  stderr: number,
  directory: number,
  directoryLength: number,
  handles: number,
): Pieces {
  const { guest, process } = call;
  guest.check(handles, HANDLES_SIZE);
  const modes = [stdin, stdout, stderr];
  if (chroot !== 0) throw refused('NOTSUP');
  if (modes.some((mode) => mode > STDIO.log)) throw refused('INVAL');
  const command = {
    name: guest.path(name, nameLength),
    args: linesAt(guest, args, argsLength),
    env: undefined,
    searches: true,
    path: undefined,
  };
  const where = guest.path(directory, directoryLength);
  process.files.checkRoom(modes.filter((mode) => mode === STDIO.piped).length);
  const ends: (Open | undefined)[] = [];
  const prepare = function* (child: Process): Pieces {
    if (where !== '') yield* changeDirectory(child, where) ?? [];
    for (const [fd, mode] of modes.entries()) ends.push(setStream(child, mode, fd));
    return undefined;
  };
  return spawn(call, command, prepare, (child) => {
    guest.span(handles, HANDLES_SIZE).fill(0);
    guest.setU32(handles, child.id);
    ends.forEach((resource, fd) => {
      if (resource === undefined) return;
      const base = fd === 0 ? WRITING : READING;
      guest.setU8(handles + 4 + 8 * fd, 1);
      guest.setU32(handles + 8 + 8 * fd, process.files.add({ resource, rights: base, inheriting: 0n, flags: 0 }));
    });
  });
}

/** Gives a child a stream; returns the other end where it is a pipe. */
function setStream(child: Process, mode: number, fd: number): Open | undefined {
  if (mode === STDIO.inherit || mode === STDIO.log) return undefined;
  const { files } = child;
  const base = fd === 0 ? READING : WRITING;
  let other: Open | undefined;
  let resource: Open;
  if (mode === STDIO.piped) {
    const [reader, writer] = OpenPipe.oneWay(child.limits);
    other = fd === 0 ? writer : reader;
    resource = fd === 0 ? reader : writer;
  } else {
    const input = fd === 0 ? { input: new HeldInput(fixedInput('')) } : { output: new HeldOutput(discardOutput()) };
    resource = new OpenStream(input);
  }
  const made = files.add({ resource, rights: base, inheriting: 0n, flags: 0 });
  files.copyOnto(made, fd);
  quietly(() => files.close(made));
  return other;
}
