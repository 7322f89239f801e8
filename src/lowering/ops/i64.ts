// Ops on i64 values, which are two words of a slot: what they do is in formulas-i64.ts, here is where operands come from.
// Comparisons that branch are in branches.ts, loads and stores in memory.ts.
import { I64_COMPARED, firstHalves, i64, i64InPlace, i64Operands, secondHalves, thirdHalves } from './formulas-i64.ts';
import { Held, a, b, choose, d, flag, js, k, l, math, op } from './parts.ts';
import { type Op, effect, value } from './rows.ts';
import { type Code, hold, put, set, when } from './statements.ts';

const constantHalves: Code = [set('bl', k), set('bh', l)];
const countInSlot = set('y', js`${b} & 63`);
const countIsK = set('y', k);
const countIsL = set('y', l);

// biome-ignore format: a table
const ARITHMETIC: readonly Op[] = [
  effect('i64.add',     'd a b',   i64Operands, i64.add),
  effect('i64.add.k',   'd a k l', firstHalves, constantHalves, i64.add),
  // Less a constant is plus its negative.
  effect('i64.sub',     'd a b',   i64Operands, i64.sub),
  effect('i64.and',     'd a b',   i64Operands, i64.and),
  effect('i64.and.k',   'd a k l', firstHalves, constantHalves, i64.and),
  effect('i64.or',      'd a b',   i64Operands, i64.or),
  effect('i64.or.k',    'd a k l', firstHalves, constantHalves, i64.or),
  effect('i64.xor',     'd a b',   i64Operands, i64.xor),
  effect('i64.xor.k',   'd a k l', firstHalves, constantHalves, i64.xor),
  effect('i64.mul',     'd a b',   i64Operands, i64.mul),
  effect('i64.mul.k',   'd a k l', firstHalves, constantHalves, i64.mul),
  effect('i64.shl',     'd a b',   firstHalves, countInSlot, i64.shl),
  effect('i64.shl.k',   'd a k',   firstHalves, countIsK, i64.shl),
  effect('i64.shr_s',   'd a b',   firstHalves, countInSlot, i64.shr_s),
  effect('i64.shr_s.k', 'd a k',   firstHalves, countIsK, i64.shr_s),
  effect('i64.shr_u',   'd a b',   firstHalves, countInSlot, i64.shr_u),
  effect('i64.shr_u.k', 'd a k',   firstHalves, countIsK, i64.shr_u),
  effect('i64.rotl',    'd a b',   firstHalves, countInSlot, i64.rotl),
  effect('i64.rotl.k',  'd a k',   firstHalves, countIsK, i64.rotl),
  effect('i64.rotr',    'd a b',   firstHalves, countInSlot, i64.rotr),
];

// biome-ignore format: a table
const COMPARISONS: readonly Op[] = [
  value('i64.eq',   'd a b', i64Operands, flag(I64_COMPARED.eq)),
  value('i64.ne',   'd a b', i64Operands, flag(I64_COMPARED.ne)),
  value('i64.lt_s', 'd a b', i64Operands, flag(I64_COMPARED.lt_s)),
  value('i64.lt_u', 'd a b', i64Operands, flag(I64_COMPARED.lt_u)),
  value('i64.ge_s', 'd a b', i64Operands, flag(I64_COMPARED.ge_s)),
  value('i64.ge_u', 'd a b', i64Operands, flag(I64_COMPARED.ge_u)),
];

// Two operations: the inner one leaves its result in al ah. `.k` marks a shift count that is an immediate.
// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  effect('i64.xor>rotl.k',  'd a b l', firstHalves, secondHalves, i64InPlace.xor,   countIsL,    i64.rotl),
  effect('i64.shl.k>xor',   'd a c k', firstHalves, countIsK,     i64InPlace.shl,   thirdHalves, i64.xor),
  effect('i64.shr_u.k>xor', 'd a c k', firstHalves, countIsK,     i64InPlace.shr_u, thirdHalves, i64.xor),
  effect('i64.rotl.k>xor',  'd a c k', firstHalves, countIsK,     i64InPlace.rotl,  thirdHalves, i64.xor),
  effect('i64.add>add',     'd a b c', firstHalves, secondHalves, i64InPlace.add,   thirdHalves, i64.add),
];

const inX = new Held('x', a);
const inY = new Held('y', b);
const toX = new Held('x', d);
const toY = new Held('y', d);
const toZ = new Held('z', d);

/** Gives a value and what its upper half is, of y. */
function extended(low: Code, high: string): Code {
  return [hold(toX), low, put(toX.low, 'y'), put(toX.high, high)];
}

const UNARY: readonly Op[] = [
  effect(
    'i64.not>and',
    'd a b',
    [hold(inX), hold(inY), hold(toZ)],
    put(toZ.low, js`~${inX.low} & ${inY.low}`),
    put(toZ.high, js`~${inX.high} & ${inY.high}`),
  ),
  value('i64.eqz', 'd a', hold(inX), flag(js`(${inX.low} | ${inX.high}) === 0`)),
  effect(
    'i64.clz',
    'd a',
    hold(inX),
    set('y', inX.high),
    set('x', choose('y === 0', js`32 + ${math('clz32', inX.low)} | 0`, math('clz32', 'y'))),
    [hold(toY), put(toY.low, 'x'), put(toY.high, '0')],
  ),
  effect(
    'i64.ctz',
    'd a',
    hold(inX),
    set('y', inX.low),
    set('z', '31'),
    when('y === 0', [set('y', inX.high), set('z', choose('y === 0', '96', '63'))]),
    set('x', js`z - ${math('clz32', 'y & 0 - y')} | 0`),
    [hold(toY), put(toY.low, 'x'), put(toY.high, '0')],
  ),
  effect('i64.extend_i32_s', 'd a', extended(set('y', a), 'y >> 31')),
  effect('i64.extend_i32_u', 'd a', extended(set('y', a), '0')),
  effect('i64.extend8_s', 'd a', extended(set('y', op`${a} << 24 >> 24`), 'y >> 31')),
  effect('i64.extend16_s', 'd a', extended(set('y', op`${a} << 16 >> 16`), 'y >> 31')),
];

export const I64: readonly Op[] = [...ARITHMETIC, ...COMPARISONS, ...PAIRS, ...UNARY];
