// Exception handling, and the legacy form of it. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const EXCEPTIONS: readonly Row[] = [
  row(0x06, 'try',       SPECIAL, 'block', { feature: 'legacy-exceptions' }),
  row(0x07, 'catch',     SPECIAL, 'tag', { feature: 'legacy-exceptions' }),
  row(0x08, 'throw',     SPECIAL, 'tag', { feature: 'exception-handling' }),
  row(0x09, 'rethrow',   SPECIAL, 'label', { feature: 'legacy-exceptions' }),
  row(0x0a, 'throw_ref', SPECIAL, 'none', { feature: 'exception-handling' }),
  row(0x18, 'delegate',  SPECIAL, 'label', { feature: 'legacy-exceptions' }),
  row(0x19, 'catch_all', SPECIAL, 'none', { feature: 'legacy-exceptions' }),
  row(0x1f, 'try_table', SPECIAL, 'try_table', { feature: 'exception-handling' }),
];
