// Executing: another program in the place of that of a process (proc_exec), or in a new one (proc_spawn).
import { ExitStatus, isError } from '../../errors.ts';
import { ERRNO, refused, SystemError } from '../host/errno.ts';
import { Control } from '../kernel/control.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf, type Loaded } from '../kernel/family.ts';
import type { Process } from '../kernel/process.ts';
import type { Pieces } from '../kernel/wait.ts';
import { type Found, findProgram, type Wanted } from './find-program.ts';
import { lines, strings, variables } from './texts.ts';

/** What a program is begun with; without an environment it keeps that of the process. */
export interface Command extends Wanted {
  readonly args: readonly string[];
  readonly env: readonly string[] | undefined;
}

/** How the texts stand in memory. */
type Form = typeof lines;

/** proc_exec, proc_exec2: the process ends where that is not possible. */
export function procExec(call: Call, name: number, nameLength: number, args: number, argsLength: number): Pieces {
  const { guest } = call;
  const command = { name: guest.path(name, nameLength), searches: true, path: undefined, env: undefined };
  return orEnd(exec(call, { ...command, args: lines(guest, args, argsLength) }));
}

export function procExec2(
  call: Call,
  name: number,
  nameLength: number,
  args: number,
  argsLength: number,
  envs: number,
  envsLength: number,
): Pieces {
  return orEnd(exec(call, commandIn(call, lines, [name, nameLength, args, argsLength, envs, envsLength], 1, 0, 0)));
}

function* orEnd(pieces: Pieces): Pieces {
  try {
    const answer = yield* pieces;
    return answer instanceof Control ? endingIn(answer) : answer;
  } catch (error) {
    throw asEnd(error);
  }
}

function endingIn({ run }: Control): Control {
  return new Control((done, fail) => {
    try {
      run(done, fail);
    } catch (error) {
      fail(asEnd(error));
    }
  });
}

/** A program that cannot be executed is the exit code of the process. */
function asEnd(error: unknown): unknown {
  return error instanceof SystemError ? new ExitStatus(ERRNO[error.errno]) : error;
}

/** Name, arguments and environment, each as an address and a length. */
type Texts = readonly [number, number, number, number, number, number];

export function commandIn(
  { guest }: Call,
  form: Form,
  [name, nameLength, args, argsLength, envs, envsLength]: Texts,
  searches: number,
  path: number,
  pathLength: number,
): Command {
  const given = form(guest, args, argsLength);
  const called = guest.path(name, nameLength);
  return {
    name: called,
    searches: searches !== 0,
    path: path === 0 ? undefined : guest.text(path, pathLength),
    // Of lines there is always one: an empty list and an empty name look the same.
    args: given.length === 0 && form === strings ? [called] : given,
    env: envs === 0 ? undefined : form(guest, envs, envsLength),
  };
}

/** proc_exec3, proc_exec4. NOENT, NOTDIR, ACCES, NAMETOOLONG, NOEXEC, NOMEM, and what texts have. */
export const procExec3 =
  (form: Form) =>
  (
    call: Call,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    search: number,
    path: number,
    length: number,
  ): Pieces =>
    exec(call, commandIn(call, form, [a, b, c, d, e, f], search, path, length));

function* exec(call: Call, command: Command): Pieces {
  const found = yield* findProgram(call, command);
  return new Control((done) => {
    const { thread, process } = call;
    const family = familyOf(call.process);
    if (thread.acting !== undefined) {
      // The child that the thread acts for gets a thread of its own.
      begin(call, process, found, command);
      thread.actForItself();
      done();
      return;
    }
    family.exec(thread, prepared(call, process, found, command));
  });
}

/** Begins a program in a process without threads. NOEXEC, NOMEM. */
export function begin(call: Call, process: Process, found: Found, command: Command): void {
  const loaded = prepared(call, process, found, command);
  process.files.closeOnExec();
  process.signals.reset();
  familyOf(call.process).begin(process, loaded);
}

/** A program that is ready to begin in a process, which has its arguments and environment. */
function prepared(call: Call, process: Process, { module }: Found, { args, env }: Command): Loaded {
  const loaded = familyOf(call.process).programs.prepared(module, process);
  try {
    process.execute(args, env && variables(env));
  } catch (error) {
    loaded.release();
    throw isError(error, 'interrupted') || error instanceof SystemError ? error : refused('INVAL');
  }
  return loaded;
}
