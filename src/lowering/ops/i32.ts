// Ops that give an i32 from i32 values: one operation, or two in one op. Comparisons that branch are in branches.ts, loads in
// memory.ts.
import { i32, isZero } from './formulas.ts';
import { a, b, c, choose, d, e, flag, js, k, l, math, op } from './parts.ts';
import { fuse } from './fuse.ts';
import { type Op, effect, quick, value } from './rows.ts';
import { check, put, set } from './statements.ts';

const divisorIsZero = check('y === 0', 'divideByZero');

// biome-ignore format: a table
const ARITHMETIC: readonly Op[] = [
  value('i32.add',    'd a b', i32.add(a, b)),
  fuse('i32.add.k',   'i32.add(a, #k)'),
  // Subtraction of a constant is lowered as addition.
  value('i32.sub',    'd a b', i32.sub(a, b)),
  value('i32.mul',    'd a b', i32.mul(a, b)),
  fuse('i32.mul.k',   'i32.mul(a, #k)'),
  value('i32.and',    'd a b', i32.and(a, b)),
  fuse('i32.and.k',   'i32.and(a, #k)'),
  value('i32.or',     'd a b', i32.or(a, b)),
  fuse('i32.or.k',    'i32.or(a, #k)'),
  value('i32.xor',    'd a b', i32.xor(a, b)),
  fuse('i32.xor.k',   'i32.xor(a, #k)'),
  value('i32.shl',    'd a b', i32.shl(a, b)),
  fuse('i32.shl.k',   'i32.shl(a, #k)'),
  value('i32.shr_s',  'd a b', i32.shr_s(a, b)),
  fuse('i32.shr_s.k', 'i32.shr_s(a, #k)'),
  value('i32.shr_u',  'd a b', i32.shr_u(a, b)),
  fuse('i32.shr_u.k', 'i32.shr_u(a, #k)'),
  value('i32.rotl',   'd a b', set('x', a), set('y', b), i32.rotl('x', 'y')),
  value('i32.rotr',   'd a b', set('x', a), set('y', b), i32.rotr('x', 'y')),
  fuse('i32.rotl.k',  'i32.rotl(a, #k)'),
];

const DIVISIONS: readonly Op[] = [
  value(
    'i32.div_s',
    'd a b',
    set('x', a),
    set('y', b),
    divisorIsZero,
    check('y === -1 && x === -2147483648', 'integerOverflow'),
    'x / y | 0',
  ),
  value('i32.div_u', 'd a b', set('y', b), divisorIsZero, js`(${a} >>> 0) / (y >>> 0) | 0`),
  value('i32.rem_s', 'd a b', set('y', b), divisorIsZero, choose('y === -1', '0', js`${a} % y | 0`)),
  value('i32.rem_u', 'd a b', set('y', b), divisorIsZero, js`(${a} >>> 0) % (y >>> 0) | 0`),
];

const UNARY: readonly Op[] = [
  value('i32.clz', 'd a', math('clz32', a)),
  value('i32.ctz', 'd a', set('x', a), choose('x === 0', '32', js`31 - ${math('clz32', 'x & 0 - x')}`)),
  quick(
    value('i32.popcnt', 'd a', js`i32Popcnt(${a})`),
    set('x', a),
    set('x', 'x - (x >>> 1 & 0x55555555) | 0'),
    set('x', '(x & 0x33333333) + (x >>> 2 & 0x33333333) | 0'),
    put(d, js`${math('imul', 'x + (x >>> 4) & 0x0f0f0f0f', '0x01010101')} >>> 24`),
  ),
  value('i32.extend8_s', 'd a', op`${a} << 24 >> 24`),
  value('i32.extend16_s', 'd a', op`${a} << 16 >> 16`),
  value('i32.eqz', 'd a', flag(isZero(a))),
];

// Of two slots; `gt` and `le` are `lt` and `ge` with the slots exchanged. So for i64 and floats. With an immediate; `lt` and
// `ge` are `le` and `gt` of the immediate less one.
// biome-ignore format: a table
const COMPARISONS: readonly Op[] = [
  value('i32.eq',    'd a b', flag(i32.eq(a, b))),
  value('i32.ne',    'd a b', flag(i32.ne(a, b))),
  value('i32.lt_s',  'd a b', flag(i32.lt_s(a, b))),
  value('i32.lt_u',  'd a b', flag(i32.lt_u(a, b))),
  value('i32.ge_s',  'd a b', flag(i32.ge_s(a, b))),
  value('i32.ge_u',  'd a b', flag(i32.ge_u(a, b))),
  fuse('i32.eq.k',   'i32.eq(a, #k)'),
  fuse('i32.ne.k',   'i32.ne(a, #k)'),
  fuse('i32.gt_s.k', 'i32.gt_s(a, #k)'),
  fuse('i32.gt_u.k', 'i32.gt_u(a, #k)'),
  fuse('i32.le_s.k', 'i32.le_s(a, #k)'),
  fuse('i32.le_u.k', 'i32.le_u(a, #k)'),
];

// Two operations in one op: `inner>outer`. `.k` marks an operand that is an immediate.
// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  fuse('i32.shl.k>add',     'i32.add(i32.shl(a, #k), c)'),
  fuse('i32.shl.k>add.k',   'i32.add(i32.shl(a, #k), #l)'),
  fuse('i32.and.k>shl.k',   'i32.shl(i32.and(a, #k), #l)'),
  fuse('i32.add>add.k',     'i32.add(i32.add(a, b), #l)'),
  fuse('i32.add.k>add',     'i32.add(i32.add(a, #k), c)'),
  fuse('i32.shr_u.k>and.k', 'i32.and(i32.shr_u(a, #k), #l)'),
  fuse('i32.xor>and.k',     'i32.and(i32.xor(a, b), #l)'),
  fuse('i32.and.k>xor',     'i32.xor(i32.and(a, #k), c)'),
  fuse('i32.shr_u.k>xor',   'i32.xor(i32.shr_u(a, #k), c)'),
  fuse('i32.shl.k>shr_s.k', 'i32.shr_s(i32.shl(a, #k), #l)'),
  fuse('i32.mul>add',       'i32.add(i32.mul(a, b), c)'),
  fuse('i32.shl.k>or',      'i32.or(i32.shl(a, #k), c)'),
  fuse('i32.add>and.k',     'i32.and(i32.add(a, b), #l)'),
  fuse('i32.xor.k>and.k',   'i32.and(i32.xor(a, #k), #l)'),
  fuse('i32.and.k>add',     'i32.add(i32.and(a, #k), c)'),
  fuse('i32.shr_u.k>add',   'i32.add(i32.shr_u(a, #k), c)'),
  fuse('i32.add>add',       'i32.add(i32.add(a, b), c)'),
  fuse('i32.add>xor',       'i32.xor(i32.add(a, b), c)'),
  fuse('i32.add.k>and.k',   'i32.and(i32.add(a, #k), #l)'),
  fuse('i32.mul.k>add',     'i32.add(i32.mul(a, #k), c)'),
  fuse('i32.shl.k>xor',     'i32.xor(i32.shl(a, #k), c)'),
  fuse('i32.shl.k>and.k',   'i32.and(i32.shl(a, #k), #l)'),
  fuse('i32.and>shl.k',     'i32.shl(i32.and(a, b), #l)'),
  fuse('i32.or>shl.k',      'i32.shl(i32.or(a, b), #l)'),
  fuse('i32.or>or',         'i32.or(i32.or(a, b), c)'),
  fuse('i32.xor>or',        'i32.or(i32.xor(a, b), c)'),
  fuse('i32.xor>xor',       'i32.xor(i32.xor(a, b), c)'),
  fuse('i32.rotl.k>xor',    'i32.xor(i32.rotl(a, #k), c)'),
  fuse('i32.xor>rotl.k',    'i32.rotl(i32.xor(a, b), #l)'),
];

// Two statements in one op: pointers that walk in step.
const STATEMENTS: readonly Op[] = [
  effect(
    'i32.add,xor>rotl.k',
    'd a b e c k',
    set('x', i32.add(a, b)),
    put(d, 'x'),
    set('x', i32.xor('x', c)),
    put(e, i32.rotl('x', k)),
  ),
  effect('i32.add.k,i32.add.k', 'd a e b k l', put(d, i32.add(a, k)), put(e, i32.add(b, l))),
  effect('i32.add.k,i32.add', 'd a e b c k', put(d, i32.add(a, k)), put(e, i32.add(b, c))),
];

export const I32: readonly Op[] = [...ARITHMETIC, ...DIVISIONS, ...UNARY, ...COMPARISONS, ...PAIRS, ...STATEMENTS];
