// Control instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const CONTROL: readonly Row[] = rows('core', `
0x00 unreachable: special
nop: ->
block: special, block
loop
if
else: special
0x0b end: special, none, constant
br: special, label
br_if
br_table: special, labels
return: special
0x10 call: special, func
call_indirect: special, call_indirect
`);
