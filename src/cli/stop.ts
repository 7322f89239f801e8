// What ended a program, as a report. Everything that a guest can cause is told apart from our own bugs; which exit
// code it is says the table of failure.ts.
import {
  ExhaustionError,
  ExitStatus,
  Interrupted,
  LinkError,
  StoppedError,
  Trap,
  UnsupportedError,
} from '../errors.ts';
import { visible } from '../syntax/visible.ts';
import type { Console } from './console.ts';
import { CliError, EXIT, exitCodeOf, outOfRoom } from './failure.ts';
import { optionFor } from './limit-options.ts';
import { type Known, backtraceLines } from './report.ts';

/** How a program was run, as far as reports speak of it. */
export interface Circumstances {
  readonly modules: readonly Known[];
  /** The file that was linked last. */
  readonly linked: string;
  /** What --timeout said. */
  readonly timeout: string | undefined;
  readonly traced: boolean;
  /** It was stopped since it waited and nothing was left that could have ended the wait. */
  readonly idle: boolean;
}

/** A wait that is known to have no end: the program has no thread to end it, and the host nothing that would happen. */
export function nobodyIsLeft(): string {
  return 'blocking wait: the program waits without a time-out, and nobody is left to give it what it waits for';
}

/** The exit code for what a program threw; the report is printed. Throws what is not the program's doing. */
export function stopped(thrown: unknown, console: Console, circumstances: Circumstances): number {
  const full = outOfRoom(thrown);
  const error = full === undefined ? thrown : new ExhaustionError(full);
  if (error instanceof LinkError) throw linkFailure(circumstances.linked, error);
  const report = error instanceof Error ? reportOf(error, circumstances) : undefined;
  if (report === undefined) throw error;
  const { exitCode, line, hint } = report;
  if (line === undefined) return exitCode;
  const frames = backtraceLines(error as Partial<Trap>, circumstances.modules);
  const lines = [visible(`wasmi-ts: ${line}`), ...frames, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  console.tell(lines.join('\n'));
  return exitCode;
}

interface Report {
  readonly exitCode: number;
  /** An exit is not reported. */
  readonly line?: string;
  readonly hint?: string;
}

function reportOf(error: Error, { timeout, traced, idle }: Circumstances): Report | undefined {
  const exitCode = exitCodeOf(error);
  if (error instanceof ExitStatus) return { exitCode };
  if (error instanceof Interrupted) {
    if (error.reason === 'fuel') return { exitCode, line: 'out of fuel', hint: '--fuel N gives it more' };
    if (idle) return { exitCode: EXIT.trap, line: `trap: ${nobodyIsLeft()}` };
    return { exitCode, line: `time-out: the program ran longer than ${timeout ?? 'it may'}` };
  }
  if (error instanceof Trap) {
    const hint = 'run it with --trace to see the steps before the trap';
    return { exitCode, line: `trap: ${error.message}`, ...(traced ? {} : { hint }) };
  }
  // While it runs: a wait that nothing can end, an import that nobody provides.
  if (error instanceof ExhaustionError || error instanceof UnsupportedError) {
    const option = error instanceof ExhaustionError ? optionFor(error) : undefined;
    return { exitCode, line: `trap: ${error.message}`, ...(option && { hint: `${option} gives it more` }) };
  }
  return error instanceof StoppedError ? { exitCode, line: error.message } : undefined;
}

function linkFailure(path: string, { message }: LinkError): CliError {
  if (!message.startsWith('unknown import')) return new CliError(`${path}: ${message}`);
  return new CliError(`${path}: ${message}`, [
    'hint: --module NAME=FILE provides imports; with --unknown-imports=trap a missing function only traps when called',
  ]);
}
