// Ops that call functions out of line, and what concerns a frame: its room, its fuel, slots that are far, and places where the
// loop is left.
import { Held, a, b, c, d, index, js, k, l, m, n, rA, rD, wordOfFrame } from './parts.ts';
import { type Op, effect, end } from './rows.ts';
import { hold, leaveBehind, pay, payFor, put, save, set, trap } from './statements.ts';

const OUT_OF_LINE: readonly Op[] = [
  // A rare instruction: function k of interpreter/ops/out-of-line.ts, with its operands in consecutive slots from index n of
  // S on and its results in the same place, and two immediates l and m. It returns what it costs in fuel, which is
  // negative where the op is to be made again: pieces.ts.
  effect('out', 'k l m n', save, payFor(js`OUT[${k}](inst, ${wordOfFrame('n')}, ${l}, ${m})`)),
  // Instruction k of UNARY_NAMES and so on (out-names.ts) on slots; l is its lane. Functions: interpreter/ops/rare.ts.
  effect('unary', 'd a k l', save, js`UNARY[${k}](${index(d)}, ${index(a)}, ${l});`),
  effect('binary', 'd a b k l', save, js`BINARY[${k}](${index(d)}, ${index(a)}, ${index(b)}, ${l});`),
  effect('ternary', 'd a b c k', save, js`TERNARY[${k}](${index(d)}, ${index(a)}, ${index(b)}, ${index(c)});`),
  // Access k of ACCESS_NAMES: address a, operands b and c, offset l, memory m, lane n.
  effect(
    'access',
    'd a b c k l m n',
    save,
    js`ACCESS[${k}](inst, ${index(d)}, ${index(a)}, ${index(b)}, ${index(c)}, ${l}, ${m}, ${n});`,
  ),
  // memory.atomic.wait: address a, expected b, time-out c, offset k, memory l; the driver does it.
  end('wait32', 'd a b c k l', trap('wait')),
  end('wait64', 'd a b c k l', trap('wait')),
];

const FRAME: readonly Op[] = [
  // k units of fuel, for the straight-line code behind it (charges.ts).
  effect('charge', 'k', pay(k)),
  // Makes room for k reference slots from the frame's first on. Emitted first in functions that have any.
  effect('refs.enter', 'k', js`growRefs(fp + ${k} | 0);`),
  // Throws with tag l and its values k S words above the frame; the exception in slot k. interpreter/threads/exceptions.ts.
  end('throw', 'k l', trap('throw')),
  end('throw_ref', 'k', trap('throwRef')),
  end('unreachable', '', trap('unreachable')),
  end('exit', '', trap('done')),
  end('cross.return', '', trap('crossReturn')),
  // Where a function begins that the running instance has not paid for: interpreter/code/first-calls.ts.
  end('unpaid', '', trap('unpaid')),
  // Traced code: instruction k (an index of the function's probe table) comes next.
  end('probe', 'k', leaveBehind('probe')),
];

const to = new Held('x', d);
const from = new Held('y', a);

/** Slots beyond 32,767 are reached through these: k is the slot as an index of S, or of R. */
const FAR: readonly Op[] = [
  effect('far.get', 'd k', hold(to), set('y', wordOfFrame('k')), put(to.low, 'S[y]'), put(to.high, 'S[y + 1 | 0]')),
  effect(
    'far.set',
    'a k',
    set('x', wordOfFrame('k')),
    hold(from),
    put(js`S[x]`, from.low),
    put(js`S[x + 1 | 0]`, from.high),
  ),
  effect('far.getref', 'D k', put(rD, js`R[fp + ${k} | 0]`)),
  effect('far.setref', 'A k', put(js`R[fp + ${k} | 0]`, rA)),
];

export const FRAMES: readonly Op[] = [...OUT_OF_LINE, ...FRAME, ...FAR];
