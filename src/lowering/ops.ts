// The internal op table: what lowered code is made of. One row per op: name, operands, formula.
// From it `npm run generate` writes the hot loop (interpreter/loops/switch.ts) and op-table.ts, the names and operands that
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
//   KF           f64 constants (constants.ts)
// and these endings:
//   NEXT         go on with the next op (written at the end of every formula unless it ends otherwise)
//   JUMP         a taken branch to t: costs one unit of fuel
//   UNALIGNED(n) go on at n behind the switch, with the address in p, a slot in x, a value in y
//   TRAP(name)   leave the loop for a reason (reasons.ts, whose number is put in), which includes traps
//   FAULT(n)     leave the loop, since n bytes are not all in memory 0: at address x, with the offset y
//   BRANCHED     go on at pc as after a taken branch
//   ENTER        go on at the function with entry x, whose frame begins at fp2: zero its locals
//   RETURN       go back to the caller
//   SAVE         store pc, fp2, sp and fuel in X, before a function that may throw is called
//   NAN          a float that was just computed for D or d, where it is a NaN, becomes the canonical NaN: its bits are
//                written as words, since JavaScript leaves it to its engine what bits a NaN has that is stored as a
//                number, and V8's Math.min gives other ones than any operand has. Behind every function and conversion
//                that can give a NaN. Not behind + - * /, which are one instruction of the processor: it hands an
//                operand's NaN on, made quiet, and gives a canonical one where it makes one (IEEE 754), and a check
//                costs mandel 5 %. tests/engine/nan-bits.test.ts watches them, hot, in each host

import { BRANCHES } from './ops/branches.ts';
import { I32 } from './ops/i32.ts';
import { MOVES } from './ops/moves.ts';
import type { Op } from './ops/rows.ts';
import { REASON } from '../runtime/reasons.ts';

/** A row as text: what has not become parts yet. */
export interface TextOp {
  readonly name: string;
  /** Operand letters in order, e.g. `dab`, `Dak`. */
  readonly operands: string;
  readonly formula: string;
  /** The same without what only a JIT likes: what the loop of closures is made from. */
  readonly plain: string;
  /** Control never falls through to the next op. */
  readonly ends: boolean;
}

const OPS_LIST: (Op | TextOp)[] = [];

function op(name: string, operands: string, formula: string, ends = false, plain = formula): void {
  OPS_LIST.push({
    name,
    operands: operands.replace(/ /g, ''),
    formula: numbered(formula),
    plain: numbered(plain),
    ends,
  });
}

/** Reasons as the loops want them: by number. */
function numbered(formula: string): string {
  return formula.replace(/\bTRAP\((\w+)\)/g, (_, reason: string) => {
    if (!(reason in REASON)) throw new Error(`no reason ${reason}`);
    return `TRAP(${REASON[reason as keyof typeof REASON]})`;
  });
}

type Table = readonly (readonly [name: string, formula: string])[];

/** Puts expressions for A and B into a formula. */
function put(formula: string, a: string, b = ''): string {
  return formula.replace(/\b[AB]\b/g, (letter) => (letter === 'A' ? a : b));
}

// ---------------------------------------------------------------------------------------------------------- formulas

// biome-ignore format: a table
const FLOAT_COMPARE: Table = [
  ['eq', 'A === B'],
  ['ne', 'A !== B'],
  ['lt', 'A < B'],
  ['le', 'A <= B'],
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
  ['add', 'x = al + bl | 0; S[z] = x; S[z + 1 | 0] = ah + bh + ((al & bl | (al | bl) & ~x) >>> 31) | 0;'],
  ['sub', 'x = al - bl | 0; S[z] = x; S[z + 1 | 0] = ah - bh - ((~al & bl | (~al | bl) & x) >>> 31) | 0;'],
  ['and', 'S[z] = al & bl; S[z + 1 | 0] = ah & bh;'],
  ['or',  'S[z] = al | bl; S[z + 1 | 0] = ah | bh;'],
  ['xor', 'S[z] = al ^ bl; S[z + 1 | 0] = ah ^ bh;'],
  ['mul', `x = Math.imul(al >>> 16, bl & 65535) + (Math.imul(al & 65535, bl & 65535) >>> 16) | 0; y = Math.imul(al & 65535, bl >>> 16) + (x & 65535) | 0; S[z + 1 | 0] = Math.imul(al >>> 16, bl >>> 16) + (x >>> 16) + (y >>> 16) + Math.imul(al, bh) + Math.imul(ah, bl) | 0; S[z] = Math.imul(al, bl);`],
];

// i64 by a shift count in y (0 to 63).
// biome-ignore format: a table
const I64_SHIFT: Table = [
  ['shl',   'if (y < 32) { S[z] = al << y; S[z + 1 | 0] = ah << y | al >>> 1 >>> ~y; } else { S[z] = 0; S[z + 1 | 0] = al << y; }'],
  ['shr_s', 'if (y < 32) { S[z] = al >>> y | ah << 1 << ~y; S[z + 1 | 0] = ah >> y; } else { S[z] = ah >> y; S[z + 1 | 0] = ah >> 31; }'],
  ['shr_u', 'if (y < 32) { S[z] = al >>> y | ah << 1 << ~y; S[z + 1 | 0] = ah >>> y; } else { S[z] = ah >>> y; S[z + 1 | 0] = 0; }'],
  ['rotl',  'if (y >= 32) { x = al; al = ah; ah = x; } S[z] = al << y | ah >>> 1 >>> ~y; S[z + 1 | 0] = ah << y | al >>> 1 >>> ~y;'],
  ['rotr',  'if (y >= 32) { x = al; al = ah; ah = x; } S[z] = al >>> y | ah << 1 << ~y; S[z + 1 | 0] = ah >>> y | al << 1 << ~y;'],
];

// biome-ignore format: a table
const I64_COMPARE: Table = [
  ['eq',   'al === bl && ah === bh'],
  ['ne',   'al !== bl || ah !== bh'],
  ['lt_s', 'ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)'],
  ['lt_u', '(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)'],
  ['ge_s', 'ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)'],
  ['ge_u', '(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)'],
];

const I64_OPERANDS = 'x = a; y = b; al = S[x]; ah = S[x + 1 | 0]; bl = S[y]; bh = S[y + 1 | 0];';

for (const one of [MOVES, I32, BRANCHES].flat()) OPS_LIST.push(one);

// ------------------------------------------------------------------------------------------------------------- memory
// Fast forms: memory 0, 32-bit addresses, and offset + size within the memory's declared minimum, so that
// `mb - offset - size` cannot wrap. Everything else is an `out` op.

/**
 * Checks `x + k` (an unsigned 32-bit address and an immediate offset) for `size` bytes; leaves the index in p. Where another
 * thread has let the memory grow, the op is made again: it has written nothing before that it reads (ops.test.ts).
 */
const check = (size: number, offset = 'k'): string =>
  `y = ${offset}; if ((x >>> 0) > (mb - y - ${size} >>> 0)) FAULT(${size}) p = x + y | 0;`;

/** What a load gives as an expression; unaligned ones call. */
// biome-ignore format: a table
const LOAD: readonly (readonly [name: string, size: number, value: string])[] = [
  ['i32.load',     4, '((p & 3) === 0 ? M32[p >>> 2] : load32(M8, p))'],
  ['i32.load8_s',  1, '(M8[p] << 24 >> 24)'],
  ['i32.load8_u',  1, 'M8[p]'],
  ['i32.load16_s', 2, '(((p & 1) === 0 ? M16[p >>> 1] : M8[p] | M8[p + 1 | 0] << 8) << 16 >> 16)'],
  ['i32.load16_u', 2, '((p & 1) === 0 ? M16[p >>> 1] : M8[p] | M8[p + 1 | 0] << 8)'],
];
const [[, , LOAD32]] = LOAD;
const STORE16 = (v: string): string =>
  `if ((p & 1) === 0) M16[p >>> 1] = ${v}; else { y = ${v}; M8[p] = y; M8[p + 1 | 0] = y >> 8; }`;

/** How an address is made, as part of an op's name; its slots, its immediates beside the offset k, and its formula. */
// biome-ignore format: a table
const ADDRESS: Readonly<Record<string, readonly [slots: string, immediates: string, formula: string]>> = {
  '':           ['a',  '',   'x = S[a];'],
  '.add':       ['ac', '',   'x = S[a] + S[c] | 0;'],
  '.add.k':     ['a',  'l',  'x = S[a] + l | 0;'],
  '.shl.add':   ['ac', 'l',  'x = (S[a] << l) + S[c] | 0;'],
  '.shl.add.k': ['a',  'lm', 'x = (S[a] << l) + m | 0;'],
  '.k':         ['',   'l',  'x = l;'],
};

/**
 * Loads to a slot d, or stores of a slot b; with the forms of address that they have, and those for a value that is an
 * immediate n (`=k`).
 */
function accesses(
  name: string,
  size: number,
  formula: string,
  forms: readonly string[],
  constForms: readonly string[] = [],
  plain = formula,
): void {
  const stores = name.includes('store');
  for (const form of forms) {
    const [slots, immediates, address] = ADDRESS[form];
    const operands = stores ? `${slots} b k ${immediates}` : `d ${slots} k ${immediates}`;
    const before = `${address} ${check(size)}`;
    op(`${name}${form}`, operands, `${before} ${formula}`, false, `${before} ${plain}`);
  }
  for (const form of constForms) {
    const [slots, immediates, address] = ADDRESS[form];
    const before = `${address} ${check(size)}`;
    const [stored, plainly] = [formula, plain].map((text) => text.replace(/S\[b\]/g, 'n'));
    op(`${name}${form}=k`, `${slots} k ${immediates} n`, `${before} ${stored}`, false, `${before} ${plainly}`);
  }
}

// Words that are not aligned go on behind the switch, where one piece of code serves all forms; without a call, since
// one that is ever made costs the whole loop its registers.
const ALIGNED = 'if ((p & 3) === 0)';
accesses(
  'i32.load',
  4,
  `x = d; ${ALIGNED} S[x] = M32[p >>> 2]; else UNALIGNED(load32)`,
  ['', '.add', '.add.k', '.shl.add', '.shl.add.k', '.k'],
  [],
  `S[d] = ${LOAD32};`,
);
accesses(
  'i32.store',
  4,
  `y = S[b]; ${ALIGNED} M32[p >>> 2] = y; else UNALIGNED(store32)`,
  ['', '.add', '.add.k', '.shl.add', '.k'],
  ['', '.add.k'],
  `${ALIGNED} M32[p >>> 2] = S[b]; else store32(M8, p, S[b]);`,
);
accesses(
  'i64.load',
  8,
  `x = d; ${ALIGNED} { p = p >>> 2; S[x] = M32[p]; S[x + 1 | 0] = M32[p + 1 | 0]; } else UNALIGNED(load64)`,
  ['', '.add', '.add.k', '.shl.add'],
  [],
  `x = d; ${ALIGNED} { p = p >>> 2; S[x] = M32[p]; S[x + 1 | 0] = M32[p + 1 | 0]; } else { S[x] = load32(M8, p); S[x + 1 | 0] = load32(M8, p + 4 | 0); }`,
);
accesses(
  'i64.store',
  8,
  `x = b; ${ALIGNED} { p = p >>> 2; M32[p] = S[x]; M32[p + 1 | 0] = S[x + 1 | 0]; } else UNALIGNED(store64)`,
  ['', '.add', '.add.k'],
  [],
  `x = b; ${ALIGNED} { p = p >>> 2; M32[p] = S[x]; M32[p + 1 | 0] = S[x + 1 | 0]; } else { store32(M8, p, S[x]); store32(M8, p + 4 | 0, S[x + 1 | 0]); }`,
);
accesses('i32.load8_s', 1, `S[d] = ${LOAD[1][2]};`, ['', '.add.k']);
accesses('i32.load8_u', 1, `S[d] = ${LOAD[2][2]};`, ['', '.add', '.add.k', '.k']);
accesses('i32.load16_s', 2, `S[d] = ${LOAD[3][2]};`, ['', '.add']);
accesses('i32.load16_u', 2, `S[d] = ${LOAD[4][2]};`, ['', '.add', '.add.k', '.shl.add']);
accesses('i32.store8', 1, 'M8[p] = S[b];', ['', '.add', '.add.k'], ['', '.add', '.add.k']);
accesses('i32.store16', 2, STORE16('S[b]'), ['', '.add', '.add.k'], ['']);

op('i32.load>add.k', 'd a k l', `x = S[a]; ${check(4)} S[d] = ${LOAD32} + l | 0;`);
/** A list that is walked: the pointer moves on, and what it was is kept. */
op('copy32,i32.load', 'd a e b k', `S[d] = S[a]; x = S[b]; ${check(4)} S[e] = ${LOAD32};`);
/** Multiply and accumulate, of 16-bit samples. */
op(
  'i32.load16_s*load16_s>add',
  'd a b c k l',
  `x = S[a]; ${check(2)} z = ${LOAD[3][2]}; x = S[b]; ${check(2, 'l')} S[d] = Math.imul(z, ${LOAD[3][2]}) + S[c] | 0;`,
);
/** The address is kept: a pointer that walks. */
op('i32.load,tee.add.k', 'd e a k l', `x = S[a] + l | 0; ${check(4)} S[e] = p - k | 0; S[d] = ${LOAD32};`);
// The address of a load is itself loaded, with offset k; l is the offset of the outer one.
for (const [name, size, value] of LOAD) {
  if (!['i32.load', 'i32.load8_u'].includes(name)) continue;
  op(`i32.load>${name}`, 'd a k l', `x = S[a]; ${check(4)} x = ${LOAD32}; ${check(size, 'l')} S[d] = ${value};`);
}
/** Loads that a branch on zero or not zero takes in; `tee` keeps what was loaded. */
const BRANCH_LOADS: readonly string[] = ['i32.load', 'i32.load8_u'];
for (const [name, size, value] of LOAD) {
  if (!BRANCH_LOADS.includes(name)) continue;
  op(`br_if.${name}`, 'a k t', `x = S[a]; ${check(size)} if (${value} !== 0) JUMP`);
  op(`br_unless.${name}`, 'a k t', `x = S[a]; ${check(size)} if (${value} === 0) JUMP`);
  op(`br_if.tee.${name}`, 'd a k t', `x = S[a]; ${check(size)} z = ${value}; S[d] = z; if (z !== 0) JUMP`);
  op(`br_unless.tee.${name}`, 'd a k t', `x = S[a]; ${check(size)} z = ${value}; S[d] = z; if (z === 0) JUMP`);
}
/** From memory to memory: the value at address b, offset l, goes to address a, offset k. */
op(
  'i32.load>store',
  'a b k l',
  `x = S[b]; ${check(4, 'l')} z = ${LOAD32}; x = S[a]; ${check(4)} if ((p & 3) === 0) M32[p >>> 2] = z; else store32(M8, p, z);`,
);
for (const name of ['i64.load8_u', 'i64.load32_s', 'i64.load32_u']) {
  const [, size, value] = LOAD[name === 'i64.load8_u' ? 2 : 0];
  const high = name.endsWith('_s') ? 'z >> 31' : '0';
  op(name, 'd a k', `x = S[a]; ${check(size)} z = ${value}; x = d; S[x] = z; S[x + 1 | 0] = ${high};`);
}
// The functions check, which keeps these short.
op('v128.load', 'd a k', 'x = S[a]; y = k; if (!loadVector(memory, d, x, y)) FAULT(16)');
op('v128.load.add.k', 'd a k l', 'x = S[a] + l | 0; y = k; if (!loadVector(memory, d, x, y)) FAULT(16)');
op('v128.store', 'a b k', 'x = S[a]; y = k; if (!storeVector(memory, b, x, y)) FAULT(16)');
op('memory.size', 'd', 'S[d] = mb >>> 16;');
/** The loop's views may be of this memory, also under another index: the driver grows it and enters again. */
op('memory.grow', 'd a k', 'TRAP(grow)', true);

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
const CALL = `if (sp > FRAME_WORDS || (fp2 + z + C[x - 4 | 0] | 0) > SLOT_WORDS) TRAP(exhausted) FS[sp] = pc + SIZE | 0; FS[sp + 1 | 0] = z; sp = sp + 2 | 0; fp2 = fp2 + z | 0; fp = fp2 >>> 1; ENTER`;
const TAIL = `if ((fp2 + C[x - 4 | 0] | 0) > SLOT_WORDS) TRAP(exhausted) ENTER`;

op('call', 'k l', `x = k; z = l; ${CALL}`, true);
/** Function k is not lowered yet: the driver lowers it and rewrites this op as `call`. */
op('call.lazy', 'k l', 'TRAP(lower)', true);
op('call.import', 'k l', 'TRAP(callImport)', true);
/**
 * k: a table, with the index in slot A; or -1, for a call of the reference in slot A. Done here when it is a lowered
 * function of this instance and of just the type l.
 */
op(
  'call.indirect',
  'A k l m',
  `if (k < 0) x = indirect(inst, A, k, l); else { elems = inst.tables[k].cells; x = S[A << 1]; if ((x >>> 0) >= elems.length) TRAP(callIndirect) func = elems[x] as Func; if (func === null || func.canon !== l || func.instance !== inst) TRAP(callIndirect) x = inst.unit.entries[func.index]; } if (x === 0) TRAP(callIndirect) z = m; ${CALL}`,
  true,
  `x = indirect(inst, A, k, l); if (x === 0) TRAP(callIndirect) z = m; ${CALL}`,
);
op('return', '', 'RETURN', true);
op('return32', 'a', 'S[fp2] = S[a]; RETURN', true);
op('return64', 'a', 'x = a; S[fp2] = S[x]; S[fp2 + 1 | 0] = S[x + 1 | 0]; RETURN', true);
op('return32.k', 'k', 'S[fp2] = k; RETURN', true);
/** Tail calls: the arguments have been moved to slots 0.. of this frame; k is the entry or the function index. */
op('tail.call', 'k', `x = k; ${TAIL}`, true);
op('tail.call.lazy', 'k', 'TRAP(lower)', true);
op('tail.call.import', 'k', 'TRAP(callImport)', true);
op('tail.call.indirect', 'A k l', `x = indirect(inst, A, k, l); if (x === 0) TRAP(callIndirect) ${TAIL}`, true);

// --------------------------------------------------------------------------------------------------------- references
// Operations on references that are frequent. All others are `object` ops.

op('object', 'D A B C k l', 'x = OBJECT[k](D, A, B, C, l, inst); if (x !== 0) { r = x; break quit; }');
op('global.getref', 'D k', 'R[D] = inst.globalRefs[k];');
op('br.ref.is_null', 'A t', 'if (R[A] === null) JUMP');
op('br.not.ref.is_null', 'A t', 'if (R[A] !== null) JUMP');
/** A negative k is the complement of a type that the reference must not have. */
op('br.ref.test', 'A k t', 'if (testRef(R[A], k, inst)) JUMP');
op(
  'struct.get32',
  'd A k',
  'so = R[A] as StructObject; if (so === null) TRAP(nullStruct) S[d] = so.fields[k] as number | 0;',
);
op('struct.getref', 'D A k', 'so = R[A] as StructObject; if (so === null) TRAP(nullStruct) R[D] = so.fields[k];');

// ------------------------------------------------------------------------------------------------------------- floats

for (const [type, S, D, A, B] of [
  ['f32', 'FF', 'd', 'a', 'b'],
  ['f64', 'F', 'D', 'A', 'B'],
] as const) {
  for (const [name, formula] of FLOAT_BINARY) {
    const nan = formula.startsWith('Math.') ? ' NAN' : '';
    op(`${type}.${name}`, `${D} ${A} ${B}`, `${S}[${D}] = ${put(formula, `${S}[${A}]`, `${S}[${B}]`)};${nan}`);
  }
  for (const [name, formula] of FLOAT_COMPARE) {
    op(`${type}.${name}`, `d ${A} ${B}`, `S[d] = ${put(formula, `${S}[${A}]`, `${S}[${B}]`)} ? 1 : 0;`);
  }
  for (const [name, formula] of FLOAT_UNARY) {
    op(`${type}.${name}`, `${D} ${A}`, `${S}[${D}] = ${put(formula, `${S}[${A}]`)}; NAN`);
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
op(
  'i32.trunc_f64_s',
  'd A',
  'if (F[A] > -2147483649 && F[A] < 2147483648) S[d] = F[A] | 0; else { SAVE S[d] = i32TruncS(F[A]); }',
  false,
  'SAVE S[d] = i32TruncS(F[A]);',
);
op(
  'i32.trunc_f64_u',
  'd A',
  'if (F[A] > -1 && F[A] < 4294967296) S[d] = F[A] | 0; else { SAVE S[d] = i32TruncU(F[A]); }',
  false,
  'SAVE S[d] = i32TruncU(F[A]);',
);
op(
  'i32.trunc_sat_f64_s',
  'd A',
  'if (F[A] > -2147483649 && F[A] < 2147483648) S[d] = F[A] | 0; else S[d] = i32TruncSatS(F[A]);',
  false,
  'S[d] = i32TruncSatS(F[A]);',
);
op('f32.demote_f64', 'd A', 'FF[d] = F[A]; NAN');
op('f64.promote_f32', 'D a', 'F[D] = FF[a]; NAN');
op('f64.mul>add', 'D A B C', 'F[D] = F[A] * F[B] + F[C];');
op('f64.mul>sub', 'D A B C', 'F[D] = F[A] * F[B] - F[C];');
op('f64.sub<mul', 'D A B C', 'F[D] = F[A] - F[B] * F[C];');
// With element k of the pool of constants.
for (const [name, formula] of FLOAT_BINARY.slice(0, 4)) {
  op(`f64.${name}.k`, 'D A k', `F[D] = ${put(formula, 'F[A]', 'KF[k]')};`);
}
for (const [name, formula] of [...FLOAT_COMPARE, ['gt', 'A > B'], ['ge', 'A >= B']] as const) {
  const condition = put(formula, 'F[A]', 'KF[k]');
  op(`f64.${name}.k`, 'd A k', `S[d] = ${condition} ? 1 : 0;`);
  op(`br.f64.${name}.k`, 'A k t', `if (${condition}) JUMP`);
  op(`br.not.f64.${name}.k`, 'A k t', `if (!(${condition})) JUMP`);
}

// ---------------------------------------------------------------------------------------------------------------- i64

for (const [name, formula] of I64_BINARY) {
  op(`i64.${name}`, 'd a b', `${I64_OPERANDS} z = d; ${formula}`);
  // Less a constant is plus its negative.
  if (name !== 'sub')
    op(`i64.${name}.k`, 'd a k l', `x = a; al = S[x]; ah = S[x + 1 | 0]; bl = k; bh = l; z = d; ${formula}`);
}
for (const [name, formula] of I64_SHIFT) {
  op(`i64.${name}`, 'd a b', `x = a; al = S[x]; ah = S[x + 1 | 0]; y = S[b] & 63; z = d; ${formula}`);
  if (name !== 'rotr') op(`i64.${name}.k`, 'd a k', `x = a; al = S[x]; ah = S[x + 1 | 0]; y = k; z = d; ${formula}`);
}
for (const [name, formula] of I64_COMPARE) op(`i64.${name}`, 'd a b', `${I64_OPERANDS} S[d] = ${formula} ? 1 : 0;`);
// Two operations: the inner one leaves its result in al ah. `.k` marks a shift count that is an immediate.
const I64_IN_PLACE: Readonly<Record<string, string>> = {
  xor: 'al = al ^ bl; ah = ah ^ bh;',
  add: 'x = al + bl | 0; ah = ah + bh + ((al & bl | (al | bl) & ~x) >>> 31) | 0; al = x;',
  'shl.k': 'if (y < 32) { ah = ah << y | al >>> 1 >>> ~y; al = al << y; } else { ah = al << y; al = 0; }',
  'shr_u.k': 'if (y < 32) { al = al >>> y | ah << 1 << ~y; ah = ah >>> y; } else { al = ah >>> y | 0; ah = 0; }',
  'rotl.k':
    'if (y >= 32) { x = al; al = ah; ah = x; } x = al << y | ah >>> 1 >>> ~y; ah = ah << y | al >>> 1 >>> ~y; al = x;',
};
const I64_PAIRS: readonly (readonly [inner: string, outer: string])[] = [
  ['xor', 'rotl.k'],
  ['shl.k', 'xor'],
  ['shr_u.k', 'xor'],
  ['rotl.k', 'xor'],
  ['add', 'add'],
];
const I64_FORMULA = new Map([...I64_BINARY, ...I64_SHIFT]);
for (const [inner, outer] of I64_PAIRS) {
  const innerConst = inner.endsWith('.k');
  const outerConst = outer.endsWith('.k');
  const operands = `d a ${innerConst ? '' : 'b'} ${outerConst ? '' : 'c'} ${innerConst ? 'k' : ''} ${outerConst ? 'l' : ''}`;
  const first = innerConst ? 'y = k;' : 'y = b; bl = S[y]; bh = S[y + 1 | 0];';
  const second = outerConst ? 'y = l;' : 'y = c; bl = S[y]; bh = S[y + 1 | 0];';
  const result = I64_FORMULA.get(outer.replace('.k', '')) ?? '';
  op(
    `i64.${inner}>${outer}`,
    operands,
    `x = a; al = S[x]; ah = S[x + 1 | 0]; ${first} ${I64_IN_PLACE[inner]} ${second} z = d; ${result}`,
  );
}
op('i64.not>and', 'd a b', 'x = a; y = b; z = d; S[z] = ~S[x] & S[y]; S[z + 1 | 0] = ~S[x + 1 | 0] & S[y + 1 | 0];');
op('i64.eqz', 'd a', 'x = a; S[d] = (S[x] | S[x + 1 | 0]) === 0 ? 1 : 0;');
op(
  'i64.clz',
  'd a',
  'x = a; y = S[x + 1 | 0]; x = y === 0 ? 32 + Math.clz32(S[x]) | 0 : Math.clz32(y); y = d; S[y] = x; S[y + 1 | 0] = 0;',
);
op(
  'i64.ctz',
  'd a',
  'x = a; y = S[x]; z = 31; if (y === 0) { y = S[x + 1 | 0]; z = y === 0 ? 96 : 63; } x = z - Math.clz32(y & 0 - y) | 0; y = d; S[y] = x; S[y + 1 | 0] = 0;',
);
op('i64.extend_i32_s', 'd a', 'x = d; y = S[a]; S[x] = y; S[x + 1 | 0] = y >> 31;');
op('i64.extend_i32_u', 'd a', 'x = d; y = S[a]; S[x] = y; S[x + 1 | 0] = 0;');
op('i64.extend8_s', 'd a', 'x = d; y = S[a] << 24 >> 24; S[x] = y; S[x + 1 | 0] = y >> 31;');
op('i64.extend16_s', 'd a', 'x = d; y = S[a] << 16 >> 16; S[x] = y; S[x + 1 | 0] = y >> 31;');

// ------------------------------------------------------------------------------------------------- out of line, frame

/**
 * A rare instruction: function k of interpreter/ops/out-of-line.ts, with its operands in consecutive slots from index n of
 * S on and its results in the same place, and two immediates l and m. It answers what it costs in fuel, which is
 * negative where the op is to be made again: pieces.ts.
 */
op(
  'out',
  'k l m n',
  'SAVE x = OUT[k](inst, fp2 + n | 0, l, m); if (x !== 0) { if (x > 0) pc = pc + SIZE | 0; else x = 0 - x | 0; fuel = fuel - x | 0; if (fuel < 0) TRAP(quantum) continue; }',
  false,
  'SAVE x = OUT[k](inst, fp2 + n, l, m); while (x < 0) { fuel = fuel + x; if (fuel < 0) TRAP(quantum) x = OUT[k](inst, fp2 + n, l, m); } fuel = fuel - x; if (fuel < 0) { pc = pc + SIZE | 0; TRAP(quantum) }',
);
/** Instruction k of UNARY_NAMES and so on (out-names.ts) on slots; l is its lane. Functions: interpreter/ops/rare.ts. */
op('unary', 'd a k l', 'SAVE UNARY[k](d, a, l);');
op('binary', 'd a b k l', 'SAVE BINARY[k](d, a, b, l);');
op('ternary', 'd a b c k', 'SAVE TERNARY[k](d, a, b, c);');
/** Access k of ACCESS_NAMES: address a, operands b and c, offset l, memory m, lane n. */
op('access', 'd a b c k l m n', 'SAVE ACCESS[k](inst, d, a, b, c, l, m, n);');
/** memory.atomic.wait: address a, expected b, time-out c, offset k, memory l; the driver does it. */
op('wait32', 'd a b c k l', 'TRAP(wait)', true);
op('wait64', 'd a b c k l', 'TRAP(wait)', true);
/** k units of fuel, for the straight-line code behind it (charges.ts). */
op('charge', 'k', 'fuel = fuel - k | 0; if (fuel < 0) { pc = pc + SIZE | 0; TRAP(quantum) }');
/** Makes room for k reference slots from the frame's first on. Emitted first in functions that have any. */
op('refs.enter', 'k', 'growRefs(fp + k | 0);');
/** Throws with tag l and its values k S words above the frame; the exception in slot k. interpreter/threads/exceptions.ts. */
op('throw', 'k l', 'TRAP(throw)', true);
op('throw_ref', 'k', 'TRAP(throwRef)', true);
op('unreachable', '', 'TRAP(unreachable)', true);
op('exit', '', 'TRAP(done)', true);
op('cross.return', '', 'TRAP(crossReturn)', true);
/** Where a function begins that the running instance has not paid for: interpreter/code/first-calls.ts. */
op('unpaid', '', 'TRAP(unpaid)', true);
/** Traced code: instruction k (an index of the function's probe table) comes next. */
op('probe', 'k', 'pc = pc + SIZE | 0; TRAP(probe)', true);
/** Slots beyond 32,767 are reached through these: k is the slot as an index of S. */
op('far.get', 'd k', 'x = d; y = fp2 + k | 0; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op('far.set', 'a k', 'x = fp2 + k | 0; y = a; S[x] = S[y]; S[x + 1 | 0] = S[y + 1 | 0];');
op('far.getref', 'D k', 'R[D] = R[fp + k | 0];');
op('far.setref', 'A k', 'R[fp + k | 0] = R[A];');

/** All ops; an op's number is its index. */
export const OPS: readonly (Op | TextOp)[] = OPS_LIST;

export { isSlot, opNumber, opSize } from './op-table.ts';
