// Ops that do more than one instruction, or one on an immediate: the name of each, and the tree that it computes. They are the
// choice of ops: whether nodes are what a row says, what the op's operands are then, and in which order these are computed
// (select-patterns.ts; `npm run generate` puts the patterns into op-list.ts). The table of ops may be without any of these:
// what it is without is not chosen. Not here: ops that are one instruction on slots, and ops that do two statements, of which
// no tree says what they do (select-pairs.ts).
//
//   a b c A B C   a tree that is computed to a slot before; on the right of an operation that an op does with an immediate
//                 (`i32.add.k`) no constant
//   #k            a constant of one word, the count of a shift of i64, the number of a constant of f64; `#kl` two words
//   #-1           this constant
//   op(a, #k)     an operation; after its operands stands what else it is encoded with: an offset, the word of a global
//
// Patterns are over normal forms (select-forms.ts): a constant stands on the right where it may, one is never subtracted,
// `x < k` is `x <= k - 1`, and so on. Operations that commute and comparisons are tried the other way round as well, so that
// each is here once. Of rows of one outermost operation those that come later in the table of ops are tried first: they are
// more special.

/** Two operations on integers, or more. */
const INTEGERS = `
global.get32.add       i32.add(global.get(#k), #l)
i32.load>add.k         i32.add(i32.load(a, #k), #l)
i32.load16_s*load16_s>add i32.add(i32.mul(i32.load16_s(a, #k), i32.load16_s(b, #l)), c)
i32.shl.k>add          i32.add(i32.shl(a, #k), c)
i32.shl.k>add.k        i32.add(i32.shl(a, #k), #l)
i32.and.k>shl.k        i32.shl(i32.and(a, #k), #l)
i32.add>add.k          i32.add(i32.add(a, b), #l)
i32.add.k>add          i32.add(i32.add(a, #k), c)
i32.shr_u.k>and.k      i32.and(i32.shr_u(a, #k), #l)
i32.xor>and.k          i32.and(i32.xor(a, b), #l)
i32.and.k>xor          i32.xor(i32.and(a, #k), c)
i32.shr_u.k>xor        i32.xor(i32.shr_u(a, #k), c)
i32.shl.k>shr_s.k      i32.shr_s(i32.shl(a, #k), #l)
i32.mul>add            i32.add(i32.mul(a, b), c)
i32.shl.k>or           i32.or(i32.shl(a, #k), c)
i32.add>and.k          i32.and(i32.add(a, b), #l)
i32.xor.k>and.k        i32.and(i32.xor(a, #k), #l)
i32.and.k>add          i32.add(i32.and(a, #k), c)
i32.shr_u.k>add        i32.add(i32.shr_u(a, #k), c)
i32.add>add            i32.add(i32.add(a, b), c)
i32.add>xor            i32.xor(i32.add(a, b), c)
i32.add.k>and.k        i32.and(i32.add(a, #k), #l)
i32.mul.k>add          i32.add(i32.mul(a, #k), c)
i32.shl.k>xor          i32.xor(i32.shl(a, #k), c)
i32.shl.k>and.k        i32.and(i32.shl(a, #k), #l)
i32.and>shl.k          i32.shl(i32.and(a, b), #l)
i32.or>shl.k           i32.shl(i32.or(a, b), #l)
i32.or>or              i32.or(i32.or(a, b), c)
i32.xor>or             i32.or(i32.xor(a, b), c)
i32.xor>xor            i32.xor(i32.xor(a, b), c)
i32.rotl.k>xor         i32.xor(i32.rotl(a, #k), c)
i32.xor>rotl.k         i32.rotl(i32.xor(a, b), #l)
i64.xor>rotl.k         i64.rotl(i64.xor(a, b), #l)
i64.shl.k>xor          i64.xor(i64.shl(a, #k), c)
i64.shr_u.k>xor        i64.xor(i64.shr_u(a, #k), c)
i64.rotl.k>xor         i64.xor(i64.rotl(a, #k), c)
i64.add>add            i64.add(i64.add(a, b), c)
i64.not>and            i64.and(i64.xor(a, #-1), b)`;

/** An operation on integers with an immediate. */
const IMMEDIATES = `
i32.add.k              i32.add(a, #k)
i32.mul.k              i32.mul(a, #k)
i32.and.k              i32.and(a, #k)
i32.or.k               i32.or(a, #k)
i32.xor.k              i32.xor(a, #k)
i32.shl.k              i32.shl(a, #k)
i32.shr_s.k            i32.shr_s(a, #k)
i32.shr_u.k            i32.shr_u(a, #k)
i32.rotl.k             i32.rotl(a, #k)
i32.eq.k               i32.eq(a, #k)
i32.ne.k               i32.ne(a, #k)
i32.gt_s.k             i32.gt_s(a, #k)
i32.gt_u.k             i32.gt_u(a, #k)
i32.le_s.k             i32.le_s(a, #k)
i32.le_u.k             i32.le_u(a, #k)
i64.add.k              i64.add(a, #kl)
i64.and.k              i64.and(a, #kl)
i64.or.k               i64.or(a, #kl)
i64.xor.k              i64.xor(a, #kl)
i64.mul.k              i64.mul(a, #kl)
i64.shl.k              i64.shl(a, #k)
i64.shr_s.k            i64.shr_s(a, #k)
i64.shr_u.k            i64.shr_u(a, #k)
i64.rotl.k             i64.rotl(a, #k)`;

/** Floats: two roundings, as in wasm; only the dispatch is saved. */
const FLOATS = `
f64.mul>add            f64.add(f64.mul(A, B), C)
f64.mul>sub            f64.sub(f64.mul(A, B), C)
f64.sub<mul            f64.sub(A, f64.mul(B, C))
f64.add.k              f64.add(A, #k)
f64.sub.k              f64.sub(A, #k)
f64.mul.k              f64.mul(A, #k)
f64.div.k              f64.div(A, #k)
f64.eq.k               f64.eq(A, #k)
f64.ne.k               f64.ne(A, #k)
f64.lt.k               f64.lt(A, #k)
f64.le.k               f64.le(A, #k)
f64.gt.k               f64.gt(A, #k)
f64.ge.k               f64.ge(A, #k)`;

/** Accesses: how an address is made, and values that are stored. */
const ACCESSES = `
i32.load>i32.load      i32.load(i32.load(a, #k), #l)
i32.load.k             i32.load(#l, #k)
i32.load.shl.add.k     i32.load(i32.add(i32.shl(a, #l), #m), #k)
i32.load.add.k         i32.load(i32.add(a, #l), #k)
i32.load.shl.add       i32.load(i32.add(i32.shl(a, #l), c), #k)
i32.load.add           i32.load(i32.add(a, c), #k)
i32.load>store         i32.store(a, i32.load(b, #l), #k)
i32.store.add.k=k      i32.store(i32.add(a, #l), #n, #k)
i32.store=k            i32.store(a, #n, #k)
i32.store.k            i32.store(#l, b, #k)
i32.store.add.k        i32.store(i32.add(a, #l), b, #k)
i32.store.shl.add      i32.store(i32.add(i32.shl(a, #l), c), b, #k)
i32.store.add          i32.store(i32.add(a, c), b, #k)
i64.load.add.k         i64.load(i32.add(a, #l), #k)
i64.load.shl.add       i64.load(i32.add(i32.shl(a, #l), c), #k)
i64.load.add           i64.load(i32.add(a, c), #k)
i64.store.add.k        i64.store(i32.add(a, #l), b, #k)
i64.store.add          i64.store(i32.add(a, c), b, #k)
i32.load8_s.add.k      i32.load8_s(i32.add(a, #l), #k)
i32.load>i32.load8_u   i32.load8_u(i32.load(a, #k), #l)
i32.load8_u.k          i32.load8_u(#l, #k)
i32.load8_u.add.k      i32.load8_u(i32.add(a, #l), #k)
i32.load8_u.add        i32.load8_u(i32.add(a, c), #k)
i32.load16_s.add       i32.load16_s(i32.add(a, c), #k)
i32.load16_u.add.k     i32.load16_u(i32.add(a, #l), #k)
i32.load16_u.shl.add   i32.load16_u(i32.add(i32.shl(a, #l), c), #k)
i32.load16_u.add       i32.load16_u(i32.add(a, c), #k)
i32.store8.add.k=k     i32.store8(i32.add(a, #l), #n, #k)
i32.store8.add=k       i32.store8(i32.add(a, c), #n, #k)
i32.store8=k           i32.store8(a, #n, #k)
i32.store8.add.k       i32.store8(i32.add(a, #l), b, #k)
i32.store8.add         i32.store8(i32.add(a, c), b, #k)
i32.store16=k          i32.store16(a, #n, #k)
i32.store16.add.k      i32.store16(i32.add(a, #l), b, #k)
i32.store16.add        i32.store16(i32.add(a, c), b, #k)
v128.load.add.k        v128.load(i32.add(a, #l), #k)`;

/** Branches, by their condition. Of comparisons of integers each has its inverse. */
const BRANCHES = `
br_if.global           br_if(global.get(#k))
br_unless.global       br_unless(global.get(#k))
br_if.i32.load         br_if(i32.load(a, #k))
br_unless.i32.load     br_unless(i32.load(a, #k))
br_if.i32.load8_u      br_if(i32.load8_u(a, #k))
br_unless.i32.load8_u  br_unless(i32.load8_u(a, #k))
br_if.and              br_if(i32.and(a, b))
br_unless.and          br_unless(i32.and(a, b))
br.ref.is_null         br_if(ref.is_null(A))
br.not.ref.is_null     br_unless(ref.is_null(A))
br.i32.and.k>eq.k      br_if(i32.eq(i32.and(a, #k), #l))
br.i32.and.k>ne.k      br_if(i32.ne(i32.and(a, #k), #l))
br.i32.and.k>gt_u.k    br_if(i32.gt_u(i32.and(a, #k), #l))
br.i32.and.k>le_u.k    br_if(i32.le_u(i32.and(a, #k), #l))
br.i32.add.k>gt_u.k    br_if(i32.gt_u(i32.add(a, #k), #l))
br.i32.add.k>le_u.k    br_if(i32.le_u(i32.add(a, #k), #l))
br.i32.eq.k            br_if(i32.eq(a, #k))
br.i32.ne.k            br_if(i32.ne(a, #k))
br.i32.gt_s.k          br_if(i32.gt_s(a, #k))
br.i32.gt_u.k          br_if(i32.gt_u(a, #k))
br.i32.le_s.k          br_if(i32.le_s(a, #k))
br.i32.le_u.k          br_if(i32.le_u(a, #k))
br.f64.eq.k            br_if(f64.eq(A, #k))
br.not.f64.eq.k        br_unless(f64.eq(A, #k))
br.f64.ne.k            br_if(f64.ne(A, #k))
br.not.f64.ne.k        br_unless(f64.ne(A, #k))
br.f64.lt.k            br_if(f64.lt(A, #k))
br.not.f64.lt.k        br_unless(f64.lt(A, #k))
br.f64.le.k            br_if(f64.le(A, #k))
br.not.f64.le.k        br_unless(f64.le(A, #k))
br.f64.gt.k            br_if(f64.gt(A, #k))
br.not.f64.gt.k        br_unless(f64.gt(A, #k))
br.f64.ge.k            br_if(f64.ge(A, #k))
br.not.f64.ge.k        br_unless(f64.ge(A, #k))
br.i32.eq              br_if(i32.eq(a, b))
br.i32.ne              br_if(i32.ne(a, b))
br.i32.lt_s            br_if(i32.lt_s(a, b))
br.i32.lt_u            br_if(i32.lt_u(a, b))
br.i32.ge_s            br_if(i32.ge_s(a, b))
br.i32.ge_u            br_if(i32.ge_u(a, b))
br.i64.eq              br_if(i64.eq(a, b))
br.i64.ne              br_if(i64.ne(a, b))
br.i64.lt_s            br_if(i64.lt_s(a, b))
br.i64.lt_u            br_if(i64.lt_u(a, b))
br.i64.ge_s            br_if(i64.ge_s(a, b))
br.i64.ge_u            br_if(i64.ge_u(a, b))
br.f32.eq              br_if(f32.eq(a, b))
br.not.f32.eq          br_unless(f32.eq(a, b))
br.f32.ne              br_if(f32.ne(a, b))
br.not.f32.ne          br_unless(f32.ne(a, b))
br.f32.lt              br_if(f32.lt(a, b))
br.not.f32.lt          br_unless(f32.lt(a, b))
br.f32.le              br_if(f32.le(a, b))
br.not.f32.le          br_unless(f32.le(a, b))
br.f64.eq              br_if(f64.eq(A, B))
br.not.f64.eq          br_unless(f64.eq(A, B))
br.f64.ne              br_if(f64.ne(A, B))
br.not.f64.ne          br_unless(f64.ne(A, B))
br.f64.lt              br_if(f64.lt(A, B))
br.not.f64.lt          br_unless(f64.lt(A, B))
br.f64.le              br_if(f64.le(A, B))
br.not.f64.le          br_unless(f64.le(A, B))`;

/** Patterns by the names of ops. */
export const PATTERNS: ReadonlyMap<string, string> = new Map(
  [INTEGERS, IMMEDIATES, FLOATS, ACCESSES, BRANCHES]
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ')).trim()]),
);
