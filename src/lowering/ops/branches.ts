// Ops that branch, all but those that look at references, at memory or at a constant of the pool: those are with what
// they look at.
import { float, i32, isNotZero, isZero, not } from './formulas.ts';
import { I64_COMPARED, i64Operands } from './formulas-i64.ts';
import { A, B, a, b, c, d, fa, fb, js, k, l, n } from './parts.ts';
import { type Op, branch, end } from './rows.ts';
import { jump, jumpTable, put, set, when } from './statements.ts';

const global = js`G[${k}]`;

// biome-ignore format: a table
const CONDITIONS: readonly Op[] = [
  end('br', 't', jump),
  branch('br_if',             'a t',     isNotZero(a)),
  branch('br_unless',         'a t',     isZero(a)),
  branch('br_if.and',         'a b t',   isNotZero(i32.and(a, b))),
  branch('br_unless.and',     'a b t',   isZero(i32.and(a, b))),
  branch('br_if.global',      'k t',     isNotZero(global)),
  branch('br_unless.global',  'k t',     isZero(global)),
  branch('copy32,br_if',      'd a b t', put(d, a), isNotZero(b)),
  branch('copy32,br_unless',  'd a b t', put(d, a), isZero(b)),
  end('br_table', 'a n', set('x', a), set('y', n), when('(x >>> 0) > y', set('x', 'y')), jumpTable),
];

// biome-ignore format: a table
const COMPARISONS: readonly Op[] = [
  branch('br.i32.eq',     'a b t', i32.eq(a, b)),
  branch('br.i32.ne',     'a b t', i32.ne(a, b)),
  branch('br.i32.lt_s',   'a b t', i32.lt_s(a, b)),
  branch('br.i32.lt_u',   'a b t', i32.lt_u(a, b)),
  branch('br.i32.ge_s',   'a b t', i32.ge_s(a, b)),
  branch('br.i32.ge_u',   'a b t', i32.ge_u(a, b)),
  branch('br.i32.eq.k',   'a k t', i32.eq(a, k)),
  branch('br.i32.ne.k',   'a k t', i32.ne(a, k)),
  branch('br.i32.gt_s.k', 'a k t', i32.gt_s(a, k)),
  branch('br.i32.gt_u.k', 'a k t', i32.gt_u(a, k)),
  branch('br.i32.le_s.k', 'a k t', i32.le_s(a, k)),
  branch('br.i32.le_u.k', 'a k t', i32.le_u(a, k)),
  branch('br.i64.eq',     'a b t', i64Operands, I64_COMPARED.eq),
  branch('br.i64.ne',     'a b t', i64Operands, I64_COMPARED.ne),
  branch('br.i64.lt_s',   'a b t', i64Operands, I64_COMPARED.lt_s),
  branch('br.i64.lt_u',   'a b t', i64Operands, I64_COMPARED.lt_u),
  branch('br.i64.ge_s',   'a b t', i64Operands, I64_COMPARED.ge_s),
  branch('br.i64.ge_u',   'a b t', i64Operands, I64_COMPARED.ge_u),
  // A comparison that fails since an operand is a NaN is not the opposite one.
  branch('br.f32.eq',     'a b t', float.eq(fa, fb)),
  branch('br.not.f32.eq', 'a b t', not(float.eq(fa, fb))),
  branch('br.f32.ne',     'a b t', float.ne(fa, fb)),
  branch('br.not.f32.ne', 'a b t', not(float.ne(fa, fb))),
  branch('br.f32.lt',     'a b t', float.lt(fa, fb)),
  branch('br.not.f32.lt', 'a b t', not(float.lt(fa, fb))),
  branch('br.f32.le',     'a b t', float.le(fa, fb)),
  branch('br.not.f32.le', 'a b t', not(float.le(fa, fb))),
  branch('br.f64.eq',     'A B t', float.eq(A, B)),
  branch('br.not.f64.eq', 'A B t', not(float.eq(A, B))),
  branch('br.f64.ne',     'A B t', float.ne(A, B)),
  branch('br.not.f64.ne', 'A B t', not(float.ne(A, B))),
  branch('br.f64.lt',     'A B t', float.lt(A, B)),
  branch('br.not.f64.lt', 'A B t', not(float.lt(A, B))),
  branch('br.f64.le',     'A B t', float.le(A, B)),
  branch('br.not.f64.le', 'A B t', not(float.le(A, B))),
];

// An i32 operation with an immediate, then compare with an immediate and branch.
// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  branch('br.i32.and.k>eq.k',   'a k l t', i32.eq(i32.and(a, k), l)),
  branch('br.i32.and.k>ne.k',   'a k l t', i32.ne(i32.and(a, k), l)),
  branch('br.i32.and.k>gt_u.k', 'a k l t', i32.gt_u(i32.and(a, k), l)),
  branch('br.i32.and.k>le_u.k', 'a k l t', i32.le_u(i32.and(a, k), l)),
  branch('br.i32.add.k>gt_u.k', 'a k l t', i32.gt_u(i32.add(a, k), l)),
  branch('br.i32.add.k>le_u.k', 'a k l t', i32.le_u(i32.add(a, k), l)),
];

// Increment (by a constant, by a slot), compare, branch: the end of a counting loop.
const increased = [set('x', i32.add(a, k)), put(d, 'x')];
const added = [set('x', i32.add(a, b)), put(d, 'x')];
// biome-ignore format: a table
const COUNTING: readonly Op[] = [
  branch('br.inc.ne',     'd a b k t', increased, i32.ne('x', b)),
  branch('br.inc.ne.k',   'd a k l t', increased, i32.ne('x', l)),
  branch('br.inc.lt_s',   'd a b k t', increased, i32.lt_s('x', b)),
  branch('br.inc.lt_s.k', 'd a k l t', increased, i32.lt_s('x', l)),
  branch('br.inc.lt_u',   'd a b k t', increased, i32.lt_u('x', b)),
  branch('br.inc.lt_u.k', 'd a k l t', increased, i32.lt_u('x', l)),
  // Steps by a slot are rare but for this one.
  branch('br.add.lt_u',   'd a b c t', added,     i32.lt_u('x', c)),
  branch('br.add.lt_u.k', 'd a b l t', added,     i32.lt_u('x', l)),
  branch('br.inc.eq',     'd a b k t', increased, i32.eq('x', b)),
  branch('br.inc.eq.k',   'd a k l t', increased, i32.eq('x', l)),
];

export const BRANCHES: readonly Op[] = [...CONDITIONS, ...COMPARISONS, ...PAIRS, ...COUNTING];
