// Exception handling, and the legacy form of it. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const EXCEPTIONS: readonly Row[] = [
...rows('legacy-exceptions', `
0x06 try: special, block
catch: special, tag
`),
...rows('exception-handling', `
0x08 throw: special, tag
`),
...rows('legacy-exceptions', `
0x09 rethrow: special, label
`),
...rows('exception-handling', `
0x0a throw_ref: special
`),
...rows('legacy-exceptions', `
0x18 delegate: special, label
catch_all: special
`),
...rows('exception-handling', `
0x1f try_table: special, try_table
`),
];
