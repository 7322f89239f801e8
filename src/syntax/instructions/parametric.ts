// Parametric instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#parametric-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const PARAMETRIC: readonly Row[] = [
...rows('core', `
0x1a drop: special
select
`),
...rows('reference-types', `
0x1c select: special, select
`),
];
