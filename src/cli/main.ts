// The command line: finds the command, runs it, and turns whatever is thrown into messages and an exit code.
// `main` does not touch the process; `start` at the end does, for bin/wasmi-ts.
import { existsSync, readFileSync } from 'node:fs';
import { CliError, EXIT, UsageError } from './failure.ts';
import { fuzzCommand } from './fuzz.ts';
import { MAIN_HELP } from './help.ts';
import { type CliHost, pathOf, processHost } from './host.ts';
import { objdumpCommand } from './objdump.ts';
import { printError } from './output.ts';
import { runCommand } from './run.ts';
import { validateCommand } from './validate.ts';
import { wastCommand } from './wast.ts';
import { parseCommand, watCommand } from './wat.ts';

type Command = (args: readonly string[], host: CliHost) => number | Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['run', runCommand],
  ['trace', (args, host) => runCommand(['--trace', ...args], host)],
  ['validate', validateCommand],
  ['wast', wastCommand],
  ['wat', watCommand],
  ['parse', parseCommand],
  ['objdump', objdumpCommand],
  ['fuzz', fuzzCommand],
  ['help', helpCommand],
]);

function helpCommand(args: readonly string[], host: CliHost): number | Promise<number> {
  const [name] = args;
  if (name === undefined || name === 'help' || name.startsWith('-')) {
    host.stdout(MAIN_HELP);
    return EXIT.ok;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}`);
  return command(['--help'], host);
}

/** The version of the package that this file belongs to. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Whether `--version` stands among our own options: before anything that is not an option. */
function asksVersion(args: readonly string[]): boolean {
  const own = COMMANDS.has(args[0] ?? '') ? args.slice(1) : args;
  return own[0] === '--version' || own[0] === '-V';
}

/**
 * Runs a command line (without node and script) and answers the exit code. Never throws but for a broken pipe.
 */
export async function main(args: readonly string[], host: CliHost): Promise<number> {
  try {
    if (args.length === 0) {
      host.stderr(MAIN_HELP);
      return EXIT.usage;
    }
    if (asksVersion(args)) {
      host.stdout(`wasmi-ts ${version()}\n`);
      return EXIT.ok;
    }
    if (args[0] === '--help' || args[0] === '-h') return await helpCommand([], host);
    const command = COMMANDS.get(args[0]);
    if (command !== undefined) return await command(args.slice(1), host);
    if (isMistypedCommand(args[0], host)) {
      throw new UsageError(`there is neither a command nor a file ${JSON.stringify(args[0])}`);
    }
    return await runCommand(args, host);
  } catch (error) {
    if (isBrokenPipe(error)) throw error;
    return failed(error, host);
  }
}

/** Whether a word can only have been meant as a command: a file of that name is not there. */
function isMistypedCommand(word: string, host: CliHost): boolean {
  return /^[a-z]+$/i.test(word) && !existsSync(pathOf(host, word));
}

function isBrokenPipe(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'EPIPE';
}

function failed(error: unknown, host: CliHost): number {
  const known = error instanceof CliError;
  if (known) printError(host, error);
  else {
    const message = error instanceof Error ? error.message : String(error);
    const [line] = message.split('\n');
    const text = line.startsWith('internal error: ')
      ? line
      : `internal error: ${line} (this is a bug in wasmi-ts; please report it with the module)`;
    printError(host, new CliError(text));
  }
  if (host.env['WASMI_TS_DEBUG'] === '1' && error instanceof Error) host.stderr(`${error.stack ?? ''}\n`);
  return known ? error.exitCode : EXIT.internal;
}

/** Runs the process's command line and sets its exit code. When nobody reads our output any more we end quietly. */
export async function start(): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2), processHost());
  } catch {
    process.exitCode = EXIT.ok; // A broken pipe: whoever read our output has seen enough.
  }
}
