// Ops that call functions and return from them. How a frame is made and left is for the targets to say.
// Before a function's first op stand four words: its frame's size in S words, the range of S words that hold its locals
// (to be zeroed), and its function index.
import { A, Held, a, index, js, k, l, m, result } from './parts.ts';
import { type Op, end, quick } from './rows.ts';
import {
  type Code,
  call,
  callDirect,
  check,
  hold,
  leaveFunction,
  put,
  set,
  tailCall,
  trap,
  unlessRewritten,
  when,
} from './statements.ts';

const slot = index(A);
const lookUp = set('x', js`indirect(inst, ${slot}, ${k}, ${l})`);
const found = check('x === 0', 'callIndirect');

/** Is there no element x in the first chunk of table k, which alone is looked into here? */
const isElsewhere = js`${k} < 0 || (x >>> 0) >= (elems = inst.tables[${k}].first).length`;
/** The element if it is a lowered function of this instance and of just the type l, without a call. */
const ownElement: Code = [
  set('func', 'elems[x] as Func'),
  check(js`func === null || func.canon !== ${l} || func.instance !== inst`, 'callIndirect'),
  set('x', 'inst.unit.entries[func.index]'),
];

const from = new Held('x', a);

export const CALLS: readonly Op[] = [
  end('call', 'k l', callDirect(k, l)),
  // Function k is not lowered yet: the driver lowers it and rewrites this op as `call`.
  end('call.lazy', 'k l', unlessRewritten, trap('lower')),
  end('call.import', 'k l', trap('callImport')),
  // k: a table, with the index in slot A; or -1, for a call of the reference in slot A. Done here when it is a lowered
  // function of this instance and of just the type l.
  quick(
    end('call.indirect', 'A k l m', lookUp, found, set('z', m), call),
    set('x', js`S[${slot} << 1]`),
    when(isElsewhere, lookUp, [ownElement]),
    found,
    set('z', m),
    call,
  ),
  end('return', '', leaveFunction),
  end('return32', 'a', put(result(0), a), leaveFunction),
  end('return64', 'a', hold(from), put(result(0), from.low), put(result(1), from.high), leaveFunction),
  end('return32.k', 'k', put(result(0), k), leaveFunction),
  // Tail calls: the arguments have been moved to slots 0.. of this frame; k is the entry or the function index.
  end('tail.call', 'k', set('x', k), tailCall),
  end('tail.call.lazy', 'k', unlessRewritten, trap('lower')),
  end('tail.call.import', 'k', trap('callImport')),
  end('tail.call.indirect', 'A k l', lookUp, found, tailCall),
];
