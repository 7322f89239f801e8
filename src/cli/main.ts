// The command line: finds the command, runs it, and turns whatever is thrown into messages and an exit code.
// `main` does not touch the process; `start` at the end does, for bin/wasmi-ts.
import { existsSync } from 'node:fs';
import { versionLine } from './about.ts';
import { Console } from './console.ts';
import { CliError, EXIT, exitCodeOf, judged, UsageError } from './failure.ts';
import { fuzzCommand } from './fuzz.ts';
import { MAIN_HELP } from './help.ts';
import { type CliHost, processHost } from './host.ts';
import { objdumpCommand } from './objdump.ts';
import { runCommand } from './run.ts';
import { nameText } from '../syntax/visible.ts';
import { nobodyIsLeft } from './stop.ts';
import { validateCommand } from './validate.ts';
import { wastCommand } from './wast.ts';
import { parseCommand, watCommand } from './wat.ts';

type Command = (args: readonly string[], console: Console) => number | Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['run', runCommand],
  ['trace', (args, console) => runCommand(['--trace', ...args], console)],
  ['validate', validateCommand],
  ['wast', wastCommand],
  ['wat', watCommand],
  ['parse', parseCommand],
  ['objdump', objdumpCommand],
  ['fuzz', fuzzCommand],
  ['help', helpCommand],
]);

function helpCommand(args: readonly string[], console: Console): number | Promise<number> {
  const [name] = args;
  if (name === undefined || name === 'help' || name.startsWith('-')) {
    console.print(MAIN_HELP);
    return EXIT.ok;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) throw new UsageError(`there is no command ${nameText(name)}`);
  return command(['--help'], console);
}

/** Whether `--version` or `-V` comes first; later among the options of a command it is told by about.ts. */
function asksVersion(args: readonly string[]): boolean {
  const own = COMMANDS.has(args[0] ?? '') ? args.slice(1) : args;
  return own[0] === '--version' || own[0] === '-V';
}

/** Runs a command line (without node and script) and returns the exit code. Never throws. */
export async function main(args: readonly string[], host: CliHost): Promise<number> {
  const console = new Console(host);
  let exitCode: number;
  try {
    exitCode = await command(args, console);
  } catch (error) {
    exitCode = failed(error, console);
  }
  return console.settle(exitCode);
}

async function command(args: readonly string[], console: Console): Promise<number> {
  if (args.length === 0) {
    console.tell(MAIN_HELP.trimEnd());
    return EXIT.usage;
  }
  if (asksVersion(args)) {
    console.print(versionLine());
    return EXIT.ok;
  }
  if (args[0] === '--help' || args[0] === '-h') return helpCommand([], console);
  const found = COMMANDS.get(args[0]);
  if (found !== undefined) return found(args.slice(1), console);
  if (isMistypedCommand(args[0], console)) {
    throw new UsageError(`there is neither a command nor a file ${nameText(args[0])}`);
  }
  return runCommand(args, console);
}

/** Whether a word can only have been meant as a command: a file of that name is not there. */
function isMistypedCommand(word: string, console: Console): boolean {
  return /^[a-z]+$/i.test(word) && !existsSync(console.path(word));
}

/** Tells what ended a command. The exit code is known before anything is told. */
function failed(thrown: unknown, console: Console): number {
  const error = judged(thrown);
  const exitCode = exitCodeOf(error);
  console.complain(error instanceof CliError ? error : new CliError(error.message));
  if (console.variable('WASMI_TS_DEBUG') === '1') console.tell(error.stack ?? '');
  return exitCode;
}

/** Runs the process's command line and sets its exit code. */
export async function start(): Promise<void> {
  const host = processHost();
  const console = new Console(host);
  // Nets below those of the commands: a promise that nothing can settle would end the process with Node's code 13, an
  // error out of an event with its stack.
  const forgotten = (): void => {
    console.complain(new CliError(nobodyIsLeft()));
    process.exit(EXIT.trap);
  };
  let turns = 0;
  // The first time is for the command itself, which has a turn of the event loop to end.
  const idle = (): void => void (turns++ === 0 ? setImmediate(() => {}) : forgotten());
  process.on('beforeExit', idle);
  process.on('uncaughtException', (error) => process.exit(failed(error, console)));
  process.exitCode = await main(process.argv.slice(2), host);
  process.off('beforeExit', idle);
}
