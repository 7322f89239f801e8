// What operations on i64 do, as statements: on the halves al ah of the first operand and bl bh of the second one, or by a
// shift count in y. Results go to the slot that z holds, or stay in al ah. Scratch: x, y.
import { Held, type Part, a, b, c, d, js, math } from './parts.ts';
import { type Code, hold, put, set, when } from './statements.ts';

/** Halves of operands. `a` is held in x, the second one in y. */
const first = new Held('x', a);
const second = new Held('y', b);
const third = new Held('y', c);
export const firstHalves: Code = [hold(first), set('al', first.low), set('ah', first.high)];
export const secondHalves: Code = [hold(second), set('bl', second.low), set('bh', second.high)];
export const thirdHalves: Code = [hold(third), set('bl', third.low), set('bh', third.high)];
/** Both, with the places first. */
export const i64Operands: Code = [
  hold(first),
  hold(second),
  [set('al', first.low), set('ah', first.high), set('bl', second.low), set('bh', second.high)],
];

/** Where results go. */
const to = new Held('z', d);
const both = (low: string, high: string): Code => [put(to.low, low), put(to.high, high)];
const given = (...code: readonly Code[]): Code => [hold(to), code];

const exchange = when('y >= 32', [set('x', 'al'), set('al', 'ah'), set('ah', 'x')]);
const imul = (x: string, y: string): Part => math('imul', x, y);

const CARRY = '((al & bl | (al | bl) & ~x) >>> 31)';
const BORROW = '((~al & bl | (~al | bl) & x) >>> 31)';

/** By shift count: less than 32, or more. */
function shift(below: Code, above: Code): Code {
  return when('y < 32', [below], [above]);
}

/** Two operands in, one result out. */
export const i64 = {
  add: given(set('x', 'al + bl | 0'), both('x', `ah + bh + ${CARRY} | 0`)),
  sub: given(set('x', 'al - bl | 0'), both('x', `ah - bh - ${BORROW} | 0`)),
  and: given(both('al & bl', 'ah & bh')),
  or: given(both('al | bl', 'ah | bh')),
  xor: given(both('al ^ bl', 'ah ^ bh')),
  mul: given(
    set('x', js`${imul('al >>> 16', 'bl & 65535')} + (${imul('al & 65535', 'bl & 65535')} >>> 16) | 0`),
    set('y', js`${imul('al & 65535', 'bl >>> 16')} + (x & 65535) | 0`),
    put(
      to.high,
      js`${imul('al >>> 16', 'bl >>> 16')} + (x >>> 16) + (y >>> 16) + ${imul('al', 'bh')} + ${imul('ah', 'bl')} | 0`,
    ),
    put(to.low, imul('al', 'bl')),
  ),
  shl: given(shift(both('al << y', 'ah << y | al >>> 1 >>> ~y'), both('0', 'al << y'))),
  shr_s: given(shift(both('al >>> y | ah << 1 << ~y', 'ah >> y'), both('ah >> y', 'ah >> 31'))),
  shr_u: given(shift(both('al >>> y | ah << 1 << ~y', 'ah >>> y'), both('ah >>> y', '0'))),
  rotl: given(exchange, both('al << y | ah >>> 1 >>> ~y', 'ah << y | al >>> 1 >>> ~y')),
  rotr: given(exchange, both('al >>> y | ah << 1 << ~y', 'ah >>> y | al << 1 << ~y')),
} satisfies Record<string, Code>;

/** The same with the result in al ah, for an operation that follows. */
export const i64InPlace = {
  xor: [set('al', 'al ^ bl'), set('ah', 'ah ^ bh')],
  add: [set('x', 'al + bl | 0'), set('ah', `ah + bh + ${CARRY} | 0`), set('al', 'x')],
  shl: shift([set('ah', 'ah << y | al >>> 1 >>> ~y'), set('al', 'al << y')], [set('ah', 'al << y'), set('al', '0')]),
  shr_u: shift(
    [set('al', 'al >>> y | ah << 1 << ~y'), set('ah', 'ah >>> y')],
    [set('al', 'ah >>> y | 0'), set('ah', '0')],
  ),
  rotl: [exchange, set('x', 'al << y | ah >>> 1 >>> ~y'), set('ah', 'ah << y | al >>> 1 >>> ~y'), set('al', 'x')],
} satisfies Record<string, Code>;

/** Conditions. */
export const I64_COMPARED = {
  eq: 'al === bl && ah === bh',
  ne: 'al !== bl || ah !== bh',
  lt_s: 'ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)',
  lt_u: '(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)',
  ge_s: 'ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)',
  ge_u: '(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)',
};
