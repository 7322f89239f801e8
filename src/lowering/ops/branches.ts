// Ops that branch, all but those that look at references, at memory or at a constant of the pool: those are with what
// they look at.
import { i32, isNotZero, isZero } from './formulas.ts';
import { a, b, c, d, k, l, n } from './parts.ts';
import { fuse } from './fuse.ts';
import { type Op, branch, end } from './rows.ts';
import { jump, jumpTable, put, set, when } from './statements.ts';

// biome-ignore format: a table
const CONDITIONS: readonly Op[] = [
  end('br',                  't', jump),
  branch('br_if',            'a t',     isNotZero(a)),
  branch('br_unless',        'a t',     isZero(a)),
  fuse('br_if.and',          'br_if(i32.and(a, b))'),
  fuse('br_unless.and',      'br_unless(i32.and(a, b))'),
  fuse('br_if.global',       'br_if(global.get(#k))'),
  fuse('br_unless.global',   'br_unless(global.get(#k))'),
  branch('copy32,br_if',     'd a b t', put(d, a), isNotZero(b)),
  branch('copy32,br_unless', 'd a b t', put(d, a), isZero(b)),
  end('br_table',            'a n', set('x', a), set('y', n), when('(x >>> 0) > y', set('x', 'y')), jumpTable),
];

// biome-ignore format: a table
const COMPARISONS: readonly Op[] = [
  fuse('br.i32.eq',     'br_if(i32.eq(a, b))'),
  fuse('br.i32.ne',     'br_if(i32.ne(a, b))'),
  fuse('br.i32.lt_s',   'br_if(i32.lt_s(a, b))'),
  fuse('br.i32.lt_u',   'br_if(i32.lt_u(a, b))'),
  fuse('br.i32.ge_s',   'br_if(i32.ge_s(a, b))'),
  fuse('br.i32.ge_u',   'br_if(i32.ge_u(a, b))'),
  fuse('br.i32.eq.k',   'br_if(i32.eq(a, #k))'),
  fuse('br.i32.ne.k',   'br_if(i32.ne(a, #k))'),
  fuse('br.i32.gt_s.k', 'br_if(i32.gt_s(a, #k))'),
  fuse('br.i32.gt_u.k', 'br_if(i32.gt_u(a, #k))'),
  fuse('br.i32.le_s.k', 'br_if(i32.le_s(a, #k))'),
  fuse('br.i32.le_u.k', 'br_if(i32.le_u(a, #k))'),
  fuse('br.i64.eq',     'br_if(i64.eq(a, b))'),
  fuse('br.i64.ne',     'br_if(i64.ne(a, b))'),
  fuse('br.i64.lt_s',   'br_if(i64.lt_s(a, b))'),
  fuse('br.i64.lt_u',   'br_if(i64.lt_u(a, b))'),
  fuse('br.i64.ge_s',   'br_if(i64.ge_s(a, b))'),
  fuse('br.i64.ge_u',   'br_if(i64.ge_u(a, b))'),
  // A comparison that fails since an operand is a NaN is not the opposite one.
  fuse('br.f32.eq',     'br_if(f32.eq(a, b))'),
  fuse('br.not.f32.eq', 'br_unless(f32.eq(a, b))'),
  fuse('br.f32.ne',     'br_if(f32.ne(a, b))'),
  fuse('br.not.f32.ne', 'br_unless(f32.ne(a, b))'),
  fuse('br.f32.lt',     'br_if(f32.lt(a, b))'),
  fuse('br.not.f32.lt', 'br_unless(f32.lt(a, b))'),
  fuse('br.f32.le',     'br_if(f32.le(a, b))'),
  fuse('br.not.f32.le', 'br_unless(f32.le(a, b))'),
  fuse('br.f64.eq',     'br_if(f64.eq(A, B))'),
  fuse('br.not.f64.eq', 'br_unless(f64.eq(A, B))'),
  fuse('br.f64.ne',     'br_if(f64.ne(A, B))'),
  fuse('br.not.f64.ne', 'br_unless(f64.ne(A, B))'),
  fuse('br.f64.lt',     'br_if(f64.lt(A, B))'),
  fuse('br.not.f64.lt', 'br_unless(f64.lt(A, B))'),
  fuse('br.f64.le',     'br_if(f64.le(A, B))'),
  fuse('br.not.f64.le', 'br_unless(f64.le(A, B))'),
];

// An i32 operation with an immediate, then compare with an immediate and branch.
// biome-ignore format: a table
const PAIRS: readonly Op[] = [
  fuse('br.i32.and.k>eq.k',   'br_if(i32.eq(i32.and(a, #k), #l))'),
  fuse('br.i32.and.k>ne.k',   'br_if(i32.ne(i32.and(a, #k), #l))'),
  fuse('br.i32.and.k>gt_u.k', 'br_if(i32.gt_u(i32.and(a, #k), #l))'),
  fuse('br.i32.and.k>le_u.k', 'br_if(i32.le_u(i32.and(a, #k), #l))'),
  fuse('br.i32.add.k>gt_u.k', 'br_if(i32.gt_u(i32.add(a, #k), #l))'),
  fuse('br.i32.add.k>le_u.k', 'br_if(i32.le_u(i32.add(a, #k), #l))'),
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
