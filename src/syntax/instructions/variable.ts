// Variable instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#variable-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const VARIABLE: readonly Row[] = [
  row(0x20, 'local.get',  SPECIAL, 'local'),
  row(0x21, 'local.set',  SPECIAL, 'local'),
  row(0x22, 'local.tee',  SPECIAL, 'local'),
  row(0x23, 'global.get', SPECIAL, 'global', { constant: true }),
  row(0x24, 'global.set', SPECIAL, 'global'),
];
