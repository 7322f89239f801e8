// What ended a program, as an exit code and a report. Everything that a guest can cause is told apart from our own bugs.
import { ExhaustionError, ExitStatus, Interrupted, LinkError, Trap, UnsupportedError, WasmError } from '../errors.ts';
import { CliError, EXIT } from './failure.ts';
import type { CliHost } from './host.ts';
import { type Known, backtraceLines } from './report.ts';
import { visible } from './terminal.ts';

/** The exit code for what a program threw; the report is printed. Throws what is not the program's doing. */
export function stopped(
  error: unknown,
  host: CliHost,
  modules: readonly Known[],
  timeout: string | undefined,
  traced = false,
): number {
  if (error instanceof ExitStatus) return error.exitCode;
  if (error instanceof LinkError) throw linkFailure(error);
  const tell = (line: string, hint?: string): void => {
    const frames = backtraceLines((error as Partial<Trap>).backtrace ?? [], modules);
    const lines = [visible(`wasmi-ts: ${line}`), ...frames, ...(hint === undefined ? [] : [`hint: ${hint}`])];
    host.stderr(`${lines.join('\n')}\n`);
  };
  if (error instanceof Interrupted) {
    if (error.reason === 'fuel') {
      tell('out of fuel', '--fuel N gives it more');
      return EXIT.fuel;
    }
    tell(`time-out: the program ran longer than ${timeout ?? 'it may'}`);
    return EXIT.timeout;
  }
  if (error instanceof Trap) {
    tell(`trap: ${error.message}`, traced ? undefined : 'run it with --trace to see the steps before the trap');
    return EXIT.trap;
  }
  // While it runs: a wait that nothing can end, an import that nobody provides.
  if (error instanceof ExhaustionError || error instanceof UnsupportedError) {
    tell(`trap: ${error.message}`);
    return EXIT.trap;
  }
  if (error instanceof WasmError && error.code === 'exception') {
    tell(error.message);
    return EXIT.trap;
  }
  throw error;
}

function linkFailure(error: LinkError): CliError {
  if (!error.message.startsWith('unknown import')) return new CliError(error.message);
  return new CliError(error.message, [
    'hint: --module NAME=FILE provides imports; with --unknown-imports=trap a missing function only traps when called',
  ]);
}
