// How many words values take: their bits, and their slots on the stack.
import { slotsOf } from '../../runtime/slots.ts';
import { F32, I32, V128, type ValType, asFunc } from '../../syntax/types.ts';
import type { DefType } from '../../validator/type-space.ts';

/** How many words the bits of a number or vector type take. */
export function wordsOf(t: ValType): 1 | 2 | 4 {
  return t === I32 || t === F32 ? 1 : t === V128 ? 4 : 2;
}

/** S words that values of some types take on the stack. */
export function slotWords(types: readonly ValType[]): number {
  let words = 0;
  for (const t of types) words += 2 * slotsOf(t);
  return words;
}

/** S words in which the arguments of a function of a type and, afterwards, its results have room. */
export function spanOf(type: DefType): number {
  return type.span < 0 ? measured(type) : type.span;
}

function measured(type: DefType): number {
  const { params, results } = asFunc(type.comp);
  return (type.span = Math.max(slotWords(params), slotWords(results)));
}
