// To which labels an instruction branches, as a cursor has read it. Which block a label means is for those who
// follow the nesting of blocks. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import type { InstructionCursor } from './instruction-cursor.ts';

const NONE: readonly number[] = [];

/** Indices of labels, of br_table the default last. Clauses of try_table are no branches of the instruction itself. */
export function branchesOf({ row, index, labels }: InstructionCursor): readonly number[] {
  switch (row.imm) {
    case 'labels':
      return labels;
    case 'cast_branch':
      return [index];
    case 'label':
      // Those two name where an exception comes from or goes to.
      return row.name === 'rethrow' || row.name === 'delegate' ? NONE : [index];
    default:
      return NONE;
  }
}
