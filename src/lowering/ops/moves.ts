// Ops that move values between slots, or make constants. They know no instruction.
import { Held, a, b, c, choose, d, e, k, l, place, rA, rB, rD, wordAt } from './parts.ts';
import { isNotZero } from './formulas.ts';
import { type Op, effect, value } from './rows.ts';
import { type Code, hold, put, set } from './statements.ts';

const to = new Held('x', d);
const from = new Held('y', a);

/** Moves the first words from slot a to slot d. */
function copyWords(count: number): Code {
  return [hold(to), hold(from), Array.from({ length: count }, (_, i) => put(to.word(i), from.word(i)))];
}

/** Moves the first words to slot d, from slot a if c is not zero, else from slot b. */
function selectWords(count: number): Code {
  const chosen = set('y', choose(isNotZero(c), place(a), place(b)));
  return [hold(to), chosen, Array.from({ length: count }, (_, i) => put(to.word(i), wordAt('y', i)))];
}

export const MOVES: readonly Op[] = [
  value('const32', 'd k', k),
  { ...effect('const64', 'd k l', hold(to), put(to.low, k), put(to.high, l)), bits: { of: 'constant' } },
  value('copy32', 'd a', a),
  effect('copy64', 'd a', copyWords(2)),
  effect('copy128', 'd a', copyWords(4)),
  effect('copy32x2', 'd a e b', put(d, a), put(e, b)),
  effect('copyref', 'D A', put(rD, rA)),
  effect('nullref', 'D', put(rD, 'null')),
  value('select32', 'd a b c', choose(isNotZero(c), a, b)),
  effect('select64', 'd a b c', selectWords(2)),
  effect('select128', 'd a b c', selectWords(4)),
  effect('selectref', 'D A B c', put(rD, choose(isNotZero(c), rA, rB))),
];
