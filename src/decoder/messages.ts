// The decoder's messages, one function each. Every text begins with the testsuite's phrase, then says what a person
// needs. The validator walks bodies, so it uses the ones about bodies too.
import { MalformedError } from '../errors.ts';

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
const at = (offset: number): string => `(offset ${hex(offset)})`;
const malformed = (text: string, offset: number): MalformedError =>
  new MalformedError(`${text} ${at(offset)}`, { offset });

const SHORT = new WeakSet<MalformedError>();

/** Says that there are not as many bytes as were needed. */
function tooShort(text: string, offset: number): MalformedError {
  const error = malformed(text, offset);
  SHORT.add(error);
  return error;
}

/** Whether an error is one that says that there are not as many bytes as were needed. */
export const isTooShort = (error: unknown): boolean => SHORT.has(error as MalformedError);

// The module and its sections.

export const preambleEnd = (length: number): MalformedError =>
  malformed(`unexpected end: a module begins with 8 bytes, here are ${length}`, length);
export const badMagic = (): MalformedError =>
  malformed('magic header not detected: a module begins with the bytes 00 61 73 6d', 0);
export const badVersion = (version: number): MalformedError =>
  malformed(`unknown binary version: ${version}, expected 1${version === COMPONENT ? COMPONENTS : ''}`, 4);

/** Version 13 of layer 1. */
const COMPONENT = 0x1_000d;
const COMPONENTS =
  ': this is a component, which wraps modules (wasip2); components are not built here, core modules are';
export const moduleTooLarge = (bytes: number, limit: number): MalformedError =>
  malformed(`module too large: ${bytes} bytes, the limit is ${limit}`, 0);
export const malformedSectionId = (offset: number, id: number): MalformedError =>
  malformed(`malformed section id: ${id}`, offset);
export const sectionOrder = (offset: number, section: string, after: string): MalformedError =>
  malformed(`unexpected content after last section: ${section} section after the ${after} section`, offset);
export const sectionSizeMismatch = (offset: number, section: string, declared: number): MalformedError =>
  malformed(`section size mismatch: ${section} section should end at ${hex(declared)}, its contents end`, offset);
export const lengthOutOfBounds = (offset: number, length: number, remain: number): MalformedError =>
  tooShort(`length out of bounds: ${length}, and ${remain} bytes remain`, offset);
export const functionAndCode = (offset: number, functions: number, bodies: number): MalformedError =>
  malformed(`function and code section have inconsistent lengths: ${functions} and ${bodies}`, offset);
export const dataCountAndData = (offset: number, count: number, segments: number): MalformedError =>
  malformed(`data count and data section have inconsistent lengths: ${count} and ${segments}`, offset);
/** An implementation limit: `tooMany(at, 'types', 2_000_000, 1_000_000)`. */
export const tooMany = (offset: number, what: string, count: number, limit: number): MalformedError =>
  malformed(`too many ${what}: ${count}, the limit is ${limit}`, offset);
export const malformedImportKind = (offset: number, byte: number): MalformedError =>
  malformed(`malformed import kind: ${hex(byte)}`, offset);
export const malformedExportKind = (offset: number, byte: number): MalformedError =>
  malformed(`malformed export kind: ${hex(byte)}`, offset);
export const malformedElementFlags = (offset: number, flags: number): MalformedError =>
  malformed(`malformed elements segment kind: ${flags}`, offset);
export const malformedElementKind = (offset: number, byte: number): MalformedError =>
  malformed(`malformed element kind: ${hex(byte)}, only 0x00 (functions) exists`, offset);
export const malformedDataFlags = (offset: number, flags: number): MalformedError =>
  malformed(`malformed data segment kind: ${flags}`, offset);

// Values and types.

export const unexpectedEnd = (offset: number, what = 'more bytes are needed'): MalformedError =>
  tooShort(`unexpected end of section or function: ${what}`, offset);
export const integerTooLong = (offset: number, bits: number): MalformedError =>
  malformed(`integer representation too long: LEB128 of ${bits} bits`, offset);
export const integerTooLarge = (offset: number, bits: number): MalformedError =>
  malformed(`integer too large: LEB128 of ${bits} bits has unused bits set`, offset);
export const malformedUtf8 = (offset: number): MalformedError => malformed('malformed UTF-8 encoding: name', offset);
export const zeroByteExpected = (offset: number): MalformedError =>
  malformed('zero byte expected: reserved byte', offset);
export const malformedValueType = (offset: number, byte: number): MalformedError =>
  malformed(`malformed value type: ${hex(byte)}`, offset);
export const malformedStorageType = (offset: number, byte: number): MalformedError =>
  malformed(`malformed storage type: ${hex(byte)}`, offset);
export const malformedReferenceType = (offset: number, byte: number): MalformedError =>
  malformed(`malformed reference type: ${hex(byte)}`, offset);
export const malformedHeapType = (offset: number, value: number): MalformedError =>
  malformed(`malformed heap type: ${value}`, offset);
export const malformedDefinedType = (offset: number, byte: number): MalformedError =>
  malformed(`malformed definition type: ${hex(byte)}`, offset);
export const malformedLimits = (offset: number, flags: number): MalformedError =>
  malformed(`malformed limits flags: ${hex(flags)}`, offset);
export const invalidPageSize = (offset: number, log2: number): MalformedError =>
  malformed(`invalid custom page size: 2^${log2} bytes`, offset);
export const malformedMutability = (offset: number, byte: number): MalformedError =>
  malformed(`malformed mutability: ${hex(byte)}`, offset);

// Bodies and constant expressions.

export const illegalOpcode = (offset: number, code: string): MalformedError =>
  malformed(`illegal opcode ${code}: no instruction has it`, offset);
export const malformedMemop = (offset: number, flags: number): MalformedError =>
  malformed(`malformed memop flags: ${hex(flags)}`, offset);
export const malformedBlockType = (offset: number, value: number): MalformedError =>
  malformed(`malformed block type: ${value}`, offset);
export const malformedCatch = (offset: number, byte: number): MalformedError =>
  malformed(`malformed catch clause: ${hex(byte)}`, offset);
export const malformedCastFlags = (offset: number, byte: number): MalformedError =>
  malformed(`malformed br_on_cast flags: ${hex(byte)}`, offset);
export const tooManyLocals = (offset: number, limit: number): MalformedError =>
  malformed(`too many locals: the limit is ${limit}, parameters included`, offset);
export const endExpected = (offset: number, what = 'else without an if'): MalformedError =>
  malformed(`END opcode expected: ${what}`, offset);
/** For memory.init, data.drop, array.new_data and array.init_data in a body of a module without a data count. */
export const dataCountRequired = (offset: number, mnemonic: string): MalformedError =>
  malformed(`data count section required: ${mnemonic} needs it`, offset);
/** Function `index` (of the defined ones) has its final `end` before or after the end that its size declares. */
export const bodySizeMismatch = (offset: number, index: number, declared: number): MalformedError =>
  malformed(`section size mismatch: body ${index} should end at ${hex(declared)}, its instructions end`, offset);

/**
 * A body or expression ends, at `offset`, before its final `end`. The testsuite names this fault by what the byte
 * after it would mean, read on as an instruction: nothing, an `end`, something else.
 */
export function endMissing(bytes: Uint8Array, offset: number): MalformedError {
  const what = 'the function ends without its final end';
  if (offset >= bytes.length) return unexpectedEnd(offset, what);
  return bytes[offset] === 0x0b ? malformed(`section size mismatch: ${what}`, offset) : endExpected(offset, what);
}
