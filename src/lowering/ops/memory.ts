// Ops that access memory 0 by 32-bit addresses, where offset + size is within the memory's declared minimum, so that
// `mb - offset - size` cannot wrap. Every other access is an `access` or an `out` op (frame.ts).
// How an access is checked is for the targets to say; here is what address it has, and what is read and written.
import { i32, isNotZero, isZero } from './formulas.ts';
import { type Expression, Held, type Part, a, b, c, d, e, index, js, k, l, math } from './parts.ts';
import { fused, partOf } from './fuse.ts';
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

type Access = (name: string, operands: string, address: Part, value: Part) => Op;

const load =
  (size: number, loaded: Part): Access =>
  (name, operands, address) =>
    value(name, operands, access(size, address, k), loaded);
const store =
  (size: number, code: (one: Part) => Code): Access =>
  (name, operands, address, one) =>
    effect(name, operands, access(size, address, k), code(one));

/** Accesses by functions, which check: that keeps these short. */
const byFunction =
  (accessed: Part): Access =>
  (name, operands, address) =>
    effect(name, operands, set('x', address), set('y', k), when(accessed, fault(16)));

/** What accesses do at an address, with offset k. */
const ACCESS = {
  'i32.load': loadWord,
  'i32.store': storeWord,
  'i64.load': loadLong,
  'i64.store': storeLong,
  'i32.load8_s': load(1, load8_s),
  'i32.load8_u': load(1, load8_u),
  'i32.load16_s': load(2, load16_s),
  'i32.load16_u': load(2, load16_u),
  'i32.store8': store(1, store8),
  'i32.store16': store(2, store16),
  'v128.load': byFunction(js`!loadVector(memory, ${index(d)}, x, y)`),
  'v128.store': byFunction(js`!storeVector(memory, ${index(b)}, x, y)`),
} satisfies Record<string, Access>;

/** An access at the address in slot a. */
function plain(name: keyof typeof ACCESS, operands: string): Op {
  return ACCESS[name](name, operands, a, b);
}

/** One at an address that is computed, or of a constant. */
function fuse(name: string, pattern: string): Op {
  return fused(name, pattern, (_, operands, { word, operands: [address, stored] }) =>
    ACCESS[word as keyof typeof ACCESS](name, operands, partOf(address), partOf(stored)),
  );
}

// biome-ignore format: a table
const ACCESSES: readonly Op[] = [
  plain('i32.load', 'd a k'),
  fuse('i32.load.add',       'i32.load(i32.add(a, c), #k)'),
  fuse('i32.load.add.k',     'i32.load(i32.add(a, #l), #k)'),
  fuse('i32.load.shl.add',   'i32.load(i32.add(i32.shl(a, #l), c), #k)'),
  fuse('i32.load.shl.add.k', 'i32.load(i32.add(i32.shl(a, #l), #m), #k)'),
  fuse('i32.load.k',         'i32.load(#l, #k)'),
  plain('i32.store', 'a b k'),
  fuse('i32.store.add',     'i32.store(i32.add(a, c), b, #k)'),
  fuse('i32.store.add.k',   'i32.store(i32.add(a, #l), b, #k)'),
  fuse('i32.store.shl.add', 'i32.store(i32.add(i32.shl(a, #l), c), b, #k)'),
  fuse('i32.store.k',       'i32.store(#l, b, #k)'),
  // `=k`: the value is an immediate.
  fuse('i32.store=k',       'i32.store(a, #n, #k)'),
  fuse('i32.store.add.k=k', 'i32.store(i32.add(a, #l), #n, #k)'),
  plain('i64.load', 'd a k'),
  fuse('i64.load.add',     'i64.load(i32.add(a, c), #k)'),
  fuse('i64.load.add.k',   'i64.load(i32.add(a, #l), #k)'),
  fuse('i64.load.shl.add', 'i64.load(i32.add(i32.shl(a, #l), c), #k)'),
  plain('i64.store', 'a b k'),
  fuse('i64.store.add',   'i64.store(i32.add(a, c), b, #k)'),
  fuse('i64.store.add.k', 'i64.store(i32.add(a, #l), b, #k)'),
  plain('i32.load8_s', 'd a k'),
  fuse('i32.load8_s.add.k', 'i32.load8_s(i32.add(a, #l), #k)'),
  plain('i32.load8_u', 'd a k'),
  fuse('i32.load8_u.add',   'i32.load8_u(i32.add(a, c), #k)'),
  fuse('i32.load8_u.add.k', 'i32.load8_u(i32.add(a, #l), #k)'),
  fuse('i32.load8_u.k',     'i32.load8_u(#l, #k)'),
  plain('i32.load16_s', 'd a k'),
  fuse('i32.load16_s.add', 'i32.load16_s(i32.add(a, c), #k)'),
  plain('i32.load16_u', 'd a k'),
  fuse('i32.load16_u.add',     'i32.load16_u(i32.add(a, c), #k)'),
  fuse('i32.load16_u.add.k',   'i32.load16_u(i32.add(a, #l), #k)'),
  fuse('i32.load16_u.shl.add', 'i32.load16_u(i32.add(i32.shl(a, #l), c), #k)'),
  plain('i32.store8', 'a b k'),
  fuse('i32.store8.add',     'i32.store8(i32.add(a, c), b, #k)'),
  fuse('i32.store8.add.k',   'i32.store8(i32.add(a, #l), b, #k)'),
  fuse('i32.store8=k',       'i32.store8(a, #n, #k)'),
  fuse('i32.store8.add=k',   'i32.store8(i32.add(a, c), #n, #k)'),
  fuse('i32.store8.add.k=k', 'i32.store8(i32.add(a, #l), #n, #k)'),
  plain('i32.store16', 'a b k'),
  fuse('i32.store16.add',   'i32.store16(i32.add(a, c), b, #k)'),
  fuse('i32.store16.add.k', 'i32.store16(i32.add(a, #l), b, #k)'),
  fuse('i32.store16=k',     'i32.store16(a, #n, #k)'),
];

/** A load at an address that is loaded. */
function throughPointer(name: string, pattern: string, size: number, loaded: Part): Op {
  return fused(name, pattern, (_, operands) => value(name, operands, access(4, a, k), access(size, load32, l), loaded));
}

/** A branch on whether what is loaded is 0. */
function onLoad(name: string, pattern: string, size: number, condition: Part): Op {
  return fused(name, pattern, (_, operands) => branch(name, operands, access(size, a, k), condition));
}

/** A load that is kept, and that a branch on zero or not zero takes in. */
const teed = (size: number, loaded: Part): Code => [access(size, a, k), set('z', loaded), put(d, 'z')];

const PAIRS: readonly Op[] = [
  fused('i32.load>add.k', 'i32.add(i32.load(a, #k), #l)', (name, operands) =>
    value(name, operands, access(4, a, k), i32.add(load32, l)),
  ),
  // A list that is walked: the pointer moves on, and what it was is kept.
  effect('copy32,i32.load', 'd a e b k', put(d, a), access(4, b, k), put(e, load32)),
  // Multiply and accumulate, of 16-bit samples.
  fused(
    'i32.load16_s*load16_s>add',
    'i32.add(i32.mul(i32.load16_s(a, #k), i32.load16_s(b, #l)), c)',
    (name, operands) =>
      value(
        name,
        operands,
        access(2, a, k),
        set('z', load16_s),
        access(2, b, l),
        js`${math('imul', 'z', load16_s)} + ${c} | 0`,
      ),
  ),
  // The address is kept: a pointer that walks.
  effect('i32.load,tee.add.k', 'd e a k l', access(4, i32.add(a, l), k), put(e, js`p - ${k} | 0`), put(d, load32)),
  // The address of a load is itself loaded, with offset k; l is the offset of the outer one.
  throughPointer('i32.load>i32.load', 'i32.load(i32.load(a, #k), #l)', 4, load32),
  throughPointer('i32.load>i32.load8_u', 'i32.load8_u(i32.load(a, #k), #l)', 1, load8_u),
  onLoad('br_if.i32.load', 'br_if(i32.load(a, #k))', 4, isNotZero(load32)),
  onLoad('br_unless.i32.load', 'br_unless(i32.load(a, #k))', 4, isZero(load32)),
  branch('br_if.tee.i32.load', 'd a k t', teed(4, load32), isNotZero('z')),
  branch('br_unless.tee.i32.load', 'd a k t', teed(4, load32), isZero('z')),
  onLoad('br_if.i32.load8_u', 'br_if(i32.load8_u(a, #k))', 1, isNotZero(load8_u)),
  onLoad('br_unless.i32.load8_u', 'br_unless(i32.load8_u(a, #k))', 1, isZero(load8_u)),
  branch('br_if.tee.i32.load8_u', 'd a k t', teed(1, load8_u), isNotZero('z')),
  branch('br_unless.tee.i32.load8_u', 'd a k t', teed(1, load8_u), isZero('z')),
  // From memory to memory: the value at address b, offset l, goes to address a, offset k.
  fused('i32.load>store', 'i32.store(a, i32.load(b, #l), #k)', (name, operands) =>
    effect(name, operands, access(4, b, l), set('z', load32), access(4, a, k), store32('z')),
  ),
];

/** An i64 of which memory has the lower part. */
function narrow(name: string, size: number, loaded: Part, high: string): Op {
  return effect(name, 'd a k', access(size, a, k), set('z', loaded), hold(to), put(to.low, 'z'), put(to.high, high));
}

const LONG: readonly Op[] = [
  narrow('i64.load8_u', 1, load8_u, '0'),
  narrow('i64.load32_s', 4, load32, 'z >> 31'),
  narrow('i64.load32_u', 4, load32, '0'),
  plain('v128.load', 'd a k'),
  fuse('v128.load.add.k', 'v128.load(i32.add(a, #l), #k)'),
  plain('v128.store', 'a b k'),
];

const SIZE: readonly Op[] = [
  value('memory.size', 'd', 'mb >>> 16'),
  // The loop's views may be of this memory, also under another index: the driver grows it and enters again.
  end('memory.grow', 'd a k', trap('grow')),
];

export const MEMORY: readonly Op[] = [...ACCESSES, ...PAIRS, ...LONG, ...SIZE];
