// How many operands an instruction takes from the stack: those of its row, and those that a type or an immediate says.
// https://webassembly.github.io/spec/core/appendix/index-instructions.html
// Pushes are not asked for: the height before the next instruction tells.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Module } from '../syntax/module.ts';
import type { CompType } from '../syntax/types.ts';

/** Operands of the instruction that the cursor has read. `funcTypes` and `tagTypes` are type indices by index. */
export function popsOf(
  cursor: InstructionCursor,
  module: Module,
  funcTypes: ArrayLike<number>,
  tagTypes: ArrayLike<number>,
): number {
  const { row } = cursor;
  // Where a block begins, is divided or ends, values stay in their places.
  const many = row.popsMany && row.nests === undefined;
  return row.pops + (many ? countOf(cursor, module, funcTypes, tagTypes) : 0);
}

/** How many values `t*` stands for. Those of a label stay in their places. */
function countOf(
  { row, index, index2 }: InstructionCursor,
  { types }: Module,
  funcTypes: ArrayLike<number>,
  tagTypes: ArrayLike<number>,
): number {
  switch (row.imm) {
    case 'func':
      return membersOf(types[funcTypes[index]]?.comp);
    case 'tag':
      return membersOf(types[tagTypes[index]]?.comp);
    case 'type':
    case 'call_indirect':
      return membersOf(types[index]?.comp);
    case 'type_count':
      return index2;
    default:
      return 0;
  }
}

/** Parameters of a function, fields of a struct. */
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
