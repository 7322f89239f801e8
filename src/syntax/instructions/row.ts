// The shape of a row of the instruction table, and the reader of the rows as the files beside this one write them.
import { F32, F64, I32, I64, V128, type ValType } from '../types.ts';
import type { Feature } from '../features.ts';

/**
 * What follows the opcode in the binary format. The instruction cursor reads them all; nobody else lists them.
 *
 * | immediates  | binary format                                   | text format                     |
 * |-------------|-------------------------------------------------|---------------------------------|
 * | none        | -                                               | -                               |
 * | block       | block type                                      | label? type use                 |
 * | try_table   | block type, vector of catch clauses             | label? type use catch*          |
 * | label       | u32                                             | label                           |
 * | labels      | vector of u32, u32                              | label+                          |
 * | func local global tag data elem | u32                         | index                           |
 * | type        | u32                                             | type                            |
 * | table       | u32                                             | table?                          |
 * | memory      | u32                                             | memory?                         |
 * | call_indirect | u32 type, u32 table                           | table? type use                 |
 * | select      | vector of value types                           | (result t*)                     |
 * | memarg      | u32 align (bit 6: u32 memory follows), u64 offset | memory? offset=n align=n      |
 * | memarg_lane | memarg, byte                                    | memory? offset=n align=n lane   |
 * | lane        | byte                                            | lane                            |
 * | lanes       | 16 bytes                                        | 16 lanes                        |
 * | i32 i64     | s32, s64                                        | literal                         |
 * | f32 f64 v128 | 4, 8, 16 bytes                                 | literal                         |
 * | table_table | u32 destination, u32 source                     | (table table)?                  |
 * | memory_memory | u32 destination, u32 source                   | (memory memory)?                |
 * | table_init  | u32 elem, u32 table                             | table? elem                     |
 * | memory_init | u32 data, u32 memory                            | memory? data                    |
 * | heap        | heap type                                       | heap type                       |
 * | ref_type    | heap type (null and exact are in the opcode)    | ref type                        |
 * | cast_branch | byte flags, u32 label, heap type, heap type     | label ref type ref type         |
 * | type_field  | u32 type, u32 field                             | type field                      |
 * | type_count  | u32 type, u32 count                             | type count                      |
 * | type_data   | u32 type, u32 data                              | type data                       |
 * | type_elem   | u32 type, u32 elem                              | type elem                       |
 * | type_type   | u32 type, u32 type                              | type type                       |
 * | fence       | byte 0                                          | -                               |
 */
export type Immediates =
  | 'none'
  | 'block'
  | 'try_table'
  | 'label'
  | 'labels'
  | 'func'
  | 'local'
  | 'global'
  | 'tag'
  | 'data'
  | 'elem'
  | 'type'
  | 'table'
  | 'memory'
  | 'call_indirect'
  | 'select'
  | 'memarg'
  | 'memarg_lane'
  | 'lane'
  | 'lanes'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'table_table'
  | 'memory_memory'
  | 'table_init'
  | 'memory_init'
  | 'heap'
  | 'ref_type'
  | 'cast_branch'
  | 'type_field'
  | 'type_count'
  | 'type_data'
  | 'type_elem'
  | 'type_type'
  | 'fence';

/** Stands in a signature for the address type of the memory that the immediates name. */
export const ADDR: ValType = -64;

/** What an instruction pops and pushes, left to right. */
export interface Signature {
  readonly pops: readonly ValType[];
  readonly pushes: readonly ValType[];
}

/** One instruction of WebAssembly. */
export interface Row {
  /** One byte, or prefix and sub-code as 0xPP_SSS: 0xfc_00a is 0xfc 0x0a. */
  readonly code: number;
  /** As the text format spells it. */
  readonly name: string;
  /** Undefined (SPECIAL) where the types depend on more than the immediate memory. */
  readonly sig: Signature | undefined;
  readonly imm: Immediates;
  readonly feature: Feature;
  /** Allowed in constant expressions (with the feature on). */
  readonly constant: boolean;
  /** Memory accesses: base-2 logarithm of the bytes accessed, which is the natural alignment. */
  readonly align: number | undefined;
}

const TOKENS: Readonly<Record<string, ValType>> = { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128, addr: ADDR };

/** Stands for the signature of a row whose types cannot be written as a plain one. */
const SPECIAL = 'special';

function types(words: string): ValType[] {
  return words
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => TOKENS[word] as ValType);
}

function signature(text: string): Signature | undefined {
  if (text === SPECIAL) return undefined;
  const [pops, pushes] = text.split('->');
  return { pops: types(pops), pushes: types(pushes) };
}

/**
 * Reads rows of one feature, a line each: `0x6a i32.add: i32 i32 -> i32, none, constant`.
 *
 * - the code as in `Row`; where it is missing, it is the one after that of the row before
 * - the name; `.sub` has what stands in front of the dot from the row before
 * - a signature or `special`, the immediates, if there are any, and `constant` or the alignment of a memory access; where
 *   all of this is missing, it is that of the row before
 */
export function rows(feature: Feature, table: string): Row[] {
  let next = 0;
  let type = '';
  let shape: Omit<Row, 'code' | 'name'> | undefined;
  const read = (line: string): Row => {
    const [head, text] = line.split(': ');
    const [short, code] = head.split(' ').reverse();
    if (code !== undefined) next = Number(code);
    const name = short[0] === '.' ? type + short : short;
    [type] = name.split('.');
    if (text !== undefined || shape === undefined) shape = shapeOf(feature, text);
    return { code: next++, name, ...shape };
  };
  return table.trim().split('\n').map(read);
}

function shapeOf(feature: Feature, text: string): Omit<Row, 'code' | 'name'> {
  const [sig, imm = 'none', more] = text.split(', ');
  const constant = more === 'constant';
  const align = more === undefined || constant ? undefined : Number(more);
  return { sig: signature(sig), imm: imm as Immediates, feature, constant, align };
}
