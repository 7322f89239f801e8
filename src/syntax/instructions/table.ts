// Table instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#table-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const TABLE: readonly Row[] = [
  row(0x25, 'table.get',  SPECIAL, 'table', { feature: 'reference-types' }),
  row(0x26, 'table.set',  SPECIAL, 'table', { feature: 'reference-types' }),
  row(0xfc_00c, 'table.init', SPECIAL, 'table_init', { feature: 'bulk-memory' }),
  row(0xfc_00d, 'elem.drop',  '->',    'elem', { feature: 'bulk-memory' }),
  row(0xfc_00e, 'table.copy', SPECIAL, 'table_table', { feature: 'bulk-memory' }),
  row(0xfc_00f, 'table.grow', SPECIAL, 'table', { feature: 'reference-types' }),
  row(0xfc_010, 'table.size', SPECIAL, 'table', { feature: 'reference-types' }),
  row(0xfc_011, 'table.fill', SPECIAL, 'table', { feature: 'reference-types' }),
];
