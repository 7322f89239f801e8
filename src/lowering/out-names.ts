// Names and numbers of the out-of-line functions: what the `out` op can do. The functions themselves are in
// interpreter/out-of-line.ts, in this order; each row says what stands in the slots and in the two immediates l, m.

// biome-ignore format: a table
export const OUT_NAMES = [
  //                          operands -> results           l              m
  'table.get',             // i -> ref                       table
  'table.set',             // i ref ->                       table
  'table.size',            // -> n                           table
  'table.grow',            // ref n -> before                table
  'table.fill',            // i ref n ->                     table
  'table.copy',            // d s n ->                       destination    source
  'table.init',            // d s n ->                       elem           table
  'elem.drop',             // ->                             elem
  'ref.is_null',           // ref -> i32
  'ref.func',              // -> ref                         func
  'memory.size',           // -> pages                       memory
  'memory.grow',           // pages -> before                memory
  'memory.fill',           // d value n ->                   memory
  'memory.copy',           // d s n ->                       destination    source
  'memory.init',           // d s n ->                       data           memory
  'data.drop',             // ->                             data
  'global.get',            // -> value                       global
  'global.set',            // value ->                       global
  // Memory accesses that the fast ops do not cover: other memories, offsets past the minimum.
  'i32.load', 'i32.load8_s', 'i32.load8_u', 'i32.load16_s', 'i32.load16_u',     // address -> value   offset  memory
  'i64.load', 'i64.load8_s', 'i64.load8_u', 'i64.load16_s', 'i64.load16_u', 'i64.load32_s', 'i64.load32_u',
  'i32.store', 'i32.store8', 'i32.store16', 'i64.store',                        // address value ->   offset  memory
] as const;

export type OutName = (typeof OUT_NAMES)[number];

const NUMBERS = new Map<string, number>(OUT_NAMES.map((name, number) => [name, number]));

export function outNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}
