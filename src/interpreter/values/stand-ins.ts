// Functions that stand in for imports which nobody gives. They work on slots, so that values of every type may pass:
// what cannot become a value of JavaScript never does.
import { Func } from '../../runtime/instance.ts';
import { slotsOf } from '../../runtime/slots.ts';
import { isNullable, isRef, asFunc } from '../../syntax/types.ts';
import type { DefType } from '../../validator/type-space.ts';
import { writeSlotBits } from './slots.ts';

/** A function of a type that throws when it is called. */
export function throwingFunction(type: DefType, error: () => unknown): Func {
  return new Func(type, undefined, -1, undefined, () => {
    throw error();
  });
}

/** A function that returns default values: zeros and null. Undefined where one of its results has none. */
export function defaultFunction(type: DefType): Func | undefined {
  const { results } = asFunc(type.comp);
  if (results.some((t) => isRef(t) && !isNullable(t))) return undefined;
  return new Func(type, undefined, -1, undefined, (base) => {
    let word = base;
    for (const t of results) {
      writeSlotBits(t, word, isRef(t) ? null : 0n);
      word += 2 * slotsOf(t);
    }
    return undefined;
  });
}
