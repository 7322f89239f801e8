// `wasmi-ts validate`: are these files valid modules? One line for each that is not; silence means yes.
// https://webassembly.github.io/spec/core/valid/modules.html
import { visible } from '../syntax/visible.ts';
import { validateModule } from '../validator/module.ts';
import { tellsAbout } from './about.ts';
import { CliError, EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { parseOptions } from './options.ts';
import { loadProgram, moduleFailure } from './program.ts';
import { placeLines } from './report.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';
import { VALIDATE_HELP } from './help.ts';

export function validateCommand(args: readonly string[], console: Console): number {
  const options = parseOptions('validate', args, { ...FEATURE_OPTIONS, verbose: { kind: 'flag', short: 'v' } });
  if (tellsAbout(options, console, VALIDATE_HELP)) return EXIT.ok;
  if (options.files.length === 0) throw options.usage('validate needs a file');
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
