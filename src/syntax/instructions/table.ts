// Table instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#table-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const TABLE: readonly Row[] = [
...rows('reference-types', `
0x25 table.get: special, table
.set
`),
...rows('bulk-memory', `
0xfc00c table.init: special, table_init
elem.drop: ->, elem
table.copy: special, table_table
`),
...rows('reference-types', `
0xfc00f table.grow: special, table
0xfc010 .size
.fill
`),
];
