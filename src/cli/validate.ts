// `wasmi-ts validate`: are these files valid modules? One line for each that is not; silence means yes.
// https://webassembly.github.io/spec/core/valid/modules.html
import { visible } from '../syntax/visible.ts';
import { validateModule } from '../validator/module.ts';
import { CliError, EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { flag, type Options, type OptionSpecs } from './options.ts';
import { loadProgram, moduleFailure } from './program.ts';
import { placeLines } from './report.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

export const VALIDATE_OPTIONS: OptionSpecs = {
  ...FEATURE_OPTIONS,
  verbose: flag('also say which files are valid', { short: 'v' }),
};

export function validate(options: Options, console: Console): number {
  const features = featureSet(options);
  let failures = 0;
  for (const path of options.files) {
    try {
      const program = loadProgram(console, path);
      try {
        validateModule(program.module, { features });
      } catch (error) {
        throw moduleFailure(program.path, error, placeLines(program.module, error));
      }
      if (options.has('verbose')) console.print(`${visible(path)}: valid\n`);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      console.complain(error);
      failures++;
    }
  }
  return failures === 0 ? EXIT.ok : EXIT.failed;
}
