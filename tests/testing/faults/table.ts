// Faults that are seeded into a copy of the interpreter, one at a time, to see whether generated modules find them.
// Each replaces one text in one source file; the text has to be there exactly once (faults.test.ts checks). Where the op
// table or its generator is changed, the loop is generated again.

export interface Fault {
  readonly name: string;
  /** Below src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Who judges: the host's engine, or (for what Node 20 lacks) our own without the fault. */
  readonly against: 'native' | 'ours';
}

const FORMULAS = 'lowering/ops/formulas.ts';
const I32 = 'lowering/ops/i32.ts';
const I64 = 'lowering/ops/i64.ts';
const I64_FORMULAS = 'lowering/ops/formulas-i64.ts';
const BRANCHES = 'lowering/ops/branches.ts';
const CONTROL = 'trees/arms/control.ts';
const OUT_OF_LINE = 'interpreter/ops/out-of-line.ts';
const CONVERT = 'interpreter/ops/numeric/convert.ts';

function fault(name: string, file: string, find: string, replace: string, against: Fault['against'] = 'native'): Fault {
  return { name, file, find, replace, against };
}

const OPS_FAULTS: readonly Fault[] = [
  fault('i32.shr_u shifts the sign in', FORMULAS, `>>> \${b} | 0\``, `>> \${b}\``),
  fault('i64 shift counts are taken modulo 32', I64, '} & 63`', '} & 31`'),
  fault(
    'i64.add carries only from two halves with their highest bit set',
    I64_FORMULAS,
    '((al & bl | (al | bl) & ~x) >>> 31)',
    '((al & bl) >>> 31)',
  ),
  fault('i64.sub loses the borrow', I64_FORMULAS, ` - \${BORROW} | 0`, ' | 0'),
  fault('i64.rotl by 32 does not exchange halves', I64_FORMULAS, `when('y >= 32',`, `when('y > 32',`),
  fault(
    'i64.lt_u compares high halves as signed',
    I64_FORMULAS,
    `lt_u: '(ah >>> 0) < (bh >>> 0) ||`,
    `lt_u: 'ah < bh ||`,
  ),
  fault(
    'i32.div_s of the smallest by -1 does not trap',
    I32,
    `    check('y === -1 && x === -2147483648', 'integerOverflow'),\n`,
    '',
  ),
  fault(
    'i32.rem_u by zero is not checked',
    I32,
    "value('i32.rem_u', 'd a b', set('y', b), divisorIsZero,",
    "value('i32.rem_u', 'd a b', set('y', b),",
  ),
  fault('i32.ctz of zero is 31', I32, `choose('x === 0', '32',`, `choose('x === 0', '31',`),
  fault(
    'i64.extend_i32_u leaves the upper half as it was',
    I64,
    `extended(set('y', a), '0')`,
    `[hold(toX), put(toX.low, a)]`,
  ),
  fault('i64.extend8_s extends from bit 15', I64, ' << 24 >> 24', ' << 16 >> 16'),
  fault('loads of 16 bits are zero-extended', 'lowering/ops/memory.ts', ' << 16 >> 16)`', ')`'),
  fault(
    'memory bounds are one byte too far',
    'interpreter/loops/switch-target.ts',
    `mb - y - \${size} >>> 0`,
    `mb - y - \${size - 1} >>> 0`,
  ),
  fault(
    'unaligned i64.store writes the lower half twice',
    'interpreter/loops/generate-switch.ts',
    'y = S[x + 1 | 0];',
    'y = S[x];',
  ),
  fault('br_table beyond its labels takes the first', BRANCHES, `set('x', 'y')`, `set('x', '0')`),
  fault(
    'select of 64 bits takes its first operand for 1 only',
    'lowering/ops/moves.ts',
    `set('y', choose(isNotZero(c), place(a), place(b)))`,
    `set('y', choose({ ...c, text: (t) => c.text(t) + ' === 1' }, place(a), place(b)))`,
  ),
  fault(
    'min of zeros looks at no sign',
    FORMULAS,
    `math('min', a, b)`,
    `op\`\${a} !== \${a} || \${b} !== \${b} ? NaN : \${a} < \${b} ? \${a} : \${b}\``,
  ),
  fault(
    'copysign keeps a sign that is set',
    'lowering/ops/floats.ts',
    '& 0x7fffffff | z & -2147483648',
    '| z & -2147483648',
  ),
  fault(
    'branches on float comparisons that fail take NaN for success',
    'lowering/ops/fuse.ts',
    'negated ? not(partOf(tree)) : partOf(tree)',
    `negated && tree.word !== 'f64.lt' ? not(partOf(tree)) : partOf(negated ? { ...tree, word: 'f64.ge' } : tree)`,
  ),
  fault(
    'global.set of 64 bits writes the lower half only',
    'lowering/ops/globals.ts',
    'put(low, from.low), put(high, from.high)',
    'put(low, from.low)',
  ),
  fault(
    'locals are not zeroed',
    'interpreter/loops/generate-switch.ts',
    'else while (y < z) { S[y] = 0; y = y + 1 | 0; }',
    '',
  ),
];

const NUMERIC_FAULTS: readonly Fault[] = [
  fault(
    'nearest rounds ties up',
    'interpreter/ops/numeric/f64.ts',
    'x < TWO_52 ? x + TWO_52 - TWO_52 : x',
    'Math.floor(x + 0.5)',
  ),
  fault(
    'i32.trunc of NaN is 0',
    CONVERT,
    'if (!(x > -TWO_31 - 1 && x < TWO_31))',
    'if (x <= -TWO_31 - 1 || x >= TWO_31)',
  ),
  fault(
    'i32.trunc_sat_u saturates above 2^32 only',
    CONVERT,
    'if (x >= TWO_32) return -1;',
    'if (x > TWO_32) return -1;',
  ),
  fault(
    'f32.convert_i64_u takes the sign bit for a sign',
    CONVERT,
    'Math.fround((hi >>> 0) * TWO_32',
    'Math.fround(hi * TWO_32',
  ),
  fault(
    'i64.rem_s has the sign of the divisor',
    'interpreter/ops/numeric/i64.ts',
    'store(S, d, rlo, rhi, ahi < 0);',
    'store(S, d, rlo, rhi, bhi < 0);',
  ),
];

const LOWERING_FAULTS: readonly Fault[] = [
  fault('the inverse of gt_u is lt_u', 'lowering/select-rules.ts', `gt_u: 'le_u', le_u:`, `gt_u: 'lt_u', le_u:`),
  fault('a local is read after it was set again', 'trees/arms/variable.ts', 'operands.flushReaders(slot);', ''),
  fault(
    'loads move behind stores',
    'trees/operands.ts',
    'this.flushEffects(TRAPS | READS);',
    'this.flushEffects(TRAPS);',
  ),
  fault(
    'a branch leaves values of the block below its own',
    CONTROL,
    'return count === 0 || b.operands.height === frame.height + count;',
    'return true;',
  ),
  fault(
    'a value that is dropped does not trap',
    'trees/arms/parametric.ts',
    'if ((value.effects & TRAPS) === 0) return;',
    'return;',
  ),
  fault('arguments of a tail call are not moved', CONTROL, 'if (tail) moveDown(b, type.params);', ''),
];

const RUNTIME_FAULTS: readonly Fault[] = [
  fault('call_indirect does not check the type', 'interpreter/state/loop-support.ts', 'func.canon !== canon || ', ''),
  fault(
    'table.set may write one past the end',
    OUT_OF_LINE,
    'if (i >= elements.size) throw elementTrap(type, at, elements.size);\n    elements.write(',
    'if (i > elements.size) throw elementTrap(type, at, elements.size);\n    elements.write(',
  ),
  fault(
    'memory.copy goes upwards always',
    OUT_OF_LINE,
    'if (n > 0 && to === from) to.M8.copyWithin(d + skip, s + skip, s + skip + n);',
    'if (to === from) for (let i = 0; i < n; i++) to.M8[d + skip + i] = from.M8[s + skip + i];',
  ),
  fault(
    'memory.fill leaves out the last byte',
    OUT_OF_LINE,
    '.M8.fill(S[at + 2] & 0xff, d, d + n);',
    '.M8.fill(S[at + 2] & 0xff, d, d + n - 1);',
  ),
  fault('data.drop is ignored', OUT_OF_LINE, 'inst.datas[l] = NO_BYTES;', ''),
  fault(
    'the view of words stays behind when a memory grows',
    'runtime/memory.ts',
    'Object.assign(this, views);',
    'Object.assign(this, views, this.byteLength === 0 ? {} : { M32: this.M32 });',
  ),
  fault(
    'host functions get their arguments backwards',
    'interpreter/threads/host-calls.ts',
    'readValues(type.params, base) : NO_VALUES',
    'readValues(type.params, base).reverse() : NO_VALUES',
  ),
  fault(
    'active element segments begin at 0',
    'interpreter/values/instantiate.ts',
    'elements.init(offset + at, values',
    'elements.init(at, values',
  ),
  fault(
    'narrowing bytes wraps',
    'interpreter/ops/simd/i8x16.ts',
    'I8[4 * TEMP + 8 + i] = saturateS8(I16[2 * b + i]);',
    'I8[4 * TEMP + 8 + i] = I16[2 * b + i];',
  ),
  fault(
    'v128.load16x4_s does not extend the sign',
    'interpreter/ops/simd/memory.ts',
    `'v128.load16x4_s': widen16(16)`,
    `'v128.load16x4_s': widen16(0)`,
  ),
  fault(
    'i32x4.replace_lane writes the lane before',
    'interpreter/ops/simd/i32x4.ts',
    'S[d + lane] = x;',
    'S[d + (lane & 2)] = x;',
  ),
];

const LATER_FAULTS: readonly Fault[] = [
  fault(
    'the body of a try does not end',
    'trees/arms/exceptions.ts',
    'function landings(b: TreeBuilder, frame: Frame): void {\n  setRegion(b);',
    'function landings(b: TreeBuilder, frame: Frame): void {',
    'ours',
  ),
  fault('frames above a handler stay', 'interpreter/threads/exceptions.ts', '        t.sp = sp;\n', '', 'ours'),
  fault(
    'a handler further out is not looked for',
    'interpreter/threads/exceptions.ts',
    'region >= 0; region = handlers.outer[region]',
    'region >= 0; region = -1',
    'ours',
  ),
  fault(
    'casts know no subtypes',
    'runtime/casts.ts',
    '!isExact(t)) return space.isBelow(defType.index, heap);',
    '!isExact(t)) return defType.index === heap;',
    'ours',
  ),
  fault(
    'array.fill may end one past the end',
    'interpreter/ops/gc/aggregates.ts',
    'checkArray(array, first, left);',
    'checkArray(array, first, left - 1);',
    'ours',
  ),
  fault(
    'i31 values lose their sign',
    'interpreter/ops/gc/access.ts',
    'R[d] = (S[2 * a] << 1) >> 1;',
    'R[d] = S[2 * a] & 0x7fffffff;',
    'ours',
  ),
  fault(
    'i64 fields keep their lower half',
    'interpreter/ops/gc/access.ts',
    'fields[k + 1] = S[2 * b + 1];',
    '',
    'ours',
  ),
  fault(
    'i64 loads of 32 bits from further memories sign-extend',
    'interpreter/ops/access.ts',
    `'i64.load32_u': load(4, false, true)`,
    `'i64.load32_u': load(4, true, true)`,
    'ours',
  ),
];

export const FAULTS: readonly Fault[] = [
  ...OPS_FAULTS,
  ...NUMERIC_FAULTS,
  ...LOWERING_FAULTS,
  ...RUNTIME_FAULTS,
  ...LATER_FAULTS,
];
