// The three traps of integer arithmetic and conversion, thrown from here so that the arithmetic stays short.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html ("partial" operators trap where they are undefined).
import { Trap } from '../../../errors.ts';

/** div or rem by zero. */
export function trapDivideByZero(): never {
  throw new Trap('integer-divide-by-zero');
}

/** The smallest i64 divided by -1. */
export function trapDivideOverflow(): never {
  throw new Trap('integer-overflow', 'the smallest i64 divided by -1');
}

/** trunc of a number that the target type cannot hold, or of NaN (which is another kind of trap). */
export function trapTruncate(x: number, target: string): never {
  if (Number.isNaN(x)) throw new Trap('invalid-conversion', 'the operand is NaN');
  throw new Trap('integer-overflow', `${x} does not fit ${target}`);
}
