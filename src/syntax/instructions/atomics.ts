// Atomic instructions of the threads proposal. https://github.com/WebAssembly/threads
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const ATOMICS: readonly Row[] = rows('threads', `
0xfe000 memory.atomic.notify: addr i32 -> i32, memarg, 2
.atomic.wait32: addr i32 i64 -> i32, memarg, 2
.atomic.wait64: addr i64 i64 -> i32, memarg, 3
atomic.fence: ->, fence
0xfe010 i32.atomic.load: addr -> i32, memarg, 2
i64.atomic.load: addr -> i64, memarg, 3
i32.atomic.load8_u: addr -> i32, memarg, 0
.atomic.load16_u: addr -> i32, memarg, 1
i64.atomic.load8_u: addr -> i64, memarg, 0
.atomic.load16_u: addr -> i64, memarg, 1
.atomic.load32_u: addr -> i64, memarg, 2
i32.atomic.store: addr i32 ->, memarg, 2
i64.atomic.store: addr i64 ->, memarg, 3
i32.atomic.store8: addr i32 ->, memarg, 0
.atomic.store16: addr i32 ->, memarg, 1
i64.atomic.store8: addr i64 ->, memarg, 0
.atomic.store16: addr i64 ->, memarg, 1
.atomic.store32: addr i64 ->, memarg, 2
i32.atomic.rmw.add: addr i32 -> i32, memarg, 2
i64.atomic.rmw.add: addr i64 -> i64, memarg, 3
0xfe020 i32.atomic.rmw8.add_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.add_u: addr i32 -> i32, memarg, 1
i64.atomic.rmw8.add_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.add_u: addr i64 -> i64, memarg, 1
.atomic.rmw32.add_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.sub: addr i32 -> i32, memarg, 2
i64.atomic.rmw.sub: addr i64 -> i64, memarg, 3
i32.atomic.rmw8.sub_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.sub_u: addr i32 -> i32, memarg, 1
i64.atomic.rmw8.sub_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.sub_u: addr i64 -> i64, memarg, 1
.atomic.rmw32.sub_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.and: addr i32 -> i32, memarg, 2
i64.atomic.rmw.and: addr i64 -> i64, memarg, 3
i32.atomic.rmw8.and_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.and_u: addr i32 -> i32, memarg, 1
0xfe030 i64.atomic.rmw8.and_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.and_u: addr i64 -> i64, memarg, 1
.atomic.rmw32.and_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.or: addr i32 -> i32, memarg, 2
i64.atomic.rmw.or: addr i64 -> i64, memarg, 3
i32.atomic.rmw8.or_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.or_u: addr i32 -> i32, memarg, 1
i64.atomic.rmw8.or_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.or_u: addr i64 -> i64, memarg, 1
.atomic.rmw32.or_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.xor: addr i32 -> i32, memarg, 2
i64.atomic.rmw.xor: addr i64 -> i64, memarg, 3
i32.atomic.rmw8.xor_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.xor_u: addr i32 -> i32, memarg, 1
i64.atomic.rmw8.xor_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.xor_u: addr i64 -> i64, memarg, 1
0xfe040 .atomic.rmw32.xor_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.xchg: addr i32 -> i32, memarg, 2
i64.atomic.rmw.xchg: addr i64 -> i64, memarg, 3
i32.atomic.rmw8.xchg_u: addr i32 -> i32, memarg, 0
.atomic.rmw16.xchg_u: addr i32 -> i32, memarg, 1
i64.atomic.rmw8.xchg_u: addr i64 -> i64, memarg, 0
.atomic.rmw16.xchg_u: addr i64 -> i64, memarg, 1
.atomic.rmw32.xchg_u: addr i64 -> i64, memarg, 2
i32.atomic.rmw.cmpxchg: addr i32 i32 -> i32, memarg, 2
i64.atomic.rmw.cmpxchg: addr i64 i64 -> i64, memarg, 3
i32.atomic.rmw8.cmpxchg_u: addr i32 i32 -> i32, memarg, 0
.atomic.rmw16.cmpxchg_u: addr i32 i32 -> i32, memarg, 1
i64.atomic.rmw8.cmpxchg_u: addr i64 i64 -> i64, memarg, 0
.atomic.rmw16.cmpxchg_u: addr i64 i64 -> i64, memarg, 1
.atomic.rmw32.cmpxchg_u: addr i64 i64 -> i64, memarg, 2
`);
