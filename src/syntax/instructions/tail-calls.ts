// Tail calls. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const TAIL_CALLS = rows('tail-call', [
  [0x12, 'return_call',          't* -> t*',    'func'],
  [0x13, 'return_call_indirect', 't* at -> t*', 'call_indirect', 'traps'],
]);
