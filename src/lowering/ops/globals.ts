// Ops that read and write globals of numbers, which are words of the instance; k and l are indices of words. Branches on a
// global are in branches.ts, references in references.ts.
import { i32 } from './formulas.ts';
import { Held, a, d, js, k, l } from './parts.ts';
import { type Op, effect, value } from './rows.ts';
import { hold, put, set } from './statements.ts';

const word = js`G[${k}]`;
const low = js`G[y]`;
const high = js`G[y + 1 | 0]`;
const to = new Held('x', d);
const from = new Held('x', a);

export const GLOBALS: readonly Op[] = [
  value('global.get32', 'd k', word),
  effect('global.set32', 'a k', put(word, a)),
  effect('global.get64', 'd k', hold(to), set('y', k), put(to.low, low), put(to.high, high)),
  effect('global.set64', 'a k', hold(from), set('y', k), put(low, from.low), put(high, from.high)),
  value('global.get32.add', 'd k l', i32.add(word, l)),
];
