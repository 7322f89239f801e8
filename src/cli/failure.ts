// How a command ends when it does not end well: exit codes, and the errors that carry a message for the user.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#proc_exit gives the guest's own codes, kept as they are.

/** Exit codes of our own; a guest's code (proc_exit) is passed on as it is. */
export const EXIT = {
  ok: 0,
  /** Loading, validation or linking failed, or a check said no. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A bug of ours (EX_SOFTWARE of sysexits.h). */
  internal: 70,
  /** `--timeout` ran out, as timeout(1) says it. */
  timeout: 124,
  /** `--fuel` ran out. */
  fuel: 125,
  /** The program trapped or exhausted a budget: 128 + SIGABRT, on all platforms. */
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
