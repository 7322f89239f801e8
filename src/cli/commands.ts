// The table of commands. Parsing, counts of files, `--help`, `--version` and the list in the help come from it;
// tests/cli/commands.test.ts holds docs/command-line.md and the golden cases against it.
import { type Command, MAYBE_COMMAND, NO_FILES, ONE_FILE, PROGRAM, SOME_FILES } from './command.ts';
import type { Console } from './console.ts';
import { EXIT, UsageError } from './failure.ts';
import { fuzz, FUZZ_OPTIONS } from './fuzz.ts';
import { commandHelp, mainHelp } from './help.ts';
import { OCI_OPTIONS } from './oci/options.ts';
import { objdump, OBJDUMP_OPTIONS } from './objdump.ts';
import type { Options } from './options.ts';
import { run } from './run.ts';
import { RUN_OPTIONS } from './run-options.ts';
import { SERVE_OPTIONS } from './serve/options.ts';
import { validate, VALIDATE_OPTIONS } from './validate.ts';
import { wast, WAST_OPTIONS } from './wast.ts';
import { parse, PARSE_OPTIONS, wat, WAT_OPTIONS } from './wat.ts';
import { nameText } from '../syntax/visible.ts';

export const RUN: Command = {
  name: 'run',
  line: 'run a program (.wasm or .wat); the default',
  about: `Runs the export _start of a WASI program, or the function that --invoke names.
Options stand before FILE; all that follows FILE belongs to the program.`,
  operands: PROGRAM,
  options: RUN_OPTIONS,
  action: run,
};

export const COMMANDS: readonly Command[] = [
  RUN,
  {
    ...RUN,
    name: 'trace',
    line: 'run it and print every instruction: run --trace',
    about: `Runs a program as run does and prints every instruction; --trace-limit says how many.
Options stand before FILE; all that follows FILE belongs to the program.`,
    implies: 'trace',
  },
  {
    name: 'validate',
    line: 'check that files are valid modules',
    about: 'Checks that each FILE is a valid module. Exit code 0 if all are, 1 if not.',
    operands: SOME_FILES,
    options: VALIDATE_OPTIONS,
    action: validate,
  },
  {
    name: 'wast',
    line: 'run scripts of the WebAssembly testsuite',
    about: `Runs scripts in the testsuite's format and reports the assertions that fail.
Exit code 0 if none does, 1 otherwise.`,
    operands: SOME_FILES,
    options: WAST_OPTIONS,
    action: wast,
  },
  {
    name: 'wat',
    line: 'print a module in the text format',
    about: 'Prints a module in the text format; parsing gives the same bytes. What is malformed is refused.',
    operands: ONE_FILE,
    options: WAT_OPTIONS,
    action: wat,
  },
  {
    name: 'parse',
    line: 'make a binary module of a text',
    about: 'Makes a module of the binary format out of a text. Does not validate it.',
    operands: ONE_FILE,
    options: PARSE_OPTIONS,
    action: parse,
  },
  {
    name: 'objdump',
    line: 'show sections, imports, exports, instructions, lowered code',
    about: 'Shows what is in a module; sections, imports and exports where nothing is chosen.',
    operands: ONE_FILE,
    options: OBJDUMP_OPTIONS,
    action: objdump,
  },
  {
    name: 'serve',
    line: 'answer HTTP requests by programs (WAGI)',
    about: `Answers HTTP requests by programs: FILE is a configuration (.toml) or one program for all paths. A program gets
a request as CGI has it, and prints the response. Ends when it is told to (SIGINT, SIGTERM).`,
    operands: ONE_FILE,
    options: SERVE_OPTIONS,
    // Loaded when it is needed: it brings a server and a parser of TOML.
    action: async (options, console) => (await import('./serve/serve.ts')).serve(options, console),
  },
  {
    name: 'oci',
    line: 'run an OCI bundle, or an image layout',
    about: `Runs what container engines have: DIR is a bundle (config.json), or an image layout or an archive of one.
Options stand before DIR; ARGUMENTS take the place of those that the image has.`,
    operands: { usage: 'DIR [ARGUMENTS...]', min: 1, max: 1, rule: 'needs a folder', guestArguments: true },
    options: OCI_OPTIONS,
    // Loaded when it is needed: few need it.
    action: async (options, console) => (await import('./oci/oci.ts')).oci(options, console),
  },
  {
    name: 'fuzz',
    line: 'run random modules on two engines',
    about: `Makes random valid modules, runs each on two engines and compares all that can be seen.
What differs is saved, made small. Exit code 0 if nothing does, 1 otherwise. Needs the package fast-check.`,
    operands: NO_FILES,
    options: FUZZ_OPTIONS,
    action: fuzz,
  },
  {
    name: 'help',
    line: 'this text, or that of a command',
    about: 'Prints the list of commands, or the help of COMMAND.',
    operands: MAYBE_COMMAND,
    options: {},
    action: help,
  },
];

export function commandNamed(name: string): Command | undefined {
  return COMMANDS.find((one) => one.name === name);
}

function help({ files }: Options, console: Console): number {
  const [name] = files;
  const command = name === undefined ? undefined : commandNamed(name);
  if (name !== undefined && command === undefined) throw new UsageError(`there is no command ${nameText(name)}`);
  console.print(command === undefined ? mainHelp(COMMANDS) : commandHelp(command));
  return EXIT.ok;
}
