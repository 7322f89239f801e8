// Tail calls. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const TAIL_CALLS: readonly Row[] = [
  row(0x12, 'return_call',          SPECIAL, 'func', { feature: 'tail-call' }),
  row(0x13, 'return_call_indirect', SPECIAL, 'call_indirect', { feature: 'tail-call' }),
  row(0x15, 'return_call_ref',      SPECIAL, 'type', { feature: 'function-references' }),
];
