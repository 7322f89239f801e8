// How values stand in slots: 64 bits each, of which a vector takes two.
import { F64, I64, type ValType, V128 } from '../syntax/types.ts';

/** How many slots a value takes. */
export function slotsOf(t: ValType): number {
  return t === V128 ? 2 : 1;
}

export function slotsOfAll(types: readonly ValType[]): number {
  let slots = 0;
  for (const t of types) slots += slotsOf(t);
  return slots;
}

/** Does a number of this type take both words of a slot? */
export function isWide(t: ValType): boolean {
  return t === I64 || t === F64;
}
