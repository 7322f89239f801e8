// The usage texts, made of the table of commands. docs/command-line.md says more, with examples.
import type { Command } from './command.ts';
import { COMMON, type OptionSpec, type OptionSpecs } from './options.ts';
import { featureLines } from './wasm-features.ts';

/** Where what an option does begins on its line. */
const COLUMN = 30;

/** The text of `wasmi-ts --help`. */
export function mainHelp(commands: readonly Command[]): string {
  return `wasmi-ts: run and inspect WebAssembly, without WebAssembly

Usage: wasmi-ts [run] [OPTIONS] FILE [ARGUMENTS...]
       wasmi-ts COMMAND [OPTIONS] FILE...

Commands:
${commands.map(({ name, line }) => `  ${name.padEnd(10)} ${line}`).join('\n')}

FILE is a module in the binary or the text format, or - for standard input.
wasmi-ts COMMAND --help says more about a command.

Exit codes: the program's own; 134 trap, 124 time-out, 125 out of fuel,
1 failed to load, validate or link, 2 wrong usage, 70 a bug in wasmi-ts.
WASMI_TS_DEBUG=1 in the environment adds JavaScript stack traces to errors.
`;
}

/** The text of `wasmi-ts COMMAND --help`. */
export function commandHelp({ name, about, operands, options }: Command): string {
  const called = name === 'run' ? '[run]' : name;
  const usage = `Usage: wasmi-ts ${called} [OPTIONS] ${operands.usage}`.trimEnd();
  const features =
    'wasm-features' in options ? `\nFeatures (name, by default, since):\n${featureLines().join('\n')}\n` : '';
  return `${usage}\n\n${about}\n\n${optionLines(options)}${optionLines(COMMON)}${features}`;
}

function optionLines(options: OptionSpecs): string {
  return Object.entries(options)
    .map(([name, spec]) => `${spec.heading === undefined ? '' : `${spec.heading}:\n`}${optionLine(name, spec)}\n`)
    .join('');
}

function optionLine(name: string, { kind, short, value, help }: OptionSpec): string {
  const letter = short === undefined ? '      ' : `  -${short}, `;
  const given = { flag: '', value: ` ${value}`, maybe: `[=${value}]` }[kind];
  return `${`${letter}--${name}${given}`.padEnd(COLUMN - 2)}  ${help.split('\n').join(`\n${' '.repeat(COLUMN)}`)}`;
}
