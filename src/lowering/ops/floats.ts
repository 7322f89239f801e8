// Ops on f32 and f64 values, and conversions from and to them. Comparisons that branch are in branches.ts, but for those with
// a constant of the pool, which are here.
// `canonical`: where a float that was just computed is a NaN, it becomes the canonical one: its bits are written as words,
// since JavaScript leaves it to its engine what bits a NaN has that is stored as a number, and V8's Math.min gives other
// ones than any operand has. So for every function and conversion that can give a NaN. Not for + - * /, which are one
// instruction of the processor: it hands an operand's NaN on, made quiet, and gives a canonical one where it makes one
// (IEEE 754), and a check costs mandel 5 %. tests/engine/nan-bits.test.ts watches them, hot, in each host.
import { float as f } from './formulas.ts';
import { A, B, Held, type Part, a, b, d, fa, fb, fd, flag, highWord, js, math } from './parts.ts';
import { fuse } from './fuse.ts';
import { type Op, canonical, effect, float, quick, value } from './rows.ts';
import { type Code, hold, put, putCanonical, save, set, when } from './statements.ts';

const toX = new Held('x', d);
const fromY = new Held('y', a);

/** Sign operations move bits. */
const MAGNITUDE = '& 0x7fffffff';
const NEGATED = '^ -2147483648';
const WITH_SIGN = '& 0x7fffffff | z & -2147483648';

function signOf32(how: string, ...before: readonly Code[]): Code {
  return [hold(toX), hold(fromY), before, put(toX.low, js`${fromY.low} ${how}`)];
}

function signOf64(how: string, ...before: readonly Code[]): Code {
  return [hold(toX), hold(fromY), before, put(toX.low, fromY.low), put(toX.high, js`${fromY.high} ${how}`)];
}

// biome-ignore format: a table
const F32: readonly Op[] = [
  effect('f32.add',   'd a b', put(fd, f.add(fa, fb))),
  effect('f32.sub',   'd a b', put(fd, f.sub(fa, fb))),
  effect('f32.mul',   'd a b', put(fd, f.mul(fa, fb))),
  effect('f32.div',   'd a b', put(fd, f.div(fa, fb))),
  effect('f32.min',   'd a b', putCanonical(fd, f.min(fa, fb))),
  effect('f32.max',   'd a b', putCanonical(fd, f.max(fa, fb))),
  value('f32.eq',     'd a b', flag(f.eq(fa, fb))),
  value('f32.ne',     'd a b', flag(f.ne(fa, fb))),
  value('f32.lt',     'd a b', flag(f.lt(fa, fb))),
  value('f32.le',     'd a b', flag(f.le(fa, fb))),
  effect('f32.ceil',  'd a', putCanonical(fd, math('ceil', fa))),
  effect('f32.floor', 'd a', putCanonical(fd, math('floor', fa))),
  effect('f32.trunc', 'd a', putCanonical(fd, math('trunc', fa))),
  effect('f32.sqrt',  'd a', putCanonical(fd, math('sqrt', fa))),
  quick(value('f32.abs', 'd a', js`${a} ${MAGNITUDE}`), signOf32(MAGNITUDE)),
  quick(value('f32.neg', 'd a', js`${a} ${NEGATED}`), signOf32(NEGATED)),
  quick(value('f32.copysign', 'd a b', set('z', b), js`${a} ${WITH_SIGN}`), signOf32(WITH_SIGN, set('z', b))),
  effect('f32.convert_i32_s', 'd a', put(fd, a)),
  effect('f32.convert_i32_u', 'd a', put(fd, js`${a} >>> 0`)),
];

// biome-ignore format: a table
const F64: readonly Op[] = [
  float('f64.add', 'D A B', f.add(A, B)),
  float('f64.sub', 'D A B', f.sub(A, B)),
  float('f64.mul', 'D A B', f.mul(A, B)),
  float('f64.div', 'D A B', f.div(A, B)),
  canonical(float('f64.min', 'D A B', f.min(A, B))),
  canonical(float('f64.max', 'D A B', f.max(A, B))),
  value('f64.eq', 'd A B', flag(f.eq(A, B))),
  value('f64.ne', 'd A B', flag(f.ne(A, B))),
  value('f64.lt', 'd A B', flag(f.lt(A, B))),
  value('f64.le', 'd A B', flag(f.le(A, B))),
  canonical(float('f64.ceil',  'D A', math('ceil', A))),
  canonical(float('f64.floor', 'D A', math('floor', A))),
  canonical(float('f64.trunc', 'D A', math('trunc', A))),
  canonical(float('f64.sqrt',  'D A', math('sqrt', A))),
  effect('f64.abs',          'd a', signOf64(MAGNITUDE)),
  effect('f64.neg',          'd a', signOf64(NEGATED)),
  effect('f64.copysign',     'd a b', signOf64(WITH_SIGN, set('z', highWord(b)))),
  float('f64.convert_i32_s', 'D a', a),
  float('f64.convert_i32_u', 'D a', js`${a} >>> 0`),
];

/** A conversion that a function does; a JIT likes to see the common case. The loop says where it is if it may trap. */
function truncated(name: string, low: string, high: string, given: Part, mayTrap: boolean): Op {
  const rare: Code = mayTrap ? [save, put(d, given)] : put(d, given);
  const one = mayTrap ? value(name, 'd A', save, given) : value(name, 'd A', given);
  return quick(one, when(js`${A} > ${low} && ${A} < ${high}`, put(d, js`${A} | 0`), rare));
}

const CONVERSIONS: readonly Op[] = [
  truncated('i32.trunc_f64_s', '-2147483649', '2147483648', js`i32TruncS(${A})`, true),
  truncated('i32.trunc_f64_u', '-1', '4294967296', js`i32TruncU(${A})`, true),
  truncated('i32.trunc_sat_f64_s', '-2147483649', '2147483648', js`i32TruncSatS(${A})`, false),
  effect('f32.demote_f64', 'd A', putCanonical(fd, A)),
  canonical(float('f64.promote_f32', 'D a', fa)),
];

// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  fuse('f64.mul>add',     'f64.add(f64.mul(A, B), C)'),
  fuse('f64.mul>sub',     'f64.sub(f64.mul(A, B), C)'),
  fuse('f64.sub<mul',     'f64.sub(A, f64.mul(B, C))'),
  fuse('f64.add.k',       'f64.add(A, #k)'),
  fuse('f64.sub.k',       'f64.sub(A, #k)'),
  fuse('f64.mul.k',       'f64.mul(A, #k)'),
  fuse('f64.div.k',       'f64.div(A, #k)'),
  fuse('f64.eq.k',        'f64.eq(A, #k)'),
  fuse('br.f64.eq.k',     'br_if(f64.eq(A, #k))'),
  fuse('br.not.f64.eq.k', 'br_unless(f64.eq(A, #k))'),
  fuse('f64.ne.k',        'f64.ne(A, #k)'),
  fuse('br.f64.ne.k',     'br_if(f64.ne(A, #k))'),
  fuse('br.not.f64.ne.k', 'br_unless(f64.ne(A, #k))'),
  fuse('f64.lt.k',        'f64.lt(A, #k)'),
  fuse('br.f64.lt.k',     'br_if(f64.lt(A, #k))'),
  fuse('br.not.f64.lt.k', 'br_unless(f64.lt(A, #k))'),
  fuse('f64.le.k',        'f64.le(A, #k)'),
  fuse('br.f64.le.k',     'br_if(f64.le(A, #k))'),
  fuse('br.not.f64.le.k', 'br_unless(f64.le(A, #k))'),
  fuse('f64.gt.k',        'f64.gt(A, #k)'),
  fuse('br.f64.gt.k',     'br_if(f64.gt(A, #k))'),
  fuse('br.not.f64.gt.k', 'br_unless(f64.gt(A, #k))'),
  fuse('f64.ge.k',        'f64.ge(A, #k)'),
  fuse('br.f64.ge.k',     'br_if(f64.ge(A, #k))'),
  fuse('br.not.f64.ge.k', 'br_unless(f64.ge(A, #k))'),
];

export const FLOATS: readonly Op[] = [...F32, ...F64, ...CONVERSIONS, ...PAIRS];
