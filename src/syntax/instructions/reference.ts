// Reference instructions, and calls and branches on references. https://webassembly.github.io/spec/core/syntax/instructions.html#reference-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const REFERENCE: readonly Row[] = [
...rows('reference-types', `
0xd0 ref.null: special, heap, constant
.is_null: special
.func: special, func, constant
`),
...rows('gc', `
0xd3 ref.eq: special
`),
...rows('function-references', `
0xd4 ref.as_non_null: special
br_on_null: special, label
br_on_non_null
0x14 call_ref: special, type
`),
];
