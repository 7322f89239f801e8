// Names of types in descriptors, and address values. https://webassembly.github.io/spec/js-api/#globals
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  I32,
  I64,
  type AddrType,
  type Limits,
  V128,
  type ValType,
} from '../syntax/types.ts';
import * as say from './messages.ts';
import { reflection } from './switch.ts';
import { toBigInt, toDomString, toEnum, toUint32 } from './webidl.ts';

/** `anyfunc` is the API's old name of funcref. */
const VALUE_TYPES = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
  externref: EXTERNREF,
  anyfunc: FUNCREF,
} as const;
const ADDRESS_TYPES = { i32: I32, i64: I64 } as const;

export type ValueTypeName = keyof typeof VALUE_TYPES;
export type AddressTypeName = keyof typeof ADDRESS_TYPES;

/** An address, size or limit: a number for 32-bit memories and tables, a bigint for 64-bit ones. */
export type AddressValue = number | bigint;

const VALUE_NAMES = Object.keys(VALUE_TYPES) as ValueTypeName[];

/** With type reflection, anyfunc may be called funcref. */
function modern(value: unknown): unknown {
  if (reflection.describe === undefined) return value;
  const text = toDomString(value);
  return text === 'funcref' ? 'anyfunc' : text;
}

/** ToValueType. @throws TypeError. */
export function toValueType(value: unknown, what: string): ValType {
  return VALUE_TYPES[toEnum(modern(value), VALUE_NAMES, what)];
}

/** The element type of a table. @throws TypeError. */
export function toElementType(value: unknown, what: string): ValType {
  return VALUE_TYPES[toEnum(modern(value), ['externref', 'anyfunc'], what)];
}

/** The member `address` of a descriptor. @throws TypeError. */
export function toAddressType(value: unknown, what: string): AddrType {
  return value === undefined ? I32 : ADDRESS_TYPES[toEnum(value, ['i32', 'i64'], what)];
}

/** AddressValueToU64. @throws TypeError. */
export function toAddress(value: unknown, addr: AddrType, what: string): bigint {
  if (addr === I32) return BigInt(toUint32(value, what));
  const address = toBigInt(value);
  if (address < 0n || address >= 1n << 64n) throw new TypeError(say.outOfRange(what, 'u64'));
  return address;
}

/** The member `initial`, which with type reflection may be called `minimum`. @throws TypeError when both are there. */
function initialOf(given: Readonly<Record<string, unknown>>): unknown {
  const { initial } = given;
  if (reflection.describe === undefined) return initial;
  const { minimum } = given;
  if (initial !== undefined && minimum !== undefined) throw new TypeError(say.bothLimits());
  return initial ?? minimum;
}

/** The members `initial` and `maximum`, each converted before the next is read. @throws TypeError, RangeError. */
export function toLimits(given: Readonly<Record<string, unknown>>, addr: AddrType, who: string): Limits {
  const initial = initialOf(given);
  if (initial === undefined) throw new TypeError(say.missing(`${who}: Property 'initial'`));
  const min = toAddress(initial, addr, `${who}: Property 'initial'`);
  const { maximum } = given;
  const max = maximum === undefined ? undefined : toAddress(maximum, addr, `${who}: Property 'maximum'`);
  if (max !== undefined && max < min) throw new RangeError(say.maximumBelowInitial(who));
  return { min, max };
}

/** U64ToAddressValue. */
export function fromAddress(value: number, addr: AddrType): AddressValue {
  return addr === I32 ? value : BigInt(value);
}
