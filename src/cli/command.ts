// What a command is: a row of the table in commands.ts. main.ts runs it, help.ts describes it.
import type { Console } from './console.ts';
import type { Options, OptionSpecs } from './options.ts';

/** What may follow a command besides options. */
export interface Operands {
  /** As the usage line has it. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
  /** What a usage error says after the name of the command. */
  readonly rule: string;
  /** The first one ends our options: all that follows it belongs to the program. */
  readonly guestArguments?: boolean;
}

export const NO_FILES: Operands = { usage: '', min: 0, max: 0, rule: 'takes no files' };
export const ONE_FILE: Operands = { usage: 'FILE', min: 1, max: 1, rule: 'needs one file' };
export const SOME_FILES: Operands = { usage: 'FILE...', min: 1, max: Number.POSITIVE_INFINITY, rule: 'needs a file' };
export const PROGRAM: Operands = {
  ...ONE_FILE,
  usage: 'FILE [ARGUMENTS...]',
  rule: 'needs a file',
  guestArguments: true,
};
export const MAYBE_COMMAND: Operands = { usage: '[COMMAND]', min: 0, max: 1, rule: 'takes the name of one command' };

export interface Command {
  readonly name: string;
  /** Its line in the list of commands. */
  readonly line: string;
  /** What its own help says between the usage line and the options. */
  readonly about: string;
  readonly operands: Operands;
  /** Its options besides `--help` and `--version`, in the order of its help. */
  readonly options: OptionSpecs;
  /** An option that its name stands for, where it is not given. */
  readonly implies?: string;
  /** Does its work and returns the exit code; options and operands are those that the row allows. */
  readonly action: (options: Options, console: Console) => number | Promise<number>;
}
