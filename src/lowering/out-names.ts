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

/** Operations on one slot that the `unary` op does: numeric instructions too rare for an op of their own. */
// biome-ignore format: a table
export const UNARY_NAMES = [
  'f32.nearest', 'f64.nearest', 'i64.popcnt',
  'i32.trunc_f32_s', 'i32.trunc_f32_u',
  'i64.trunc_f32_s', 'i64.trunc_f32_u', 'i64.trunc_f64_s', 'i64.trunc_f64_u',
  'i32.trunc_sat_f32_s', 'i32.trunc_sat_f32_u', 'i32.trunc_sat_f64_u',
  'i64.trunc_sat_f32_s', 'i64.trunc_sat_f32_u', 'i64.trunc_sat_f64_s', 'i64.trunc_sat_f64_u',
  'f32.convert_i64_s', 'f32.convert_i64_u', 'f64.convert_i64_s', 'f64.convert_i64_u',
] as const;

/** Operations on two slots that the `binary` op does. */
export const BINARY_NAMES = ['i64.div_s', 'i64.div_u', 'i64.rem_s', 'i64.rem_u'] as const;

export type UnaryName = (typeof UNARY_NAMES)[number];
export type BinaryName = (typeof BINARY_NAMES)[number];

const UNARY_NUMBERS = new Map<string, number>(UNARY_NAMES.map((name, number) => [name, number]));
const BINARY_NUMBERS = new Map<string, number>(BINARY_NAMES.map((name, number) => [name, number]));

/** The number of an operation of the `unary` op, if it is one. */
export function unaryNumber(name: string): number | undefined {
  return UNARY_NUMBERS.get(name);
}

/** The number of an operation of the `binary` op, if it is one. */
export function binaryNumber(name: string): number | undefined {
  return BINARY_NUMBERS.get(name);
}

const NUMBERS = new Map<string, number>(OUT_NAMES.map((name, number) => [name, number]));

export function outNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}
