// Table instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#table-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const TABLE = [
...rows('reference-types', [
  [0x25,     'table.get',  'at -> t',       'table',       'traps'],
  [0x26,     'table.set',  'at t ->',       'table',       'traps'],
  [0xfc_00f, 'table.grow', 't at -> at',    'table'],
  [0xfc_010, 'table.size', '-> at',         'table'],
  [0xfc_011, 'table.fill', 'at t at ->',    'table',       'traps'],
]),
...rows('bulk-memory', [
  [0xfc_00c, 'table.init', 'at i32 i32 ->', 'table_init',  'traps'],
  [0xfc_00d, 'elem.drop',  '->',            'elem'],
  [0xfc_00e, 'table.copy', 'at at at ->',   'table_table', 'traps'],
]),
];
