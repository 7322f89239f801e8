// `wasmi-ts wat` prints a module in the text format; `wasmi-ts parse` makes a binary module of a text.
// https://webassembly.github.io/spec/core/text/index.html  Neither validates.
import { printModuleTo } from '../text/printer.ts';
import { inBlocks } from './blocks.ts';
import { EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { flag, type Options, type OptionSpecs, valued } from './options.ts';
import { assemble, loadProgram, moduleFailure, readSource } from './program.ts';

export const WAT_OPTIONS: OptionSpecs = {
  output: valued('FILE', 'write to a file instead of standard output', { short: 'o' }),
  'no-names': flag("numbers instead of the name section's names"),
  offsets: flag('the offset of each instruction, as a comment'),
};

export const PARSE_OPTIONS: OptionSpecs = {
  output: valued('FILE', 'where to write; default: FILE.wasm; - for standard output', { short: 'o' }),
};

export function wat(options: Options, console: Console): number {
  const { path, module } = loadProgram(console, options.files[0]);
  try {
    const how = { names: !options.has('no-names'), offsets: options.has('offsets') };
    inBlocks(console, options.one('output') ?? '-', (write) => printModuleTo(module, how, write));
  } catch (error) {
    throw moduleFailure(path, error);
  }
  return EXIT.ok;
}

export function parse(options: Options, console: Console): number {
  const [file] = options.files;
  const output = options.one('output') ?? (file === '-' ? '-' : `${file.replace(/\.wat$/, '')}.wasm`);
  const bytes = assemble(readSource(console, file));
  console.save(output, bytes);
  return EXIT.ok;
}
