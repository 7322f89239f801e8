// Control instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const CONTROL: readonly Row[] = [
  row(0x00, 'unreachable',   SPECIAL),
  row(0x01, 'nop',           '->'),
  row(0x02, 'block',         SPECIAL, 'block'),
  row(0x03, 'loop',          SPECIAL, 'block'),
  row(0x04, 'if',            SPECIAL, 'block'),
  row(0x05, 'else',          SPECIAL),
  row(0x0b, 'end',           SPECIAL, 'none', { constant: true }),
  row(0x0c, 'br',            SPECIAL, 'label'),
  row(0x0d, 'br_if',         SPECIAL, 'label'),
  row(0x0e, 'br_table',      SPECIAL, 'labels'),
  row(0x0f, 'return',        SPECIAL),
  row(0x10, 'call',          SPECIAL, 'func'),
  row(0x11, 'call_indirect', SPECIAL, 'call_indirect'),
];
