// Names of what is done out of line, as trees and whoever takes them call it. `out`: functions on operands in a row, in
// interpreter/ops/out-of-line.ts; each row says what stands in the slots and in the two immediates l, m. Objects: operations on
// references, fields and elements with up to three operands, in interpreter/ops/gc/access.ts.

// biome-ignore format: a table
const TABLE_AND_MEMORY_NAMES = [
  //                          operands -> results           l              m
  'table.get',             // i -> ref                       table
  'table.set',             // i ref ->                       table
  'table.size',            // -> n                           table
  'table.grow',            // ref n -> before                table
  'table.fill',            // i ref n ->                     table
  'table.copy',            // d s n ->                       destination    source
  'table.init',            // d s n ->                       elem           table
  'elem.drop',             // ->                             elem
  'ref.func',              // -> ref                         func
  'memory.size',           // -> pages                       memory
  'memory.fill',           // d value n ->                   memory
  'memory.copy',           // d s n ->                       destination    source
  'memory.init',           // d s n ->                       data           memory
  'data.drop',             // ->                             data
  'global.get',            // -> value                       global
  'global.set',            // value ->                       global
  // No instructions: what branches, returns and calls do with many values (moves.ts).
  'numbers.move',          // value* go to other places      slots down     how many slots
  'values.move',           // the same, with references
  'references.clear',      // null* ->                       how many slots
  'i64.add128',            // x low, high, y low, high -> low, high
  'i64.sub128',            // x low, high, y low, high -> low, high
  'i64.mul_wide_s',        // x y -> low, high
  'i64.mul_wide_u',        // x y -> low, high
] as const;

// Structs and arrays; functions in interpreter/ops/gc/aggregates.ts. Types are canonical indices.
// biome-ignore format: a table
const GC_OUT_NAMES = [
  'struct.new',            // field* -> ref                  type
  'struct.new_desc',       // field* desc -> ref             type           slots of the fields
  'struct.new_default_desc', // desc -> ref                  type
  'array.new',             // value n -> ref                 type
  'array.new_default',     // n -> ref                       type
  'array.new_fixed',       // value* -> ref                  type           length
  'array.new_data',        // from n -> ref                  type           data
  'array.new_elem',        // from n -> ref                  type           elem
  'array.fill',            // ref first value n ->           type
  'array.copy',            // ref d ref s n ->               type of the destination
  'array.init_data',       // ref d s n ->                   type           data
  'array.init_elem',       // ref d s n ->                   type           elem
  'ref.test_desc',         // ref desc -> i32; ref stays     target type
  'ref.cast_desc_eq',      // ref desc -> ref                target type
] as const;

export type GcOutName = (typeof GC_OUT_NAMES)[number];
export type OutName = (typeof TABLE_AND_MEMORY_NAMES)[number] | GcOutName;

/** What the number in an `out` op means. */
export const OUT_NAMES: readonly OutName[] = [...TABLE_AND_MEMORY_NAMES, ...GC_OUT_NAMES];

/**
 * What the number in an `object` op means: operations on references, fields and elements with up to three operands.
 * Those that have an op of their own in ops.ts are lowered to that. Functions: interpreter/ops/gc/access.ts.
 */
// biome-ignore format: a table
export const OBJECT_NAMES = [
  //                                          operands -> result    k
  'ref.is_null', 'ref.eq',                 // refs -> i32
  'ref.as_non_null',                       // ref ->
  'ref.test',                              // ref -> i32            closed reference type
  'ref.cast',                              // ref ->                closed reference type
  'ref.i31',                               // i32 -> ref
  'i31.get_s', 'i31.get_u',                // ref -> i32
  'struct.new_default',                    // -> ref                canonical type
  // By what the value is: 1, 2 or 4 words, or a reference. Packed values have been masked.
  'struct.get32', 'struct.get64', 'struct.get128', 'struct.getref', // ref -> value,  k: cell of the field
  'struct.set32', 'struct.set64', 'struct.set128', 'struct.setref', // ref value ->,  k: cell of the field
  'array.get32', 'array.get64', 'array.get128', 'array.getref',     // ref i -> value
  'array.set32', 'array.set64', 'array.set128', 'array.setref',     // ref i value ->
  'array.len',                             // ref -> i32
  'ref.get_desc',                          // ref -> ref
] as const;

export type ObjectName = (typeof OBJECT_NAMES)[number];
