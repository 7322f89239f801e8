// `wasmi-ts wat` prints a module in the text format; `wasmi-ts parse` makes a binary module of a text.
// https://webassembly.github.io/spec/core/text/index.html  Neither validates.
import { printModuleTo } from '../text/printer.ts';
import { tellsAbout } from './about.ts';
import { inBlocks } from './blocks.ts';
import { EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { PARSE_HELP, WAT_HELP } from './help.ts';
import { type Options, parseOptions } from './options.ts';
import { assemble, loadProgram, moduleFailure, readSource } from './program.ts';

function oneFile(options: Options): string {
  if (options.files.length !== 1) throw options.usage(`${options.command} needs one file`);
  return options.files[0];
}

export function watCommand(args: readonly string[], console: Console): number {
  const options = parseOptions('wat', args, {
    output: { kind: 'value', short: 'o' },
    'no-names': { kind: 'flag' },
    offsets: { kind: 'flag' },
  });
  if (tellsAbout(options, console, () => WAT_HELP)) return EXIT.ok;
  const { path, module } = loadProgram(console, oneFile(options));
  try {
    const how = { names: !options.has('no-names'), offsets: options.has('offsets') };
    inBlocks(console, options.one('output') ?? '-', (write) => printModuleTo(module, how, write));
  } catch (error) {
    throw moduleFailure(path, error);
  }
  return EXIT.ok;
}

export function parseCommand(args: readonly string[], console: Console): number {
  const options = parseOptions('parse', args, { output: { kind: 'value', short: 'o' } });
  if (tellsAbout(options, console, () => PARSE_HELP)) return EXIT.ok;
  const file = oneFile(options);
  const output = options.one('output') ?? (file === '-' ? '-' : `${file.replace(/\.wat$/, '')}.wasm`);
  const bytes = assemble(readSource(console, file));
  console.save(output, bytes);
  return EXIT.ok;
}
