// Parametric instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#parametric-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const PARAMETRIC: readonly Row[] = [
  row(0x1a, 'drop',   SPECIAL),
  row(0x1b, 'select', SPECIAL),
  row(0x1c, 'select', SPECIAL, 'select', { feature: 'reference-types' }),
];
