// Numbers and vectors as literals of the text format, by their bits: what a printer, a trace or a report shows.
// https://webassembly.github.io/spec/core/text/values.html  Parsing what is written here gives the same bits again
// (text/literals.ts reads it). Strings and identifiers are in text/printer-literals.ts.
import { highWord, lowWord, signed64, unsigned64 } from './bits.ts';
import { F32, F64, I32, I64, type ValType } from './types.ts';

const view = new DataView(new ArrayBuffer(8));

function nanText(sign: boolean, payload: bigint, canonical: bigint): string {
  return `${sign ? '-' : ''}nan${payload === canonical ? '' : `:0x${payload.toString(16)}`}`;
}

/** Digits that parse to `value` whether a parser rounds once to f32 or first to f64: never next to a halfway point. */
function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    const near = Number(text);
    const slack = Math.abs(near) * 2 ** -51;
    if (Math.fround(near) === value && Math.fround(near - slack) === value && Math.fround(near + slack) === value) {
      return String(near);
    }
  }
  return String(Number(value.toPrecision(9)));
}

/** The literal of the f32 with these bits. */
export function f32Text(bits: number): string {
  view.setInt32(0, bits);
  const value = view.getFloat32(0);
  const sign = bits < 0;
  if (Number.isNaN(value)) return nanText(sign, BigInt(bits & 0x7fffff), 0x400000n);
  if (value === 0) return sign ? '-0' : '0';
  if (!Number.isFinite(value)) return sign ? '-inf' : 'inf';
  return shortestF32(value);
}

/** The literal of the f64 with these bits: low and high half. */
export function f64Text(lo: number, hi: number): string {
  view.setInt32(0, hi);
  view.setInt32(4, lo);
  const value = view.getFloat64(0);
  const sign = hi < 0;
  if (Number.isNaN(value)) {
    return nanText(sign, unsigned64(lo, hi & 0xfffff), 0x8000000000000n);
  }
  if (value === 0) return sign ? '-0' : '0';
  if (!Number.isFinite(value)) return sign ? '-inf' : 'inf';
  return String(value);
}

/** The signed decimal of a 64-bit integer given as halves. */
export function i64Text(lo: number, hi: number): string {
  if (hi === lo >> 31) return String(lo | 0);
  return String(signed64(lo, hi));
}

/** The unsigned decimal of a 64-bit integer given as halves. */
export function u64Text(lo: number, hi: number): string {
  if (hi === 0) return String(lo >>> 0);
  return String(unsigned64(lo, hi));
}

/** The shape and lanes of a v128 literal: always `i32x4` in hex, which shows the bits. */
export function v128Text(bits: bigint): string {
  const lanes = [0n, 32n, 64n, 96n].map((by) => (lowWord(bits >> by) >>> 0).toString(16).padStart(8, '0'));
  return `i32x4 ${lanes.map((lane) => `0x${lane}`).join(' ')}`;
}

/** The literal of a number or vector type's value, given as its bits: integers signed and in decimal. */
export function numberText(type: ValType, bits: bigint): string {
  switch (type) {
    case I32:
      return String(lowWord(bits));
    case I64:
      return i64Text(lowWord(bits), highWord(bits));
    case F32:
      return f32Text(lowWord(bits));
    case F64:
      return f64Text(lowWord(bits), highWord(bits));
    default:
      return v128Text(bits);
  }
}
