// The public entry `wasmi-ts/text`: the text format, read and written, and modules written as bytes.
// https://webassembly.github.io/spec/core/text/index.html
import { endOf, asOnePiece } from '../clock.ts';
import { encodeModule } from '../encoder/encode.ts';
import { checkOptions } from '../options.ts';
import { checkText, PARSE_OPTIONS, type ParseOptions, parseModule } from './parser.ts';

export { encodeModule } from '../encoder/encode.ts';
export { type ParseOptions, parseModule } from './parser.ts';
export { type PrintOptions, printModule } from './printer.ts';

/**
 * Text to binary format. The text is parsed, not validated. Throws MalformedError with line and column, TypeError for
 * what is no text and for an unknown option, Interrupted at the deadline.
 *
 *     const bytes = assemble('(module (func (export "one") (result i32) (i32.const 1)))');
 */
export function assemble(text: string | Uint8Array, options?: ParseOptions): Uint8Array {
  const checked = checkOptions('assemble', options, PARSE_OPTIONS);
  return asOnePiece(endOf(checked.deadline), () => encodeModule(parseModule(checkText('assemble', text), checked)));
}
