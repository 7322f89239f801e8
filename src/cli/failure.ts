// How a command ends when it does not end well: exit codes, the errors that carry a message for the user, and the one
// table that says which error gives which code. 70 is for InternalError alone; an error of no known class becomes one.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#proc_exit gives the guest's own codes, kept as they are.
import {
  ExitStatus,
  InternalError,
  Interrupted,
  InvalidError,
  LinkError,
  MalformedError,
  StoppedError,
  UnsupportedError,
} from '../errors.ts';
import { SystemError } from '../wasi/index.ts';
import { codeOf, fileError } from './host.ts';

/** Exit codes of our own; a guest's code (proc_exit) is passed on as it is. */
export const EXIT = {
  ok: 0,
  /** Loading, validation or linking failed, or a check said no, or what was asked for could not be written. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A bug of ours (EX_SOFTWARE of sysexits.h). */
  internal: 70,
  /** `--timeout` ran out, as timeout(1) says it. */
  timeout: 124,
  /** `--fuel` ran out. */
  fuel: 125,
  /** The program trapped, exhausted a budget or waits for ever: 128 + SIGABRT, on all platforms. */
  trap: 134,
} as const;

/** Ends the command with a message: `wasmi-ts: error: message`, and further lines below. */
export class CliError extends Error {
  readonly exitCode: number;
  /** Lines below the message: source excerpts, hints. */
  readonly details: readonly string[];
  constructor(message: string, details: readonly string[] = [], exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CliError';
    this.details = details;
    this.exitCode = exitCode;
  }
}

/** The command line is wrong; `command` names the help to read. */
export class UsageError extends CliError {
  constructor(message: string, command = '') {
    const help = command === '' ? 'wasmi-ts --help' : `wasmi-ts ${command} --help`;
    super(message, [`hint: ${help} lists what there is`], EXIT.usage);
    this.name = 'UsageError';
  }
}

type ErrorClass<E> = abstract new (...args: never[]) => E;
type Row = readonly [of: ErrorClass<Error>, exitCode: (error: Error) => number];

function row<E extends Error>(of: ErrorClass<E>, exitCode: number | ((error: E) => number)): Row {
  return [of, typeof exitCode === 'number' ? () => exitCode : (exitCode as (error: Error) => number)];
}

/** What each class of errors means. An UnsupportedError that no loader has caught comes from the running program. */
const EXIT_CODES: readonly Row[] = [
  row(ExitStatus, ({ exitCode }) => exitCode),
  row(CliError, ({ exitCode }) => exitCode),
  row(Interrupted, ({ reason }) => (reason === 'fuel' ? EXIT.fuel : EXIT.timeout)),
  row(StoppedError, EXIT.trap),
  row(UnsupportedError, EXIT.trap),
  row(MalformedError, EXIT.failed),
  row(InvalidError, EXIT.failed),
  row(LinkError, EXIT.failed),
  row(SystemError, EXIT.failed),
  row(InternalError, EXIT.internal),
];

const codeIn = (error: unknown): number | undefined =>
  EXIT_CODES.find(([of]) => error instanceof of)?.[1](error as Error);

/** The exit code of an error that `judged` returned. */
export function exitCodeOf(error: Error): number {
  return codeIn(error) ?? EXIT.internal;
}

/** What V8 says when memory for an array, a text or its own stack is not to be had. */
const NO_ROOM = /allocation failed|^Invalid (?:array(?: buffer)?|typed array|string|DataView) length|call stack size/i;

/** The message of an error that says that the host has no more room. */
export function outOfRoom(thrown: unknown): string | undefined {
  return thrown instanceof RangeError && NO_ROOM.test(thrown.message) ? `out of memory: ${thrown.message}` : undefined;
}

/** Anything thrown as an error of the table: what the machine says about files, what it has no room for, our own bugs. */
export function judged(thrown: unknown): Error {
  if (codeIn(thrown) !== undefined) return thrown as Error;
  if (codeOf(thrown) !== undefined) return new CliError(fileError(thrown));
  const full = outOfRoom(thrown);
  if (full !== undefined) return new CliError(full);
  const { name, message } = thrown instanceof Error ? thrown : new Error('a value that is no error');
  return withStack(new InternalError(`${name}: ${message.split('\n')[0]}`), thrown);
}

/** WASMI_TS_DEBUG shows where it was thrown. */
function withStack(error: Error, thrown: unknown): Error {
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack;
  return error;
}
