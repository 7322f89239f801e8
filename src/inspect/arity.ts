// How many operands an instruction takes from the stack: those of its row, and those that a type or an immediate says.
// https://webassembly.github.io/spec/core/appendix/index-instructions.html
// Pushes are not needed: the height before the next instruction shows them.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Part } from '../syntax/immediates.ts';
import type { Module } from '../syntax/module.ts';
import type { CompType } from '../syntax/types.ts';

/** Operands of the instruction that the cursor has read. `funcTypes` and `tagTypes` are type indices by index. */
export function popsOf(
  cursor: InstructionCursor,
  module: Module,
  funcTypes: ArrayLike<number>,
  tagTypes: ArrayLike<number>,
): number {
  const { row, index, index2 } = cursor;
  // Where a block begins, is divided or ends, values stay in their places.
  if (!row.popsMany || row.nests !== undefined) return row.pops;
  const [first, second] = row.parts;
  const many = (part: Part | undefined, of: number): number =>
    part === undefined ? 0 : countOf(part, of, module, funcTypes, tagTypes);
  return row.pops + many(first, index) + many(second, index2);
}

/** How many of the values of `t*` a part of the immediates says, by its index. Those of a label stay in their places. */
function countOf(
  part: Part,
  index: number,
  { types }: Module,
  funcTypes: ArrayLike<number>,
  tagTypes: ArrayLike<number>,
): number {
  switch (part) {
    case 'func':
      return membersOf(types[funcTypes[index]]?.comp);
    case 'tag':
      return membersOf(types[tagTypes[index]]?.comp);
    case 'type':
    case 'type_use':
      return membersOf(types[index]?.comp);
    case 'count':
      return index;
    case 'label':
    case 'labels':
    case 'cast_branch':
    case 'local':
    case 'global':
    case 'data':
    case 'elem':
    case 'table':
    case 'memory':
    case 'field':
    case 'block':
    case 'catches':
    case 'table_table':
    case 'memory_memory':
    case 'select':
    case 'memarg':
    case 'lane':
    case 'lanes':
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
    case 'v128':
    case 'heap':
    case 'ref_type':
    case 'fence':
      return 0;
  }
}

/** Parameters of a function, fields of a struct; how many elements an array has, its type does not say. */
function membersOf(comp: CompType | undefined): number {
  switch (comp?.kind) {
    case 'func':
      return comp.params.length;
    case 'struct':
      return comp.fields.length;
    case 'array':
    case undefined:
      return 0;
  }
}
