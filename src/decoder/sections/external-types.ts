// Types of tables, memories, globals and tags, as imports and sections share them.
// https://webassembly.github.io/spec/core/binary/types.html#limits
// With shared memories (https://github.com/WebAssembly/threads) and custom page sizes
// (https://github.com/WebAssembly/custom-page-sizes).
import { unsigned64 } from '../../syntax/bits.ts';
import {
  type GlobalType,
  I32,
  I64,
  type Limits,
  type MemType,
  type TableType,
  type TagType,
} from '../../syntax/types.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { decodeMutability } from './types.ts';

// Bits of the flags of limits.
const HAS_MAX = 0x01;
const SHARED = 0x02;
const ADDR_64 = 0x04;
const HAS_PAGE_SIZE = 0x08;

function decodeBound(reader: Reader): bigint {
  reader.u64();
  return unsigned64(reader.lo, reader.hi);
}

function decodeLimits(reader: Reader, flags: number): Limits {
  const min = decodeBound(reader);
  return { min, max: (flags & HAS_MAX) !== 0 ? decodeBound(reader) : undefined };
}

/** `reftype limits`. */
export function decodeTableType(reader: Reader): TableType {
  const elem = reader.refType();
  const flags = reader.byte();
  if ((flags & ~(HAS_MAX | ADDR_64)) !== 0) throw say.malformedLimits(reader.offset - 1, flags);
  return { addr: (flags & ADDR_64) !== 0 ? I64 : I32, limits: decodeLimits(reader, flags), shared: false, elem };
}

/** Limits, and the page size where the flags announce one. */
export function decodeMemType(reader: Reader): MemType {
  const flags = reader.byte();
  const known = HAS_MAX | SHARED | ADDR_64 | HAS_PAGE_SIZE;
  // Without custom page sizes their flag is malformed; where nothing follows, nothing else can be meant.
  if ((flags & ~known) !== 0 || ((flags & HAS_PAGE_SIZE) !== 0 && reader.done)) {
    throw say.malformedLimits(reader.offset - 1, flags);
  }
  return {
    addr: (flags & ADDR_64) !== 0 ? I64 : I32,
    limits: decodeLimits(reader, flags),
    shared: (flags & SHARED) !== 0,
    ...((flags & HAS_PAGE_SIZE) !== 0 ? givenPageSize(decodePageSize(reader)) : { pageSizeLog2: 16 }),
  };
}

/** A page size that is spelt out, which shows only where it is the usual one. */
function givenPageSize(pageSizeLog2: number): { pageSizeLog2: number; pageSizeGiven?: true } {
  return pageSizeLog2 === 16 ? { pageSizeLog2, pageSizeGiven: true } : { pageSizeLog2 };
}

/** The base-2 logarithm of a page size, which has 64 bits. */
function decodePageSize(reader: Reader): number {
  const start = reader.offset;
  const log2 = reader.u32();
  if (log2 >= 64) throw say.invalidPageSize(start, log2);
  return log2;
}

/** `valtype mut`. */
export function decodeGlobalType(reader: Reader): GlobalType {
  const val = reader.valType();
  return { val, mutable: decodeMutability(reader) };
}

/** `0x00 typeidx`. */
export function decodeTagType(reader: Reader): TagType {
  if (reader.byte() !== 0) throw say.zeroByteExpected(reader.offset - 1);
  return { type: reader.u32() };
}
