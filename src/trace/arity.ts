// How many operands each instruction takes from the stack: the table's signature, or the list here for special rows.
// https://webassembly.github.io/spec/core/appendix/index-instructions.html
// Pushes are not listed: the height before the next instruction tells.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Module } from '../syntax/module.ts';
import type { CompType } from '../syntax/types.ts';

const WORDS: readonly string[] = [
  '',
  // One operand.
  'if br_if br_table br_on_null br_on_non_null br_on_cast br_on_cast_fail drop local.set local.tee global.set table.get ' +
    'ref.is_null ref.as_non_null ref.test ref.cast ref.get_desc throw_ref struct.get struct.get_s struct.get_u ' +
    'struct.new_default_desc array.new_default array.len any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u',
  // Two.
  'table.set table.grow ref.eq struct.set array.new array.new_data array.new_elem array.get array.get_s array.get_u ' +
    'ref.cast_desc_eq br_on_cast_desc_eq br_on_cast_desc_eq_fail',
  // Three, four, five.
  'select table.fill table.copy table.init memory.copy array.set',
  'array.fill array.init_data array.init_elem',
  'array.copy',
];

const POPS: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap((words, pops) => words.split(' ').map((name) => [name, pops] as const)),
);

function paramsOf(comp: CompType | undefined): number {
  return comp?.kind === 'func' ? comp.params.length : 0;
}

function fieldsOf(comp: CompType | undefined): number {
  return comp?.kind === 'struct' ? comp.fields.length : 0;
}

/** Operands of the instruction that the cursor has read. `funcTypes` and `tagTypes` are type indices by index. */
export function popsOf(
  { row, index, index2 }: InstructionCursor,
  { types }: Module,
  funcTypes: ArrayLike<number>,
  tagTypes: ArrayLike<number>,
): number {
  if (row.sig !== undefined) return row.sig.pops.length;
  switch (row.name) {
    case 'call':
    case 'return_call':
      return paramsOf(types[funcTypes[index]]?.comp);
    case 'call_indirect':
    case 'return_call_indirect':
    case 'call_ref':
    case 'return_call_ref':
      return paramsOf(types[index]?.comp) + 1;
    case 'throw':
      return paramsOf(types[tagTypes[index]]?.comp);
    case 'struct.new':
      return fieldsOf(types[index]?.comp);
    case 'struct.new_desc':
      return fieldsOf(types[index]?.comp) + 1;
    case 'array.new_fixed':
      return index2;
    default:
      return POPS.get(row.name) ?? 0;
  }
}
