// Tail calls. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const TAIL_CALLS: readonly Row[] = [
...rows('tail-call', `
0x12 return_call: special, func
return_call_indirect: special, call_indirect
`),
...rows('function-references', `
0x15 return_call_ref: special, type
`),
];
