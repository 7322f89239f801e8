import { Held, a, d, js, k } from './parts.ts';
import { fuse } from './fuse.ts';
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
  fuse('global.get32.add', 'i32.add(global.get(#k), #l)'),
];
