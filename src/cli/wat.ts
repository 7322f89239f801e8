// `wasmi-ts wat` prints a module in the text format; `wasmi-ts parse` makes a binary module of a text.
// https://webassembly.github.io/spec/core/text/index.html  Neither validates.
import { printModule } from '../text/printer.ts';
import { EXIT } from './failure.ts';
import { type CliHost, writeResult } from './host.ts';
import { PARSE_HELP, WAT_HELP } from './help.ts';
import { type Options, parseOptions } from './options.ts';
import { assemble, fileError, loadProgram, moduleFailure, readSource } from './program.ts';
import { CliError } from './failure.ts';

function oneFile(options: Options): string {
  if (options.files.length !== 1) throw options.usage(`${options.command} needs one file`);
  return options.files[0];
}

function write(host: CliHost, path: string, data: string | Uint8Array): void {
  try {
    writeResult(host, path, data);
  } catch (error) {
    if (path === '-') throw error;
    throw new CliError(`${path}: ${fileError(error)}`);
  }
}

export function watCommand(args: readonly string[], host: CliHost): number {
  const options = parseOptions('wat', args, {
    output: { kind: 'value', short: 'o' },
    'no-names': { kind: 'flag' },
    offsets: { kind: 'flag' },
  });
  if (options.has('help')) {
    host.stdout(WAT_HELP);
    return EXIT.ok;
  }
  const { path, module } = loadProgram(host, oneFile(options));
  try {
    const text = printModule(module, { names: !options.has('no-names'), offsets: options.has('offsets') });
    write(host, options.one('output') ?? '-', text);
  } catch (error) {
    throw moduleFailure(path, error);
  }
  return EXIT.ok;
}

export function parseCommand(args: readonly string[], host: CliHost): number {
  const options = parseOptions('parse', args, { output: { kind: 'value', short: 'o' } });
  if (options.has('help')) {
    host.stdout(PARSE_HELP);
    return EXIT.ok;
  }
  const file = oneFile(options);
  const output = options.one('output') ?? (file === '-' ? '-' : `${file.replace(/\.wat$/, '')}.wasm`);
  const bytes = assemble(readSource(host, file));
  write(host, output, bytes);
  return EXIT.ok;
}
