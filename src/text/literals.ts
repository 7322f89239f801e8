// Numbers of the text format: which texts are numbers, integers with their ranges, floats with one exact rounding.
// https://webassembly.github.io/spec/core/text/values.html  Values come out as bits; undefined means out of range.
import { digitsEnd, isDigit, isHexDigit, plain } from './digits.ts';
import { FLOAT, INT, NAT } from './tokens.ts';
import { toUnsigned } from '../syntax/bits.ts';
import { F32, F64, I32, I64, type ValType } from '../syntax/types.ts';

/** NAT, INT or FLOAT where `source[start, end)` is a number, else 0. */
export function isNumberText(source: string, start: number, end: number): number {
  const first = source[start];
  const signed = first === '+' || first === '-';
  let pos = signed ? start + 1 : start;
  const code = source.charCodeAt(pos);
  if (!isDigit(code)) return code === 0x69 || code === 0x6e ? special(source.slice(pos, end)) : 0;
  const hex = source[pos] === '0' && source[pos + 1] === 'x';
  const digit = hex ? isHexDigit : isDigit;
  pos = digitsEnd(source, hex ? pos + 2 : pos, end, digit);
  if (pos === end) return signed ? INT : NAT;
  if (pos < 0 || pos > end) return 0;
  if (source[pos] === '.') {
    pos++;
    if (pos === end) return FLOAT;
    if (digit(source.charCodeAt(pos))) pos = digitsEnd(source, pos, end, digit);
    if (pos === end) return FLOAT;
  }
  if ((source.charCodeAt(pos) | 0x20) !== (hex ? 0x70 : 0x65)) return 0;
  pos++;
  if (source[pos] === '+' || source[pos] === '-') pos++;
  return digitsEnd(source, pos, end, isDigit) === end ? FLOAT : 0;
}

/** inf, nan and nan:0x... without their sign. */
function special(text: string): number {
  if (text === 'inf' || text === 'nan') return FLOAT;
  return text.startsWith(NAN_PREFIX) && digitsEnd(text, NAN_PREFIX.length, text.length, isHexDigit) === text.length
    ? FLOAT
    : 0;
}

const NAN_PREFIX = 'nan:0x';

/** The value of a NAT token, if it is less than 2^32. */
export function parseU32(text: string): number | undefined {
  const value = Number(plain(text));
  return value <= 0xffffffff ? value : undefined;
}

/** The value of a NAT token, if it is less than 2^64. */
export function parseU64(text: string): bigint | undefined {
  const value = BigInt(plain(text));
  return value >> 64n === 0n ? value : undefined;
}

/** A NAT or INT token as unsigned bits: from -2^(width-1) to 2^width - 1. */
export function parseInteger(text: string, width: number): bigint | undefined {
  const digits = plain(text);
  const negative = digits[0] === '-';
  const value = BigInt(negative || digits[0] === '+' ? digits.slice(1) : digits);
  if (negative ? value > 1n << BigInt(width - 1) : value >> BigInt(width) !== 0n) return undefined;
  return toUnsigned(width, negative ? -value : value);
}

/** What rounding has to know of a float format: bits of the significand (the hidden one counted) and of the exponent. */
interface Format {
  readonly width: number;
  readonly significand: number;
  readonly minExponent: number;
  readonly maxExponent: number;
}
const F32_FORMAT: Format = { width: 32, significand: 24, minExponent: -126, maxExponent: 127 };
const F64_FORMAT: Format = { width: 64, significand: 53, minExponent: -1022, maxExponent: 1023 };

/** A number token as the bits of an f32 or f64, rounded once to nearest, ties to even. */
export function parseFloatBits(text: string, width: 32 | 64): bigint | undefined {
  const format = width === 32 ? F32_FORMAT : F64_FORMAT;
  const digits = plain(text);
  const negative = digits[0] === '-';
  const magnitude = magnitudeBits(negative || digits[0] === '+' ? digits.slice(1) : digits, format);
  if (magnitude === undefined || !negative) return magnitude;
  return magnitude | (1n << BigInt(width - 1));
}

function magnitudeBits(text: string, format: Format): bigint | undefined {
  const fraction = BigInt(format.significand - 1);
  const infinity = ((1n << BigInt(format.width - format.significand)) - 1n) << fraction;
  if (text === 'inf') return infinity;
  if (text === 'nan') return infinity | (1n << (fraction - 1n));
  if (text.startsWith('nan:')) {
    const payload = BigInt(text.slice(4));
    return payload === 0n || payload >> fraction !== 0n ? undefined : infinity | payload;
  }
  if (text.startsWith('0x')) return hexBits(text, format);
  return format.width === 64 ? decimalBits64(text) : decimalBits32(text);
}

/** What stands before the point, after it, and after the letter that the exponent has before it. */
function partsOf(text: string, letter: 'e' | 'p'): readonly [whole: string, fraction: string, exponent: number] {
  const marked = Math.max(text.indexOf(letter), text.indexOf(letter.toUpperCase()));
  const end = marked < 0 ? text.length : marked;
  const found = text.indexOf('.');
  const point = found < 0 ? end : found;
  return [text.slice(0, point), text.slice(point + 1, end), Number(text.slice(end + 1))];
}

function hexBits(text: string, format: Format): bigint | undefined {
  const [whole, fraction, exponent] = partsOf(text, 'p');
  // An exponent beyond what the digits can make up for is as good as infinite.
  const reach = 4 * text.length + 2000;
  const power = Math.max(-reach, Math.min(reach, exponent));
  return round(BigInt(`${whole}${fraction}`), power - 4 * fraction.length, format);
}

/** Bits of `value * 2^power`, or undefined where that rounds to infinity. */
function round(value: bigint, power: number, format: Format): bigint | undefined {
  if (value === 0n) return 0n;
  const size = value.toString(16).length * 4 + 4 - leadingZeros(value);
  const top = size - 1 + power;
  // The last bit kept: of normal numbers so that `significand` bits remain, of subnormal ones a fixed one.
  const last = Math.max(top, format.minExponent) - format.significand + 1;
  const drop = last - power;
  let kept = drop <= 0 ? value << BigInt(-drop) : value >> BigInt(drop);
  if (drop > 0) {
    const rest = value - (kept << BigInt(drop));
    const half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  }
  // With the hidden bit added to the exponent field, a carry out of the significand is right by itself.
  const exponent = Math.max(top, format.minExponent) - format.minExponent;
  const bits = kept + (BigInt(exponent) << BigInt(format.significand - 1));
  return bits >> BigInt(format.significand - 1) > BigInt(format.maxExponent - format.minExponent + 1)
    ? undefined
    : bits;
}

/** Leading zeros of the first hexadecimal digit of `value`, counted in eight bits. */
function leadingZeros(value: bigint): number {
  const first = Number.parseInt(value.toString(16)[0], 16);
  return Math.clz32(first) - 24;
}

const SCRATCH = new DataView(new ArrayBuffer(8));

/** Hosts round decimal text to f64 correctly. */
function decimalBits64(text: string): bigint | undefined {
  const value = Number(text);
  if (value === Number.POSITIVE_INFINITY) return undefined;
  SCRATCH.setFloat64(0, value);
  return SCRATCH.getBigUint64(0);
}

/** f64 first; only where that lies in the middle of two f32 does the decimal text decide, compared exactly. */
function decimalBits32(text: string): bigint | undefined {
  const value = Number(text);
  const near = Math.fround(value);
  SCRATCH.setFloat32(0, near);
  let bits = SCRATCH.getUint32(0);
  if (near !== value) {
    const low = near > value ? bits - 1 : bits;
    const below = f32Value(low);
    if (value - below === f32Value(low + 1) - value) {
      const order = compareDecimal(text, value);
      if (order !== 0) bits = order < 0 ? low : low + 1;
    }
  }
  return bits >= 0x7f800000 ? undefined : BigInt(bits);
}

/** The value of f32 bits, with 2^128 for infinity: what comes after the largest number if exponents went on. */
function f32Value(bits: number): number {
  if (bits === 0x7f800000) return 2 ** 128;
  SCRATCH.setUint32(0, bits);
  return SCRATCH.getFloat32(0);
}

/** The sign of (decimal text - value), exactly. `value` is finite and not negative. */
function compareDecimal(text: string, value: number): number {
  const [whole, fraction, exponent] = partsOf(text, 'e');
  let left = BigInt(whole + fraction);
  const power = exponent - fraction.length;
  SCRATCH.setFloat64(0, value);
  const bits = SCRATCH.getBigUint64(0);
  const field = Number(bits >> 52n);
  let right = (bits & 0xf_ffff_ffff_ffffn) | (field === 0 ? 0n : 1n << 52n);
  const binary = Math.max(field, 1) - 1075;
  if (power >= 0) left *= 10n ** BigInt(power);
  else right *= 10n ** BigInt(-power);
  if (binary >= 0) right <<= BigInt(binary);
  else left <<= BigInt(-binary);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** How the lanes of a vector literal are written. */
export interface VectorShape {
  readonly count: number;
  readonly width: number;
  readonly float: boolean;
}

export const VECTOR_SHAPES: ReadonlyMap<string, VectorShape> = new Map([
  ['i8x16', { count: 16, width: 8, float: false }],
  ['i16x8', { count: 8, width: 16, float: false }],
  ['i32x4', { count: 4, width: 32, float: false }],
  ['i64x2', { count: 2, width: 64, float: false }],
  ['f32x4', { count: 4, width: 32, float: true }],
  ['f64x2', { count: 2, width: 64, float: true }],
]);

/** The bits that a text means as an integer or float of some width; undefined where it means none. */
function scalarBits(text: string, width: number, float: boolean): bigint | undefined {
  const kind = isNumberText(text, 0, text.length);
  if (kind === 0 || (!float && kind === FLOAT)) return undefined;
  return float ? parseFloatBits(text, width as 32 | 64) : parseInteger(text, width);
}

/** What stands between white space. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let pos = 0; pos <= text.length; pos++) {
    if (pos < text.length && text.charAt(pos).trim() !== '') continue;
    if (pos > start) words.push(text.slice(start, pos));
    start = pos + 1;
  }
  return words;
}

/** `i32x4 1 2 3 4`: a shape and its lanes, lowest first. */
function vectorBits(text: string): bigint | undefined {
  const [name = '', ...lanes] = wordsOf(text);
  const shape = VECTOR_SHAPES.get(name);
  if (shape === undefined || lanes.length !== shape.count) return undefined;
  let vector = 0n;
  for (let i = lanes.length - 1; i >= 0; i--) {
    const bits = scalarBits(lanes[i], shape.width, shape.float);
    if (bits === undefined) return undefined;
    vector = (vector << BigInt(shape.width)) | bits;
  }
  return vector;
}

/**
 * The bits that a literal means as a value of a number or vector type (unsigned); undefined where it means none.
 * The inverse of `numberText`.
 */
export function parseNumber(text: string, type: ValType): bigint | undefined {
  switch (type) {
    case I32:
      return scalarBits(text, 32, false);
    case I64:
      return scalarBits(text, 64, false);
    case F32:
      return scalarBits(text, 32, true);
    case F64:
      return scalarBits(text, 64, true);
    default:
      return vectorBits(text);
  }
}
