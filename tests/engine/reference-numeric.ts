// Numeric instructions and memory accesses of the slow reference, by mnemonic. Integers by BigInt, floats by the host's
// arithmetic; NaN results are the canonical NaN. https://webassembly.github.io/spec/core/exec/numerics.html
import type { AddrType } from '../../src/syntax/types.ts';
import { I32 } from '../../src/syntax/types.ts';
import { type RefNumber, ReferenceTrap } from './reference-values.ts';

const view = new DataView(new ArrayBuffer(8));

export function toF32(bits: RefNumber): number {
  view.setUint32(0, bits as number);
  return view.getFloat32(0);
}

export function toF64(bits: RefNumber): number {
  view.setBigUint64(0, bits as bigint);
  return view.getFloat64(0);
}

export function fromF32(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0_0000;
  view.setFloat32(0, x);
  return view.getUint32(0);
}

export function fromF64(x: number): bigint {
  if (Number.isNaN(x)) return 0x7ff8_0000_0000_0000n;
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

/** Nearest integer, ties to even. */
function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const part = x - floor;
  const even = floor % 2 === 0 ? floor : floor + 1;
  const rounded = part < 0.5 ? floor : part > 0.5 ? floor + 1 : even;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

function ones(x: bigint): string {
  return x.toString(2).replace(/0/g, '');
}

/** An integer operation; operands and the result are signed, `bits` wide. */
// biome-ignore format: a table
function integer(name: string, bits: number, a: bigint, b: bigint): bigint | boolean {
  const u = (x: bigint): bigint => BigInt.asUintN(bits, x);
  const width = BigInt(bits);
  const shift = u(b) % width;
  const text = u(a).toString(2).padStart(bits, '0');
  switch (name) {
    case 'add': return a + b;
    case 'sub': return a - b;
    case 'mul': return a * b;
    case 'and': return a & b;
    case 'or': return a | b;
    case 'xor': return a ^ b;
    case 'shl': return a << shift;
    case 'shr_s': return a >> shift;
    case 'shr_u': return u(a) >> shift;
    case 'rotl': return (u(a) << shift) | (u(a) >> (width - shift));
    case 'rotr': return (u(a) >> shift) | (u(a) << (width - shift));
    case 'div_s':
    case 'div_u':
    case 'rem_s':
    case 'rem_u': {
      if (b === 0n) throw new ReferenceTrap('integer-divide-by-zero');
      const [x, y] = name.endsWith('u') ? [u(a), u(b)] : [a, b];
      if (name.startsWith('rem')) return x % y;
      if (name === 'div_s' && x / y === 1n << (width - 1n)) throw new ReferenceTrap('integer-overflow');
      return x / y;
    }
    case 'clz': return BigInt(text.indexOf('1') < 0 ? bits : text.indexOf('1'));
    case 'ctz': return BigInt(text.lastIndexOf('1') < 0 ? bits : bits - 1 - text.lastIndexOf('1'));
    case 'popcnt': return BigInt(ones(u(a)).length);
    case 'extend8_s': return BigInt.asIntN(8, a);
    case 'extend16_s': return BigInt.asIntN(16, a);
    case 'extend32_s': return BigInt.asIntN(32, a);
    case 'eqz': return a === 0n;
    case 'eq': return a === b;
    case 'ne': return a !== b;
    case 'lt_s': return a < b;
    case 'lt_u': return u(a) < u(b);
    case 'gt_s': return a > b;
    case 'gt_u': return u(a) > u(b);
    case 'le_s': return a <= b;
    case 'le_u': return u(a) <= u(b);
    case 'ge_s': return a >= b;
    case 'ge_u': return u(a) >= u(b);
    default: throw new Error(`the reference does not know ${name}`);
  }
}

// biome-ignore format: a table
function float(name: string, a: number, b: number): number | boolean {
  switch (name) {
    case 'add': return a + b;
    case 'sub': return a - b;
    case 'mul': return a * b;
    case 'div': return a / b;
    case 'min': return Math.min(a, b);
    case 'max': return Math.max(a, b);
    case 'ceil': return Math.ceil(a);
    case 'floor': return Math.floor(a);
    case 'trunc': return Math.trunc(a);
    case 'nearest': return nearest(a);
    case 'sqrt': return Math.sqrt(a);
    case 'eq': return a === b;
    case 'ne': return a !== b;
    case 'lt': return a < b;
    case 'gt': return a > b;
    case 'le': return a <= b;
    case 'ge': return a >= b;
    default: throw new Error(`the reference does not know ${name}`);
  }
}

/** Sign operations work on bits. */
// biome-ignore format: a table
function sign(name: string, bits: number, a: bigint, b: bigint): bigint | undefined {
  const mask = 1n << BigInt(bits - 1);
  const rest = a & (mask - 1n);
  switch (name) {
    case 'abs': return rest;
    case 'neg': return a ^ mask;
    case 'copysign': return rest | (b & mask);
    default: return undefined;
  }
}

function truncate(name: string, x: number): RefNumber {
  const bits = name.startsWith('i32') ? 32 : 64;
  const signed = name.endsWith('_s');
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const high = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
  const sat = name.includes('sat');
  let value: bigint;
  if (Number.isNaN(x)) {
    if (!sat) throw new ReferenceTrap('invalid-conversion');
    value = 0n;
  } else if (!Number.isFinite(x)) {
    if (!sat) throw new ReferenceTrap('integer-overflow');
    value = x < 0 ? low : high;
  } else {
    value = BigInt(Math.trunc(x));
    if (value < low || value > high) {
      if (!sat) throw new ReferenceTrap('integer-overflow');
      value = value < low ? low : high;
    }
  }
  return bits === 32 ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);
}

/** A bigint as the nearest f32: through f64 only where that does not round twice. */
function roundToF32(x: bigint): number {
  const magnitude = x < 0n ? -x : x;
  const length = magnitude.toString(2).length;
  if (length <= 24) return Number(x);
  const shift = BigInt(length - 24);
  let kept = magnitude >> shift;
  const rest = magnitude - (kept << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  return Number(kept << shift) * (x < 0n ? -1 : 1);
}

// biome-ignore format: a table
function conversion(name: string, pop: () => RefNumber): RefNumber | undefined {
  if (/trunc_(sat_)?f32/.test(name)) return truncate(name, toF32(pop()));
  if (/trunc_(sat_)?f64/.test(name)) return truncate(name, toF64(pop()));
  const convert = /^f(32|64)\.convert_i(32|64)_([su])$/.exec(name);
  if (convert !== null) {
    const x = BigInt(pop());
    const value = convert[3] === 's' ? x : BigInt.asUintN(Number(convert[2]), x);
    return convert[1] === '32' ? fromF32(roundToF32(value)) : fromF64(Number(value));
  }
  switch (name) {
    case 'i32.wrap_i64': return Number(BigInt.asIntN(32, pop() as bigint));
    case 'i64.extend_i32_s': return BigInt(pop());
    case 'i64.extend_i32_u': return BigInt((pop() as number) >>> 0);
    case 'f32.demote_f64': return fromF32(Math.fround(toF64(pop())));
    case 'f64.promote_f32': return fromF64(toF32(pop()));
    case 'i32.reinterpret_f32': return (pop() as number) | 0;
    case 'f32.reinterpret_i32': return (pop() as number) >>> 0;
    case 'i64.reinterpret_f64': return BigInt.asIntN(64, pop() as bigint);
    case 'f64.reinterpret_i64': return BigInt.asUintN(64, pop() as bigint);
    default: return undefined;
  }
}

const UNARY = /^(clz|ctz|popcnt|eqz|extend.*|abs|neg|ceil|floor|trunc|nearest|sqrt)$/;

/** A numeric instruction on the stack. */
export function operation(mnemonic: string, stack: RefNumber[]): void {
  const pop = (): RefNumber => stack.pop() as RefNumber;
  if (/_[if](32|64)/.test(mnemonic)) {
    const converted = conversion(mnemonic, pop);
    if (converted === undefined) throw new Error(`the reference does not know ${mnemonic}`);
    stack.push(converted);
    return;
  }
  const type = mnemonic.slice(0, 3);
  const name = mnemonic.slice(4);
  const bits = type.endsWith('32') ? 32 : 64;
  const b = UNARY.test(name) ? (bits === 32 ? 0 : 0n) : pop();
  const a = pop();
  if (type[0] === 'i') {
    const value = integer(name, bits, BigInt(a), BigInt(b));
    if (typeof value === 'boolean') stack.push(value ? 1 : 0);
    else stack.push(bits === 32 ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value));
    return;
  }
  const signed = sign(name, bits, BigInt(a), BigInt(b));
  if (signed !== undefined) {
    stack.push(bits === 32 ? Number(signed) : signed);
    return;
  }
  const value = bits === 32 ? float(name, toF32(a), toF32(b)) : float(name, toF64(a), toF64(b));
  if (typeof value === 'boolean') stack.push(value ? 1 : 0);
  else stack.push(bits === 32 ? fromF32(Math.fround(value)) : fromF64(value));
}

/** A load or a store, byte by byte. */
export function access(memory: Uint8Array, mnemonic: string, offset: bigint, addr: AddrType, stack: RefNumber[]): void {
  const [, type, kind, width, extend] = /^(\w+)\.(load|store)(\d*)_?(\w?)$/.exec(mnemonic) as RegExpExecArray;
  const bytes = (width === '' ? Number(type.slice(1)) : Number(width)) / 8;
  const value = kind === 'store' ? BigInt(stack.pop() as RefNumber) : 0n;
  const start = BigInt.asUintN(addr === I32 ? 32 : 64, BigInt(stack.pop() as RefNumber)) + offset;
  if (start + BigInt(bytes) > BigInt(memory.length)) throw new ReferenceTrap('memory-out-of-bounds');
  const address = Number(start);
  if (kind === 'store') {
    for (let i = 0; i < bytes; i++) memory[address + i] = Number(BigInt.asUintN(8, value >> BigInt(8 * i)));
    return;
  }
  let read = 0n;
  for (let i = bytes - 1; i >= 0; i--) read = (read << 8n) | BigInt(memory[address + i]);
  if (extend === 's') read = BigInt.asIntN(bytes * 8, read);
  if (type === 'i32') stack.push(Number(BigInt.asIntN(32, read)));
  else if (type === 'i64') stack.push(BigInt.asIntN(64, read));
  else stack.push(type === 'f32' ? Number(read) : read);
}
