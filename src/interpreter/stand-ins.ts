// Functions that stand in for imports which nobody gives. They work on slots, so that values of every type may pass:
// what cannot become a value of JavaScript never does.
import { Func } from '../runtime/func.ts';
import { slotsOf } from '../lowering/operands.ts';
import { type FuncType, isNullable, isRef } from '../syntax/types.ts';
import { canonicalType } from '../validator/canonical.ts';
import { writeBits } from './border.ts';

/** A function of a type that throws when it is called. */
export function throwingFunction(canon: number, error: () => unknown): Func {
  return new Func(canon, undefined, -1, undefined, () => {
    throw error();
  });
}

/** A function that answers default values: zeros and null. Undefined where one of its results has none. */
export function defaultFunction(canon: number): Func | undefined {
  const { results } = canonicalType(canon).comp as FuncType;
  if (results.some((type) => isRef(type) && !isNullable(type))) return undefined;
  return new Func(canon, undefined, -1, undefined, (base) => {
    let word = base;
    for (const type of results) {
      writeBits(type, word, isRef(type) ? null : 0n);
      word += 2 * slotsOf(type);
    }
    return undefined;
  });
}
