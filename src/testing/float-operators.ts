// Float operators: which rows of the instruction table make floats of floats, and what bits the NaNs that they give may have.
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import { F32, F64, V128, type ValType } from '../syntax/types.ts';

export type FloatWidth = 32 | 64;

export interface FloatOperator {
  readonly name: string;
  readonly pops: readonly ValType[];
  readonly push: ValType;
  /** Bits of a lane of operands that are vectors, and of the result. */
  readonly from: FloatWidth;
  readonly to: FloatWidth;
  /** It moves bits, whatever NaN they are. */
  readonly moves: boolean;
  /** It wants the number of a lane. */
  readonly lane: boolean;
}

const isFloat = (t: ValType): boolean => t === F32 || t === F64 || t === V128;
/** Vectors of truths are no floats, and what comes from integers is no NaN. */
const LEFT_OUT = /^\w+x\d\.(eq|ne|lt|gt|le|ge)$|\.convert|\.load|\.const/;
const MOVES = /\.(abs|neg|copysign|pmin|pmax|splat|extract_lane|replace_lane)$/;

/** By opcode. */
export const FLOAT_OPERATORS: ReadonlyMap<number, FloatOperator> = new Map(
  INSTRUCTIONS.flatMap(({ code, name, sig, imm }): [number, FloatOperator][] => {
    if (sig === undefined || sig.pops.length === 0 || sig.pushes.length !== 1) return [];
    if (!/^f(32|64)(x\d)?\./.test(name) || LEFT_OUT.test(name)) return [];
    if (!sig.pops.every(isFloat) || !isFloat(sig.pushes[0])) return [];
    const to: FloatWidth = name.startsWith('f32') ? 32 : 64;
    const from: FloatWidth = /demote/.test(name) ? 64 : /promote/.test(name) ? 32 : to;
    const moves = MOVES.test(name);
    return [[code, { name, pops: sig.pops, push: sig.pushes[0], from, to, moves, lane: imm === 'lane' }]];
  }),
);

/** Of a lane's bits: a number (infinities too), the canonical NaN of either sign, another quiet NaN, or a signalling one. */
export type LaneKind = 'number' | 'canonical' | 'quiet' | 'signalling';

export function laneKind(bits: bigint, width: FloatWidth): LaneKind {
  const [mantissa, exponent] = width === 32 ? [23n, 0xffn] : [52n, 0x7ffn];
  const payload = bits & ((1n << mantissa) - 1n);
  if (((bits >> mantissa) & exponent) !== exponent || payload === 0n) return 'number';
  const quiet = 1n << (mantissa - 1n);
  if (payload === quiet) return 'canonical';
  return (payload & quiet) === 0n ? 'signalling' : 'quiet';
}

/** The lanes of a value; a scalar is one. */
export function lanesOf(t: ValType, bits: bigint, width: FloatWidth): readonly bigint[] {
  const size = t === V128 ? 128 : t === F32 ? 32 : 64;
  const step = t === V128 ? width : size;
  return Array.from({ length: size / step }, (_, i) => BigInt.asUintN(step, bits >> BigInt(i * step)));
}

/** The width of a lane of a type. */
export const laneWidth = (t: ValType, ofVectors: FloatWidth): FloatWidth =>
  t === F32 ? 32 : t === F64 ? 64 : ofVectors;
