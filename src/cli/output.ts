// How messages look: `wasmi-ts: error: ...` and indented or `hint:` lines below. Everything goes to standard error.
import type { CliError } from './failure.ts';
import type { CliHost } from './host.ts';
import { visible } from './terminal.ts';

/** Prints an error and its details. */
export function printError(host: CliHost, error: CliError): void {
  const lines = [`wasmi-ts: error: ${error.message}`, ...error.details];
  host.stderr(`${lines.map(visible).join('\n')}\n`);
}

/** Prints something that does not end the command. */
export function printWarning(host: CliHost, message: string): void {
  host.stderr(`${visible(`wasmi-ts: warning: ${message}`)}\n`);
}
