// Ops on i64 values, which are two words of a slot: what they do is in formulas-i64.ts, here is where operands come from.
// Comparisons that branch are in branches.ts, loads and stores in memory.ts.
import { I64_COMPARED, firstHalves, i64, i64InPlace, i64Operands, secondHalves, thirdHalves } from './formulas-i64.ts';
import { fused } from './fuse.ts';
import { Held, a, b, choose, d, flag, js, k, l, math, op } from './parts.ts';
import { type Op, effect, value } from './rows.ts';
import { type Code, hold, put, set, when } from './statements.ts';

const countInSlot = set('y', js`${b} & 63`);

/** How the second operand of an operation comes in, by how it is written in a pattern. */
const SECOND: Readonly<Record<string, Code>> = {
  b: secondHalves,
  c: thirdHalves,
  '#k': set('y', k),
  '#l': set('y', l),
  '#kl': [set('bl', k), set('bh', l)],
};

/** The row of an op that does an operation on an immediate, or two: the inner one leaves its result in al ah. */
function fuse(name: string, pattern: string): Op {
  return fused(name, pattern, (_, operands, { word, operands: [first, second] }) => {
    const [inner, outer] = [first.word, word].map((one) => one.split('.')[1]);
    const last = [SECOND[second.word], i64[outer as keyof typeof i64]];
    if (first.operands.length === 0) return effect(name, operands, firstHalves, last);
    const done = [SECOND[first.operands[1].word], i64InPlace[inner as keyof typeof i64InPlace]];
    return effect(name, operands, firstHalves, done, last);
  });
}

// biome-ignore format: a table
const ARITHMETIC: readonly Op[] = [
  effect('i64.add',   'd a b',   i64Operands, i64.add),
  fuse('i64.add.k',   'i64.add(a, #kl)'),
  // Less a constant is plus its negative.
  effect('i64.sub',   'd a b',   i64Operands, i64.sub),
  effect('i64.and',   'd a b',   i64Operands, i64.and),
  fuse('i64.and.k',   'i64.and(a, #kl)'),
  effect('i64.or',    'd a b',   i64Operands, i64.or),
  fuse('i64.or.k',    'i64.or(a, #kl)'),
  effect('i64.xor',   'd a b',   i64Operands, i64.xor),
  fuse('i64.xor.k',   'i64.xor(a, #kl)'),
  effect('i64.mul',   'd a b',   i64Operands, i64.mul),
  fuse('i64.mul.k',   'i64.mul(a, #kl)'),
  effect('i64.shl',   'd a b',   firstHalves, countInSlot, i64.shl),
  fuse('i64.shl.k',   'i64.shl(a, #k)'),
  effect('i64.shr_s', 'd a b',   firstHalves, countInSlot, i64.shr_s),
  fuse('i64.shr_s.k', 'i64.shr_s(a, #k)'),
  effect('i64.shr_u', 'd a b',   firstHalves, countInSlot, i64.shr_u),
  fuse('i64.shr_u.k', 'i64.shr_u(a, #k)'),
  effect('i64.rotl',  'd a b',   firstHalves, countInSlot, i64.rotl),
  fuse('i64.rotl.k',  'i64.rotl(a, #k)'),
  effect('i64.rotr',  'd a b',   firstHalves, countInSlot, i64.rotr),
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

// Two operations. `.k` marks a shift count that is an immediate.
// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  fuse('i64.xor>rotl.k',  'i64.rotl(i64.xor(a, b), #l)'),
  fuse('i64.shl.k>xor',   'i64.xor(i64.shl(a, #k), c)'),
  fuse('i64.shr_u.k>xor', 'i64.xor(i64.shr_u(a, #k), c)'),
  fuse('i64.rotl.k>xor',  'i64.xor(i64.rotl(a, #k), c)'),
  fuse('i64.add>add',     'i64.add(i64.add(a, b), c)'),
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
  fused('i64.not>and', 'i64.and(i64.xor(a, #-1), b)', (name, operands) =>
    effect(
      name,
      operands,
      [hold(inX), hold(inY), hold(toZ)],
      put(toZ.low, js`~${inX.low} & ${inY.low}`),
      put(toZ.high, js`~${inX.high} & ${inY.high}`),
    ),
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
