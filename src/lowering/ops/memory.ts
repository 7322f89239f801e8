// Ops that access memory 0 by 32-bit addresses, where offset + size is within the memory's declared minimum, so that
// `mb - offset - size` cannot wrap. Every other access is an `access` or an `out` op (frame.ts).
// How an access is checked is for the targets to say; here is what address it has, and what is read and written.
import { i32, isNotZero, isZero } from './formulas.ts';
import { type Expression, Held, type Part, a, b, c, d, e, index, js, k, l, m, math, n } from './parts.ts';
import { type Op, branch, effect, end, quick, value } from './rows.ts';
import { type Code, access, fault, hold, put, set, trap, unaligned, when } from './statements.ts';

// ----------------------------------------------------------------------------------------------- what is at index p

const ALIGNED = '(p & 3) === 0';
const HALF = '((p & 1) === 0 ? M16[p >>> 1] : M8[p] | M8[p + 1 | 0] << 8)';

const load32 = js`((p & 3) === 0 ? M32[p >>> 2] : load32(M8, p))`;
const load16_s = js`(${HALF} << 16 >> 16)`;
const load16_u = js`${HALF}`;
const load8_s = js`(M8[p] << 24 >> 24)`;
const load8_u = js`M8[p]`;
const store32 = (one: Expression): Code => when(ALIGNED, put(js`M32[p >>> 2]`, one), js`store32(M8, p, ${one});`);
const store16 = (one: Part): Code =>
  when('(p & 1) === 0', put(js`M16[p >>> 1]`, one), [
    set('y', one),
    put(js`M8[p]`, 'y'),
    put(js`M8[p + 1 | 0]`, 'y >> 8'),
  ]);
const store8 = (one: Part): Code => put(js`M8[p]`, one);

// Words that are not aligned go on behind the switch, where one piece of code serves all forms; without a call, since
// one that is ever made costs the whole loop its registers.

const to = new Held('x', d);
const stored = new Held('x', b);

function loadWord(name: string, operands: string, address: Part): Op {
  const check = access(4, address, k);
  const aligned = when(ALIGNED, put(to.low, 'M32[p >>> 2]'), unaligned('load32'));
  return quick(value(name, operands, check, load32), check, hold(to), aligned);
}

function storeWord(name: string, operands: string, address: Part, one: Part): Op {
  const check = access(4, address, k);
  const aligned = when(ALIGNED, put(js`M32[p >>> 2]`, 'y'), unaligned('store32'));
  return quick(effect(name, operands, check, store32(one)), check, set('y', one), aligned);
}

function loadLong(name: string, operands: string, address: Part): Op {
  const check = access(8, address, k);
  const aligned = [set('p', 'p >>> 2'), put(to.low, 'M32[p]'), put(to.high, 'M32[p + 1 | 0]')];
  const parts = [put(to.low, 'load32(M8, p)'), put(to.high, 'load32(M8, p + 4 | 0)')];
  const one = effect(name, operands, check, hold(to), when(ALIGNED, aligned, parts));
  const forJit = quick(one, check, hold(to), when(ALIGNED, aligned, unaligned('load64')));
  return { ...forJit, bits: { of: 'load', check } };
}

function storeLong(name: string, operands: string, address: Part): Op {
  const check = access(8, address, k);
  const aligned = [set('p', 'p >>> 2'), put(js`M32[p]`, stored.low), put(js`M32[p + 1 | 0]`, stored.high)];
  const parts = [js`store32(M8, p, ${stored.low});`, js`store32(M8, p + 4 | 0, ${stored.high});`];
  const one = effect(name, operands, check, hold(stored), when(ALIGNED, aligned, parts));
  const forJit = quick(one, check, hold(stored), when(ALIGNED, aligned, unaligned('store64')));
  return { ...forJit, bits: { of: 'store', check } };
}

/** How addresses are made of more than a slot, as part of an op's name. The offset is k. */
const add = i32.add(a, c);
const addK = i32.add(a, l);
const shlAdd = i32.add(i32.shl(a, l), c);
const shlAddK = i32.add(i32.shl(a, l), m);

// biome-ignore format: a table
const ACCESSES: readonly Op[] = [
  loadWord('i32.load',            'd a k',     a),
  loadWord('i32.load.add',        'd a c k',   add),
  loadWord('i32.load.add.k',      'd a k l',   addK),
  loadWord('i32.load.shl.add',    'd a c k l', shlAdd),
  loadWord('i32.load.shl.add.k',  'd a k l m', shlAddK),
  loadWord('i32.load.k',          'd k l',     l),
  storeWord('i32.store',          'a b k',     a, b),
  storeWord('i32.store.add',      'a c b k',   add, b),
  storeWord('i32.store.add.k',    'a b k l',   addK, b),
  storeWord('i32.store.shl.add',  'a c b k l', shlAdd, b),
  storeWord('i32.store.k',        'b k l',     l, b),
  // `=k`: the value is an immediate.
  storeWord('i32.store=k',        'a k n',     a, n),
  storeWord('i32.store.add.k=k',  'a k l n',   addK, n),
  loadLong('i64.load',            'd a k',     a),
  loadLong('i64.load.add',        'd a c k',   add),
  loadLong('i64.load.add.k',      'd a k l',   addK),
  loadLong('i64.load.shl.add',    'd a c k l', shlAdd),
  storeLong('i64.store',          'a b k',     a),
  storeLong('i64.store.add',      'a c b k',   add),
  storeLong('i64.store.add.k',    'a b k l',   addK),
  value('i32.load8_s',            'd a k',     access(1, a, k),      load8_s),
  value('i32.load8_s.add.k',      'd a k l',   access(1, addK, k),   load8_s),
  value('i32.load8_u',            'd a k',     access(1, a, k),      load8_u),
  value('i32.load8_u.add',        'd a c k',   access(1, add, k),    load8_u),
  value('i32.load8_u.add.k',      'd a k l',   access(1, addK, k),   load8_u),
  value('i32.load8_u.k',          'd k l',     access(1, l, k),      load8_u),
  value('i32.load16_s',           'd a k',     access(2, a, k),      load16_s),
  value('i32.load16_s.add',       'd a c k',   access(2, add, k),    load16_s),
  value('i32.load16_u',           'd a k',     access(2, a, k),      load16_u),
  value('i32.load16_u.add',       'd a c k',   access(2, add, k),    load16_u),
  value('i32.load16_u.add.k',     'd a k l',   access(2, addK, k),   load16_u),
  value('i32.load16_u.shl.add',   'd a c k l', access(2, shlAdd, k), load16_u),
  effect('i32.store8',            'a b k',     access(1, a, k),      store8(b)),
  effect('i32.store8.add',        'a c b k',   access(1, add, k),    store8(b)),
  effect('i32.store8.add.k',      'a b k l',   access(1, addK, k),   store8(b)),
  effect('i32.store8=k',          'a k n',     access(1, a, k),      store8(n)),
  effect('i32.store8.add=k',      'a c k n',   access(1, add, k),    store8(n)),
  effect('i32.store8.add.k=k',    'a k l n',   access(1, addK, k),   store8(n)),
  effect('i32.store16',           'a b k',     access(2, a, k),      store16(b)),
  effect('i32.store16.add',       'a c b k',   access(2, add, k),    store16(b)),
  effect('i32.store16.add.k',     'a b k l',   access(2, addK, k),   store16(b)),
  effect('i32.store16=k',         'a k n',     access(2, a, k),      store16(n)),
];

/** A load that a branch on zero or not zero takes in; `tee` keeps what was loaded. */
const teed = (size: number, loaded: Part): Code => [access(size, a, k), set('z', loaded), put(d, 'z')];

const PAIRS: readonly Op[] = [
  value('i32.load>add.k', 'd a k l', access(4, a, k), i32.add(load32, l)),
  // A list that is walked: the pointer moves on, and what it was is kept.
  effect('copy32,i32.load', 'd a e b k', put(d, a), access(4, b, k), put(e, load32)),
  // Multiply and accumulate, of 16-bit samples.
  value(
    'i32.load16_s*load16_s>add',
    'd a b c k l',
    access(2, a, k),
    set('z', load16_s),
    access(2, b, l),
    js`${math('imul', 'z', load16_s)} + ${c} | 0`,
  ),
  // The address is kept: a pointer that walks.
  effect('i32.load,tee.add.k', 'd e a k l', access(4, addK, k), put(e, js`p - ${k} | 0`), put(d, load32)),
  // The address of a load is itself loaded, with offset k; l is the offset of the outer one.
  value('i32.load>i32.load', 'd a k l', access(4, a, k), access(4, load32, l), load32),
  value('i32.load>i32.load8_u', 'd a k l', access(4, a, k), access(1, load32, l), load8_u),
  branch('br_if.i32.load', 'a k t', access(4, a, k), isNotZero(load32)),
  branch('br_unless.i32.load', 'a k t', access(4, a, k), isZero(load32)),
  branch('br_if.tee.i32.load', 'd a k t', teed(4, load32), isNotZero('z')),
  branch('br_unless.tee.i32.load', 'd a k t', teed(4, load32), isZero('z')),
  branch('br_if.i32.load8_u', 'a k t', access(1, a, k), isNotZero(load8_u)),
  branch('br_unless.i32.load8_u', 'a k t', access(1, a, k), isZero(load8_u)),
  branch('br_if.tee.i32.load8_u', 'd a k t', teed(1, load8_u), isNotZero('z')),
  branch('br_unless.tee.i32.load8_u', 'd a k t', teed(1, load8_u), isZero('z')),
  // From memory to memory: the value at address b, offset l, goes to address a, offset k.
  effect('i32.load>store', 'a b k l', access(4, b, l), set('z', load32), access(4, a, k), store32('z')),
];

/** An i64 of which memory has the lower part. */
function narrow(name: string, size: number, loaded: Part, high: string): Op {
  return effect(name, 'd a k', access(size, a, k), set('z', loaded), hold(to), put(to.low, 'z'), put(to.high, high));
}

/** Accesses by functions, which check: that keeps these short. */
function byFunction(name: string, operands: string, address: Part, accessed: Part): Op {
  return effect(name, operands, set('x', address), set('y', k), when(accessed, fault(16)));
}

const LONG: readonly Op[] = [
  narrow('i64.load8_u', 1, load8_u, '0'),
  narrow('i64.load32_s', 4, load32, 'z >> 31'),
  narrow('i64.load32_u', 4, load32, '0'),
  byFunction('v128.load', 'd a k', a, js`!loadVector(memory, ${index(d)}, x, y)`),
  byFunction('v128.load.add.k', 'd a k l', addK, js`!loadVector(memory, ${index(d)}, x, y)`),
  byFunction('v128.store', 'a b k', a, js`!storeVector(memory, ${index(b)}, x, y)`),
];

const SIZE: readonly Op[] = [
  value('memory.size', 'd', 'mb >>> 16'),
  // The loop's views may be of this memory, also under another index: the driver grows it and enters again.
  end('memory.grow', 'd a k', trap('grow')),
];

export const MEMORY: readonly Op[] = [...ACCESSES, ...PAIRS, ...LONG, ...SIZE];
