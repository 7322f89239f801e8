// Exception handling. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const EXCEPTIONS = rows('exception-handling', [
  [0x08, 'throw',     't* -> t*',    'tag'],
  [0x0a, 'throw_ref', 't* rt -> t*', 'none',      'traps'],
  [0x1f, 'try_table', 't* -> t*',    'try_table', 'opens'],
]);
