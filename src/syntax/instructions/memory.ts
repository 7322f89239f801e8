// Memory instructions, bulk operations included. https://webassembly.github.io/spec/core/syntax/instructions.html#memory-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const MEMORY: readonly Row[] = [
...rows('core', `
0x28 i32.load: addr -> i32, memarg, 2
i64.load: addr -> i64, memarg, 3
f32.load: addr -> f32, memarg, 2
f64.load: addr -> f64, memarg, 3
i32.load8_s: addr -> i32, memarg, 0
.load8_u
.load16_s: addr -> i32, memarg, 1
.load16_u
0x30 i64.load8_s: addr -> i64, memarg, 0
.load8_u
.load16_s: addr -> i64, memarg, 1
.load16_u
.load32_s: addr -> i64, memarg, 2
.load32_u
i32.store: addr i32 ->, memarg, 2
i64.store: addr i64 ->, memarg, 3
f32.store: addr f32 ->, memarg, 2
f64.store: addr f64 ->, memarg, 3
i32.store8: addr i32 ->, memarg, 0
.store16: addr i32 ->, memarg, 1
i64.store8: addr i64 ->, memarg, 0
.store16: addr i64 ->, memarg, 1
.store32: addr i64 ->, memarg, 2
memory.size: -> addr, memory
0x40 .grow: addr -> addr, memory
`),
...rows('bulk-memory', `
0xfc008 memory.init: addr i32 i32 ->, memory_init
data.drop: ->, data
memory.copy: special, memory_memory
.fill: addr i32 addr ->, memory
`),
];
