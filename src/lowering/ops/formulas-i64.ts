// What operations on i64 do, as statements: on the halves al ah of the first operand and bl bh of the second one, or by a
// shift count in y. Results go to the slot that z holds, or stay in al ah. Scratch: x, y.
import { Held, a, b } from './parts.ts';
import { type Code, hold, set } from './statements.ts';

/** Halves of operands. `a` is held in x, the second one in y. */
const first = new Held('x', a);
const second = new Held('y', b);
/** Both, with the places first. */
export const i64Operands: Code = [
  hold(first),
  hold(second),
  [set('al', first.low), set('ah', first.high), set('bl', second.low), set('bh', second.high)],
];

/** Conditions. */
export const I64_COMPARED = {
  eq: 'al === bl && ah === bh',
  ne: 'al !== bl || ah !== bh',
  lt_s: 'ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)',
  lt_u: '(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)',
  ge_s: 'ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)',
  ge_u: '(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)',
};
