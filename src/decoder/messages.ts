// The decoder's messages, one function each. Every text begins with the testsuite's phrase.
import { MalformedError } from '../errors.ts';

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

export const unexpectedEnd = (offset: number, what = 'more bytes are needed'): MalformedError =>
  new MalformedError(`unexpected end: ${what} (offset ${hex(offset)})`, { offset });
export const integerTooLong = (offset: number, bits: number): MalformedError =>
  new MalformedError(`integer representation too long: LEB128 of ${bits} bits (offset ${hex(offset)})`, { offset });
export const integerTooLarge = (offset: number, bits: number): MalformedError =>
  new MalformedError(`integer too large: LEB128 of ${bits} bits has unused bits set (offset ${hex(offset)})`, {
    offset,
  });
export const malformedUtf8 = (offset: number): MalformedError =>
  new MalformedError(`malformed UTF-8 encoding: name (offset ${hex(offset)})`, { offset });
export const illegalOpcode = (offset: number, code: string): MalformedError =>
  new MalformedError(`illegal opcode ${code}: no instruction has it (offset ${hex(offset)})`, { offset });
export const zeroByteExpected = (offset: number): MalformedError =>
  new MalformedError(`zero byte expected: reserved byte (offset ${hex(offset)})`, { offset });
export const malformedMemop = (offset: number, flags: number): MalformedError =>
  new MalformedError(`malformed memop flags: ${hex(flags)} (offset ${hex(offset)})`, { offset });
export const malformedValueType = (offset: number, byte: number): MalformedError =>
  new MalformedError(`malformed value type: ${hex(byte)} (offset ${hex(offset)})`, { offset });
export const malformedHeapType = (offset: number, value: number): MalformedError =>
  new MalformedError(`malformed heap type: ${value} (offset ${hex(offset)})`, { offset });
export const malformedBlockType = (offset: number, value: number): MalformedError =>
  new MalformedError(`malformed block type: ${value} (offset ${hex(offset)})`, { offset });
export const malformedCatch = (offset: number, byte: number): MalformedError =>
  new MalformedError(`malformed catch clause: ${hex(byte)} (offset ${hex(offset)})`, { offset });
export const malformedCastFlags = (offset: number, byte: number): MalformedError =>
  new MalformedError(`malformed br_on_cast flags: ${hex(byte)} (offset ${hex(offset)})`, { offset });
export const malformedReferenceType = (offset: number, byte: number): MalformedError =>
  new MalformedError(`malformed reference type: ${hex(byte)} (offset ${hex(offset)})`, { offset });
