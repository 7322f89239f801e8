// Variable instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#variable-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const VARIABLE: readonly Row[] = rows('core', `
0x20 local.get: special, local
.set
.tee
global.get: special, global, constant
.set: special, global
`);
