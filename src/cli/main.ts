// The command line: finds the command, runs it, and turns whatever is thrown into messages and an exit code.
// `main` does not touch the process; `start` at the end does, for bin/wasmi-ts.
import { existsSync } from 'node:fs';
import { versionLine } from './about.ts';
import type { Command } from './command.ts';
import { commandNamed, COMMANDS, RUN } from './commands.ts';
import { Console } from './console.ts';
import { CliError, EXIT, exitCodeOf, judged, UsageError } from './failure.ts';
import { commandHelp, mainHelp } from './help.ts';
import { type CliHost, processHost } from './host.ts';
import { type Options, parseOptions } from './options.ts';
import { nameText } from '../syntax/visible.ts';
import { isLookingUp } from '../wasi/hosts/node/lookup.ts';
import { nobodyIsLeft } from './stop.ts';

/** Runs a command: reads its options, and does its work unless only its help or the version is asked for. */
export function perform(command: Command, args: readonly string[], console: Console): number | Promise<number> {
  const { name, implies, operands } = command;
  const parsed = (given: readonly string[]): Options => parseOptions(name, given, command.options, operands);
  let options = parsed(args);
  if (implies !== undefined && !options.has(implies)) options = parsed([`--${implies}`, ...args]);
  if (options.asked !== undefined) {
    console.print(options.asked === 'help' ? commandHelp(command) : versionLine());
    return EXIT.ok;
  }
  const { length } = options.files;
  if (length < operands.min || length > operands.max)
    throw options.usage(`${name} ${operands.rule}${taken(options, length)}`);
  return command.action(options, console);
}

/** Where no file is left: which option has taken what was meant as one. */
function taken(options: Options, files: number): string {
  const value = files === 0 ? options.lastTaken : undefined;
  return value === undefined ? '' : `; ${nameText(value.value)} is the value of --${value.name}`;
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
    console.tell(mainHelp(COMMANDS).trimEnd());
    return EXIT.usage;
  }
  const [first, ...others] = args;
  if (first === '--help' || first === '-h') {
    console.print(mainHelp(COMMANDS));
    return EXIT.ok;
  }
  const found = commandNamed(first);
  if (found !== undefined) return perform(found, others, console);
  if (isMistypedCommand(first, console)) {
    throw new UsageError(`there is neither a command nor a file ${nameText(first)}`);
  }
  return perform(RUN, args, console);
}

/** Whether a word can only have been meant as a command: a file of that name is not there. */
function isMistypedCommand(word: string, console: Console): boolean {
  return /^[a-z]+$/i.test(word) && !existsSync(console.path(word));
}

/** Prints what ended a command. The exit code is known before anything is printed. */
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
  // Of a program that has ended, which nobody waits for.
  if (isLookingUp()) process.exit();
}
