// The internal op table: what lowered code is made of. One row per op: name, operands, formula.
// From it `npm run generate` writes the hot loop (interpreter/loop.ts) and op-table.ts, the names and operands that
// lowering, the driver and the disassembler use. Nothing that runs imports this file: formulas are not shipped.
// It is separate from wasm's instruction table on purpose: an op is a step of the loop, not of wasm.
//
// Operands, in the order in which they are encoded:
//   d a b c e   a slot, as an index of S (int32 words: a slot is two of them). `d` and `e` are written, others read.
//   D A B C     a slot, as an index of F and R (one element a slot). `D` is written.
//   k l m n     a 32-bit immediate
//   t           a branch target, an index of the code
//
// Words: the first holds the op number in its low half and the first slot in its high half; each further word holds
// two slots; each immediate and each target has a word of its own, after the slots.
//
// Formulas are JavaScript over the operands and these locals of the loop:
//   S F FF R     value slots as int32, float64, float32; reference slots (a JS array)
//   M8 M16 M32   views of memory 0, and `mb`, its length in bytes (as int32: 2 GiB is negative)
//   G            the instance's globals as int32 words
//   x y z p      scratch; al ah bl bh: halves of i64 operands
//   C pc fp fp2 sp FS fuel inst X
// and these endings:
//   NEXT         go on with the next op (written at the end of every formula unless it ends otherwise)
//   JUMP         a taken branch to t: costs one unit of fuel
//   TRAP(n)      leave the loop with reason n (reasons.ts), which includes traps
//   BRANCHED     go on at pc as after a taken branch
//   ENTER        go on at the function with entry x, whose frame begins at fp2: zero its locals
//   RETURN       go back to the caller
//   SAVE         store pc, fp2, sp and fuel in X, before a function that may throw is called

export interface Op {
  readonly name: string;
  /** Operand letters in order, e.g. `dab`, `Dak`. */
  readonly operands: string;
  readonly formula: string;
  /** Control never falls through to the next op. */
  readonly ends: boolean;
}

const OPS_LIST: Op[] = [];

function op(name: string, operands: string, formula: string, ends = false): void {
  OPS_LIST.push({ name, operands: operands.replace(/ /g, ''), formula, ends });
}

type Table = readonly (readonly [name: string, formula: string])[];

/** Puts expressions for A and B into a formula. */
function put(formula: string, a: string, b = ''): string {
  return formula.replace(/\b[AB]\b/g, (letter) => (letter === 'A' ? a : b));
}

// ---------------------------------------------------------------------------------------------------------- formulas

// biome-ignore format: a table
const I32_BINARY: Table = [
  ['add',   'A + B | 0'],
  ['sub',   'A - B | 0'],
  ['mul',   'Math.imul(A, B)'],
  ['and',   'A & B'],
  ['or',    'A | B'],
  ['xor',   'A ^ B'],
  ['shl',   'A << B'],
  ['shr_s', 'A >> B'],
  ['shr_u', 'A >>> B | 0'],
];
const I32_FORMULA = new Map(I32_BINARY);

// biome-ignore format: a table
const I32_COMPARE: Table = [
  ['eq',   'A === B'],
  ['ne',   'A !== B'],
  ['lt_s', 'A < B'],
  ['lt_u', '(A >>> 0) < (B >>> 0)'],
  ['gt_s', 'A > B'],
  ['gt_u', '(A >>> 0) > (B >>> 0)'],
  ['le_s', 'A <= B'],
  ['le_u', '(A >>> 0) <= (B >>> 0)'],
  ['ge_s', 'A >= B'],
  ['ge_u', '(A >>> 0) >= (B >>> 0)'],
];
const I32_CONDITION = new Map(I32_COMPARE);

// biome-ignore format: a table
const FLOAT_COMPARE: Table = [
  ['eq', 'A === B'],
  ['ne', 'A !== B'],
  ['lt', 'A < B'],
  ['gt', 'A > B'],
  ['le', 'A <= B'],
  ['ge', 'A >= B'],
];

// biome-ignore format: a table
const FLOAT_BINARY: Table = [
  ['add', 'A + B'],
  ['sub', 'A - B'],
  ['mul', 'A * B'],
  ['div', 'A / B'],
  ['min', 'Math.min(A, B)'],
  ['max', 'Math.max(A, B)'],
];

// biome-ignore format: a table
const FLOAT_UNARY: Table = [
  ['ceil',    'Math.ceil(A)'],
  ['floor',   'Math.floor(A)'],
  ['trunc',   'Math.trunc(A)'],
  ['sqrt',    'Math.sqrt(A)'],
];

// i64: halves of A in al ah, of B in bl bh, the result at S[z].
// biome-ignore format: a table
const I64_BINARY: Table = [
  ['add', 'x = al + bl | 0; S[z] = x; S[z + 1 | 0] = ah + bh + ((x >>> 0) < (al >>> 0) ? 1 : 0) | 0;'],
  ['sub', 'S[z] = al - bl | 0; S[z + 1 | 0] = ah - bh - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0;'],
  ['and', 'S[z] = al & bl; S[z + 1 | 0] = ah & bh;'],
  ['or',  'S[z] = al | bl; S[z + 1 | 0] = ah | bh;'],
  ['xor', 'S[z] = al ^ bl; S[z + 1 | 0] = ah ^ bh;'],
  ['mul', 'S[z + 1 | 0] = mulHighU(al, bl) + Math.imul(al, bh) + Math.imul(ah, bl) | 0; S[z] = Math.imul(al, bl);'],
];

// i64 by a shift count in y (0 to 63).
// biome-ignore format: a table
const I64_SHIFT: Table = [
  ['shl',   'if (y < 32) { S[z] = al << y; S[z + 1 | 0] = ah << y | al >>> 1 >>> 31 - y; } else { S[z] = 0; S[z + 1 | 0] = al << y; }'],
  ['shr_s', 'if (y < 32) { S[z] = al >>> y | ah << 1 << 31 - y; S[z + 1 | 0] = ah >> y; } else { S[z] = ah >> y; S[z + 1 | 0] = ah >> 31; }'],
  ['shr_u', 'if (y < 32) { S[z] = al >>> y | ah << 1 << 31 - y; S[z + 1 | 0] = ah >>> y; } else { S[z] = ah >>> y; S[z + 1 | 0] = 0; }'],
  ['rotl',  'if (y >= 32) { x = al; al = ah; ah = x; } S[z] = al << y | ah >>> 1 >>> 31 - (y & 31); S[z + 1 | 0] = ah << y | al >>> 1 >>> 31 - (y & 31);'],
  ['rotr',  'if (y >= 32) { x = al; al = ah; ah = x; } S[z] = al >>> y | ah << 1 << 31 - (y & 31); S[z + 1 | 0] = ah >>> y | al << 1 << 31 - (y & 31);'],
];

// biome-ignore format: a table
const I64_COMPARE: Table = [
  ['eq',   'al === bl && ah === bh'],
  ['ne',   'al !== bl || ah !== bh'],
  ['lt_s', 'ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)'],
  ['lt_u', '(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)'],
  ['gt_s', 'ah > bh || ah === bh && (al >>> 0) > (bl >>> 0)'],
  ['gt_u', '(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0)'],
  ['le_s', 'ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0)'],
  ['le_u', '(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0)'],
  ['ge_s', 'ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)'],
  ['ge_u', '(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)'],
];

const I64_OPERANDS = 'x = a; y = b; al = S[x]; ah = S[x + 1 | 0]; bl = S[y]; bh = S[y + 1 | 0];';

// ------------------------------------------------------------------------------------------------ moves and constants

op('const32', 'd k', 'S[d] = k;');
op('const64', 'd k l', 'x = d; S[x] = k; S[x + 1 | 0] = l;');
op('copy32', 'd a', 'S[d] = S[a];');
op('copy64', 'd a', 'x = d; y = a; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op(
  'copy128',
  'd a',
  'x = d; y = a; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0]; S[x + 2 | 0] = S[y + 2 | 0]; S[x + 3 | 0] = S[y + 3 | 0];',
);
op('copy32x2', 'd a e b', 'S[d] = S[a]; S[e] = S[b];');
op('copyref', 'D A', 'R[D] = R[A];');
op('nullref', 'D', 'R[D] = null;');
op('select32', 'd a b c', 'S[d] = S[c] !== 0 ? S[a] : S[b];');
op('select64', 'd a b c', 'x = d; y = S[c] !== 0 ? a : b; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op(
  'select128',
  'd a b c',
  'x = d; y = S[c] !== 0 ? a : b; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0]; S[x + 2 | 0] = S[y + 2 | 0]; S[x + 3 | 0] = S[y + 3 | 0];',
);
op('selectref', 'D A B c', 'R[D] = S[c] !== 0 ? R[A] : R[B];');

// ---------------------------------------------------------------------------------------------------------------- i32

for (const [name, formula] of I32_BINARY) {
  op(`i32.${name}`, 'd a b', `S[d] = ${put(formula, 'S[a]', 'S[b]')};`);
  op(`i32.${name}.k`, 'd a k', `S[d] = ${put(formula, 'S[a]', 'k')};`);
}
op('i32.rotl', 'd a b', 'x = S[a]; y = S[b]; S[d] = x << y | x >>> -y;');
op('i32.rotr', 'd a b', 'x = S[a]; y = S[b]; S[d] = x >>> y | x << -y;');
op('i32.rotl.k', 'd a k', 'x = S[a]; S[d] = x << k | x >>> -k;');
op(
  'i32.div_s',
  'd a b',
  'x = S[a]; y = S[b]; if (y === 0) TRAP(18) if (y === -1 && x === -2147483648) TRAP(19) S[d] = x / y | 0;',
);
op('i32.div_u', 'd a b', 'y = S[b]; if (y === 0) TRAP(18) S[d] = (S[a] >>> 0) / (y >>> 0) | 0;');
op('i32.rem_s', 'd a b', 'y = S[b]; if (y === 0) TRAP(18) S[d] = y === -1 ? 0 : S[a] % y | 0;');
op('i32.rem_u', 'd a b', 'y = S[b]; if (y === 0) TRAP(18) S[d] = (S[a] >>> 0) % (y >>> 0) | 0;');
op('i32.clz', 'd a', 'S[d] = Math.clz32(S[a]);');
op('i32.ctz', 'd a', 'x = S[a]; S[d] = x === 0 ? 32 : 31 - Math.clz32(x & -x);');
op('i32.popcnt', 'd a', 'S[d] = i32Popcnt(S[a]);');
op('i32.extend8_s', 'd a', 'S[d] = S[a] << 24 >> 24;');
op('i32.extend16_s', 'd a', 'S[d] = S[a] << 16 >> 16;');
op('i32.eqz', 'd a', 'S[d] = S[a] === 0 ? 1 : 0;');
for (const [name, formula] of I32_COMPARE) {
  op(`i32.${name}`, 'd a b', `S[d] = ${put(formula, 'S[a]', 'S[b]')} ? 1 : 0;`);
  op(`i32.${name}.k`, 'd a k', `S[d] = ${put(formula, 'S[a]', 'k')} ? 1 : 0;`);
}

// Two i32 operations in one op: `inner>outer`. `.k` marks an operand that is an immediate; `-` in front of the outer
// one says that the inner result is its second operand.
// biome-ignore format: a table
export const I32_PAIRS: readonly (readonly [inner: string, innerConst: boolean, outer: string, outerConst: boolean])[] = [
  ['shl',   true,  'add',   false],
  ['shl',   true,  'add',   true],
  ['and',   true,  'shl',   true],
  ['add',   false, 'add',   true],
  ['add',   true,  'add',   false],
  ['shr_u', true,  'and',   true],
  ['xor',   false, 'and',   true],
  ['and',   true,  'xor',   false],
  ['shr_u', true,  'xor',   false],
  ['shl',   true,  'shr_s', true],
  ['mul',   false, 'add',   false],
  ['shl',   true,  'or',    false],
  ['add',   false, 'and',   true],
  ['xor',   true,  'and',   true],
  ['and',   true,  'add',   false],
  ['shr_u', true,  'add',   false],
];
for (const [inner, innerConst, outer, outerConst] of I32_PAIRS) {
  const first = `(${put(I32_FORMULA.get(inner) ?? '', 'S[a]', innerConst ? 'k' : 'S[b]')})`;
  const second = put(I32_FORMULA.get(outer) ?? '', first, outerConst ? 'l' : 'S[c]');
  const operands = `d a ${innerConst ? '' : 'b'} ${outerConst ? '' : 'c'} ${innerConst ? 'k' : ''} ${outerConst ? 'l' : ''}`;
  op(`i32.${inner}${innerConst ? '.k' : ''}>${outer}${outerConst ? '.k' : ''}`, operands, `S[d] = ${second};`);
}

// ----------------------------------------------------------------------------------------------------------- branches

op('br', 't', 'JUMP', true);
op('br_if', 'a t', 'if (S[a] !== 0) JUMP');
op('br_unless', 'a t', 'if (S[a] === 0) JUMP');
op('br_table', 'a n', 'x = S[a]; y = n; if ((x >>> 0) > y) x = y; pc = C[pc + SIZE + x | 0]; BRANCHED', true);
for (const [name, formula] of I32_COMPARE) {
  op(`br.i32.${name}`, 'a b t', `if (${put(formula, 'S[a]', 'S[b]')}) JUMP`);
  op(`br.i32.${name}.k`, 'a k t', `if (${put(formula, 'S[a]', 'k')}) JUMP`);
}
for (const [name, formula] of I64_COMPARE) op(`br.i64.${name}`, 'a b t', `${I64_OPERANDS} if (${formula}) JUMP`);
for (const [type, S, a, b] of [
  ['f32', 'FF', 'a', 'b'],
  ['f64', 'F', 'A', 'B'],
] as const) {
  for (const [name, formula] of FLOAT_COMPARE) {
    const condition = put(formula, `${S}[${a}]`, `${S}[${b}]`);
    op(`br.${type}.${name}`, `${a} ${b} t`, `if (${condition}) JUMP`);
    op(`br.not.${type}.${name}`, `${a} ${b} t`, `if (!(${condition})) JUMP`);
  }
}
// An i32 operation with an immediate, then compare with an immediate and branch.
// biome-ignore format: a table
export const I32_BRANCH_PAIRS: readonly (readonly [inner: string, compare: string])[] = [
  ['and', 'eq'],   ['add', 'eq'],   ['and', 'ne'],   ['add', 'ne'],
  ['add', 'lt_u'], ['and', 'lt_u'], ['add', 'gt_u'], ['and', 'gt_u'],
  ['add', 'le_u'], ['and', 'le_u'], ['add', 'ge_u'], ['and', 'ge_u'],
];
for (const [inner, compare] of I32_BRANCH_PAIRS) {
  const first = `(${put(I32_FORMULA.get(inner) ?? '', 'S[a]', 'k')})`;
  op(`br.i32.${inner}.k>${compare}.k`, 'a k l t', `if (${put(I32_CONDITION.get(compare) ?? '', first, 'l')}) JUMP`);
}
// Increment, compare, branch: the end of a counting loop.
export const INCREMENT_COMPARES: readonly string[] = ['ne', 'lt_s', 'lt_u', 'eq'];
for (const name of INCREMENT_COMPARES) {
  const formula = I32_CONDITION.get(name) ?? '';
  op(`br.inc.${name}`, 'd a b k t', `x = S[a] + k | 0; S[d] = x; if (${put(formula, 'x', 'S[b]')}) JUMP`);
  op(`br.inc.${name}.k`, 'd a k l t', `x = S[a] + k | 0; S[d] = x; if (${put(formula, 'x', 'l')}) JUMP`);
}

// ------------------------------------------------------------------------------------------------------------- memory
// Fast forms: memory 0, 32-bit addresses, and offset + size within the memory's declared minimum, so that
// `mb - offset - size` cannot wrap. Everything else is an `out` op.

/** Checks `x + k` (an unsigned 32-bit address and an immediate offset) for `size` bytes; leaves the index in p. */
const check = (size: number, offset = 'k'): string =>
  `y = ${offset}; if ((x >>> 0) > (mb - y - ${size} >>> 0)) TRAP(17) p = x + y | 0;`;

// biome-ignore format: a table
const LOAD: readonly (readonly [name: string, size: number, value: string])[] = [
  ['i32.load',     4, '((p & 3) === 0 ? M32[p >>> 2] : load32(M8, p))'],
  ['i32.load8_s',  1, '(M8[p] << 24 >> 24)'],
  ['i32.load8_u',  1, 'M8[p]'],
  ['i32.load16_s', 2, '(((p & 1) === 0 ? M16[p >>> 1] : M8[p] | M8[p + 1 | 0] << 8) << 16 >> 16)'],
  ['i32.load16_u', 2, '((p & 1) === 0 ? M16[p >>> 1] : M8[p] | M8[p + 1 | 0] << 8)'],
];
for (const [name, size, value] of LOAD) {
  op(name, 'd a k', `x = S[a]; ${check(size)} S[d] = ${value};`);
  op(`${name}.add`, 'd a b k', `x = S[a] + S[b] | 0; ${check(size)} S[d] = ${value};`);
  op(`${name}.add.k`, 'd a k l', `x = S[a] + l | 0; ${check(size)} S[d] = ${value};`);
}
/** Loads that a branch on zero or not zero takes in. */
export const BRANCH_LOADS: readonly string[] = ['i32.load', 'i32.load8_u', 'i32.load16_u'];
for (const [name, size, value] of LOAD) {
  if (!BRANCH_LOADS.includes(name)) continue;
  op(`br_if.${name}`, 'a k t', `x = S[a]; ${check(size)} if (${value} !== 0) JUMP`);
  op(`br_unless.${name}`, 'a k t', `x = S[a]; ${check(size)} if (${value} === 0) JUMP`);
}
const STORE16 = (v: string): string =>
  `if ((p & 1) === 0) M16[p >>> 1] = ${v}; else { y = ${v}; M8[p] = y; M8[p + 1 | 0] = y >> 8; }`;
const STORE32 = (v: string): string => `if ((p & 3) === 0) M32[p >>> 2] = ${v}; else store32(M8, p, ${v});`;
const STORE: readonly (readonly [name: string, size: number, store: (v: string) => string])[] = [
  ['i32.store', 4, STORE32],
  ['i32.store8', 1, (v) => `M8[p] = ${v};`],
  ['i32.store16', 2, STORE16],
];
for (const [name, size, store] of STORE) {
  op(name, 'a b k', `x = S[a]; ${check(size)} ${store('S[b]')}`);
  op(`${name}.k`, 'a k l', `x = S[a]; ${check(size)} ${store('l')}`);
}
op(
  'i64.load',
  'd a k',
  `x = S[a]; ${check(8)} x = d; if ((p & 3) === 0) { p = p >>> 2; S[x] = M32[p]; S[x + 1 | 0] = M32[p + 1 | 0]; } else { S[x] = load32(M8, p); S[x + 1 | 0] = load32(M8, p + 4 | 0); }`,
);
op(
  'i64.store',
  'a b k',
  `x = S[a]; ${check(8)} x = b; if ((p & 3) === 0) { p = p >>> 2; M32[p] = S[x]; M32[p + 1 | 0] = S[x + 1 | 0]; } else { store32(M8, p, S[x]); store32(M8, p + 4 | 0, S[x + 1 | 0]); }`,
);
for (const [name, size, value] of LOAD) {
  for (const [suffix, high] of [
    ['_s', 'z >> 31'],
    ['_u', '0'],
  ] as const) {
    const is32 = name === 'i32.load';
    if (!is32 && !name.endsWith(suffix)) continue;
    const target = is32 ? `i64.load32${suffix}` : name.replace('i32', 'i64');
    op(target, 'd a k', `x = S[a]; ${check(size)} z = ${value}; x = d; S[x] = z; S[x + 1 | 0] = ${high};`);
  }
}
// The functions check, which keeps these short.
op('v128.load', 'd a k', 'if (!loadVector(memory, d, S[a], k)) TRAP(17)');
op('v128.load.add.k', 'd a k l', 'if (!loadVector(memory, d, S[a] + l | 0, k)) TRAP(17)');
op('v128.store', 'a b k', 'if (!storeVector(memory, b, S[a], k)) TRAP(17)');
op('memory.size', 'd', 'S[d] = mb >>> 16;');
/** The loop's views may be of this memory, also under another index: the driver grows it and enters again. */
op('memory.grow', 'd a k', 'TRAP(6)', true);

// ------------------------------------------------------------------------------------------------------------ globals

op('global.get32', 'd k', 'S[d] = G[k];');
op('global.set32', 'a k', 'G[k] = S[a];');
op('global.get64', 'd k', 'x = d; y = k; S[x] = G[y]; S[x + 1 | 0] = G[y + 1 | 0];');
op('global.set64', 'a k', 'x = a; y = k; G[y] = S[x]; G[y + 1 | 0] = S[x + 1 | 0];');
op('global.get32.add', 'd k l', 'S[d] = G[k] + l | 0;');

// -------------------------------------------------------------------------------------------------------------- calls
// Before a function's first op stand four words: its frame's size in S words, and the range of S words that hold
// its locals (to be zeroed), and its function index.

/** Calls the function with entry x; its frame starts z words above this one. */
const CALL = `if (sp > FRAME_WORDS || (fp2 + z + C[x - 4 | 0] | 0) > SLOT_WORDS) TRAP(8) FS[sp] = pc + SIZE | 0; FS[sp + 1 | 0] = z; sp = sp + 2 | 0; fp2 = fp2 + z | 0; fp = fp2 >>> 1; ENTER`;
const TAIL = `if ((fp2 + C[x - 4 | 0] | 0) > SLOT_WORDS) TRAP(8) ENTER`;

op('call', 'k l', `x = k; z = l; ${CALL}`, true);
/** Function k is not lowered yet: the driver lowers it and rewrites this op as `call`. */
op('call.lazy', 'k l', 'TRAP(2)', true);
op('call.import', 'k l', 'TRAP(3)', true);
/** k: a table, with the index in slot A; or -1, for a call of the reference in slot A. */
op('call.indirect', 'A k l m', `x = indirect(inst, A, k, l); if (x === 0) TRAP(4) z = m; ${CALL}`, true);
op('return', '', 'RETURN', true);
op('return32', 'a', 'S[fp2] = S[a]; RETURN', true);
op('return64', 'a', 'x = a; S[fp2] = S[x]; S[fp2 + 1 | 0] = S[x + 1 | 0]; RETURN', true);
op('return32.k', 'k', 'S[fp2] = k; RETURN', true);
/** Tail calls: the arguments have been moved to slots 0.. of this frame; k is the entry or the function index. */
op('tail.call', 'k', `x = k; ${TAIL}`, true);
op('tail.call.lazy', 'k', 'TRAP(2)', true);
op('tail.call.import', 'k', 'TRAP(3)', true);
op('tail.call.indirect', 'A k l', `x = indirect(inst, A, k, l); if (x === 0) TRAP(4) ${TAIL}`, true);

// --------------------------------------------------------------------------------------------------------- references
// Operations on references that are frequent. All others are `object` ops.

op('object', 'D A B C k l', 'x = OBJECT[k](D, A, B, C, l); if (x !== 0) { r = x; break quit; }');
op('global.getref', 'D k', 'R[D] = inst.globalRefs[k];');
op('br.ref.is_null', 'A t', 'if (R[A] === null) JUMP');
op('br.not.ref.is_null', 'A t', 'if (R[A] !== null) JUMP');
/** A negative k is the complement of a type that the reference must not have. */
op('br.ref.test', 'A k t', 'if (testRef(R[A], k)) JUMP');
op('struct.get32', 'd A k', 'so = R[A] as StructObject; if (so === null) TRAP(21) S[d] = so.fields[k] as number | 0;');
op('struct.getref', 'D A k', 'so = R[A] as StructObject; if (so === null) TRAP(21) R[D] = so.fields[k];');

// ------------------------------------------------------------------------------------------------------------- floats

for (const [type, S, D, A, B] of [
  ['f32', 'FF', 'd', 'a', 'b'],
  ['f64', 'F', 'D', 'A', 'B'],
] as const) {
  for (const [name, formula] of FLOAT_BINARY) {
    op(`${type}.${name}`, `${D} ${A} ${B}`, `${S}[${D}] = ${put(formula, `${S}[${A}]`, `${S}[${B}]`)};`);
  }
  for (const [name, formula] of FLOAT_COMPARE) {
    op(`${type}.${name}`, `d ${A} ${B}`, `S[d] = ${put(formula, `${S}[${A}]`, `${S}[${B}]`)} ? 1 : 0;`);
  }
  for (const [name, formula] of FLOAT_UNARY) {
    // Rounding a signalling f64 NaN may hand it on as it is; it has to come out quiet. Loading an f32 makes it quiet.
    const quiet = type === 'f64' && name !== 'sqrt' ? ` if (F[D] !== F[D]) quietNaN(D);` : '';
    op(`${type}.${name}`, `${D} ${A}`, `${S}[${D}] = ${put(formula, `${S}[${A}]`)};${quiet}`);
  }
  // Sign operations move bits.
  const high = type === 'f64' ? ' + 1 | 0' : '';
  const low = type === 'f64' ? 'S[x] = S[y]; ' : '';
  op(`${type}.abs`, 'd a', `x = d; y = a; ${low}S[x${high}] = S[y${high}] & 0x7fffffff;`);
  op(`${type}.neg`, 'd a', `x = d; y = a; ${low}S[x${high}] = S[y${high}] ^ -2147483648;`);
  op(
    `${type}.copysign`,
    'd a b',
    `x = d; y = a; z = S[b${high}]; ${low}S[x${high}] = S[y${high}] & 0x7fffffff | z & -2147483648;`,
  );
  op(`${type}.convert_i32_s`, `${D} a`, `${S}[${D}] = S[a];`);
  op(`${type}.convert_i32_u`, `${D} a`, `${S}[${D}] = S[a] >>> 0;`);
}
op('i32.trunc_f64_s', 'd A', 'SAVE S[d] = i32TruncS(F[A]);');
op('i32.trunc_f64_u', 'd A', 'SAVE S[d] = i32TruncU(F[A]);');
op('i32.trunc_sat_f64_s', 'd A', 'S[d] = i32TruncSatS(F[A]);');
op('f32.demote_f64', 'd A', 'FF[d] = F[A];');
op('f64.promote_f32', 'D a', 'F[D] = FF[a];');
op('f64.mul>add', 'D A B C', 'F[D] = F[A] * F[B] + F[C];');

// ---------------------------------------------------------------------------------------------------------------- i64

for (const [name, formula] of I64_BINARY) {
  op(`i64.${name}`, 'd a b', `${I64_OPERANDS} z = d; ${formula}`);
  op(`i64.${name}.k`, 'd a k l', `x = a; al = S[x]; ah = S[x + 1 | 0]; bl = k; bh = l; z = d; ${formula}`);
}
for (const [name, formula] of I64_SHIFT) {
  op(`i64.${name}`, 'd a b', `x = a; al = S[x]; ah = S[x + 1 | 0]; y = S[b] & 63; z = d; ${formula}`);
  op(`i64.${name}.k`, 'd a k', `x = a; al = S[x]; ah = S[x + 1 | 0]; y = k; z = d; ${formula}`);
}
for (const [name, formula] of I64_COMPARE) op(`i64.${name}`, 'd a b', `${I64_OPERANDS} S[d] = ${formula} ? 1 : 0;`);
op('i64.eqz', 'd a', 'x = a; S[d] = (S[x] | S[x + 1 | 0]) === 0 ? 1 : 0;');
op(
  'i64.clz',
  'd a',
  'x = a; y = S[x + 1 | 0]; x = y === 0 ? 32 + Math.clz32(S[x]) | 0 : Math.clz32(y); y = d; S[y] = x; S[y + 1 | 0] = 0;',
);
op(
  'i64.ctz',
  'd a',
  'x = a; y = S[x]; z = 31; if (y === 0) { y = S[x + 1 | 0]; z = y === 0 ? 96 : 63; } x = z - Math.clz32(y & -y) | 0; y = d; S[y] = x; S[y + 1 | 0] = 0;',
);
op('i64.extend_i32_s', 'd a', 'x = d; y = S[a]; S[x] = y; S[x + 1 | 0] = y >> 31;');
op('i64.extend_i32_u', 'd a', 'x = d; y = S[a]; S[x] = y; S[x + 1 | 0] = 0;');
op('i64.extend8_s', 'd a', 'x = d; y = S[a] << 24 >> 24; S[x] = y; S[x + 1 | 0] = y >> 31;');
op('i64.extend16_s', 'd a', 'x = d; y = S[a] << 16 >> 16; S[x] = y; S[x + 1 | 0] = y >> 31;');

// ------------------------------------------------------------------------------------------------- out of line, frame

/**
 * A rare instruction: function k of interpreter/out-of-line.ts, with its operands in consecutive slots from index n of
 * S on and its results in the same place, and two immediates l and m. It answers what it costs in fuel.
 */
op(
  'out',
  'k l m n',
  'SAVE fuel = fuel - OUT[k](inst, fp2 + n | 0, l, m) | 0; if (fuel < 0) { pc = pc + SIZE | 0; TRAP(0) }',
);
/** Instruction k of UNARY_NAMES and so on (out-names.ts) on slots; l is its lane. Functions: interpreter/rare.ts. */
op('unary', 'd a k l', 'SAVE UNARY[k](d, a, l);');
op('binary', 'd a b k l', 'SAVE BINARY[k](d, a, b, l);');
op('ternary', 'd a b c k', 'SAVE TERNARY[k](d, a, b, c);');
/** Access k of ACCESS_NAMES: address a, operands b and c, offset l, memory m, lane n. */
op('access', 'd a b c k l m n', 'SAVE ACCESS[k](inst, d, a, b, c, l, m, n);');
/** memory.atomic.wait: address a, expected b, time-out c, offset k, memory l; the driver does it. */
op('wait32', 'd a b c k l', 'TRAP(12)', true);
op('wait64', 'd a b c k l', 'TRAP(12)', true);
/** Makes room for k reference slots from the frame's first on. Emitted first in functions that have any. */
op('refs.enter', 'k', 'growRefs(fp + k | 0);');
/** Throws with tag l and its values k S words above the frame; the exception in slot k. interpreter/exceptions.ts. */
op('throw', 'k l', 'TRAP(10)', true);
op('throw_ref', 'k', 'TRAP(11)', true);
op('unreachable', '', 'TRAP(16)', true);
op('exit', '', 'TRAP(1)', true);
op('cross.return', '', 'TRAP(5)', true);
/** Traced code: instruction k (an index of the function's probe table) comes next. */
op('probe', 'k', 'pc = pc + SIZE | 0; TRAP(7)', true);
/** Slots beyond 32,767 are reached through these: k is the slot as an index of S. */
op('far.get', 'd k', 'x = d; y = fp2 + k | 0; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op('far.set', 'a k', 'x = fp2 + k | 0; y = a; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op('far.getref', 'D k', 'R[D] = R[fp + k | 0];');
op('far.setref', 'A k', 'R[fp + k | 0] = R[A];');

/** All ops; an op's number is its index. */
export const OPS: readonly Op[] = OPS_LIST;

export { isSlot, opNumber, opSize } from './op-table.ts';
