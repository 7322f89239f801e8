// What follows an opcode: of which parts each kind of immediates consists, in the order of the binary format.
// https://webassembly.github.io/spec/core/binary/instructions.html
// Who reads, prints, parses or rewrites immediates has a function for each part (or a switch over the parts that the
// compiler checks), so that a kind made of parts that are there is one line here and nothing elsewhere, and a new part
// does not compile before each of them knows it. What an instruction means by its immediates is not said here.

/**
 * Parts that are one u32: an index into a space (`field`: of the type in front of it), a label, or a count. The cursor
 * keeps the one that is the first part of its kind in `index`, the one that is the second in `index2`.
 *
 * In the text format `table` and `memory` may be left out, which means 0, and stand in front of all else; `type_use` is
 * `(type x)`, or the parameters and results of the type.
 */
export type IndexPart =
  | 'label'
  | 'func'
  | 'local'
  | 'global'
  | 'tag'
  | 'data'
  | 'elem'
  | 'type'
  | 'table'
  | 'memory'
  | 'type_use'
  | 'field'
  | 'count';

/**
 * | part          | binary format                                     | text format                 |
 * |---------------|---------------------------------------------------|-----------------------------|
 * | block         | block type                                        | type use                    |
 * | catches       | vector of catch clauses                           | catch*                      |
 * | labels        | vector of u32, u32                                | label+                      |
 * | table_table   | u32 destination, u32 source                       | (table table)?              |
 * | memory_memory | u32 destination, u32 source                       | (memory memory)?            |
 * | select        | vector of value types                             | (result t*)                 |
 * | memarg        | u32 align (bit 6: u32 memory follows), u64 offset | memory? offset=n align=n    |
 * | lane          | byte                                              | lane                        |
 * | lanes         | 16 bytes                                          | 16 lanes                    |
 * | i32 i64       | s32, s64                                          | literal                     |
 * | f32 f64 v128  | 4, 8, 16 bytes                                    | literal                     |
 * | heap          | heap type                                         | heap type                   |
 * | ref_type      | heap type (null is in the opcode)                 | ref type                    |
 * | cast_branch   | byte flags, u32 label, heap type, heap type       | label ref type ref type     |
 * | fence         | byte 0                                            | -                           |
 */
export type Part =
  | IndexPart
  | 'block'
  | 'catches'
  | 'labels'
  | 'table_table'
  | 'memory_memory'
  | 'select'
  | 'memarg'
  | 'lane'
  | 'lanes'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'heap'
  | 'ref_type'
  | 'cast_branch'
  | 'fence';

export type Parts = readonly [] | readonly [Part] | readonly [Part, Part];

/** The kinds that are not one part, which is called as they are. */
const KINDS = {
  none: [],
  try_table: ['block', 'catches'],
  call_indirect: ['type_use', 'table'],
  memarg_lane: ['memarg', 'lane'],
  table_init: ['elem', 'table'],
  memory_init: ['data', 'memory'],
  type_field: ['type', 'field'],
  type_count: ['type', 'count'],
  type_data: ['type', 'data'],
  type_elem: ['type', 'elem'],
  type_type: ['type', 'type'],
} as const satisfies Readonly<Record<string, Parts>>;

/** What the rows of the instruction table name in their column of immediates. */
export type Immediates = keyof typeof KINDS | Part;

/** The parts of a kind. */
export function partsOf(imm: Immediates): Parts {
  return imm in KINDS ? KINDS[imm as keyof typeof KINDS] : [imm as Part];
}

/** Whether a part that comes second in the binary format stands first in the text format, where it may be left out. */
export function standsFirst(part: Part): part is 'table' | 'memory' {
  return part === 'table' || part === 'memory';
}
