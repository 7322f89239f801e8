// The type section: recursive groups of sub types. https://webassembly.github.io/spec/core/binary/modules.html#type-section
// With the clauses of custom descriptors: https://github.com/WebAssembly/custom-descriptors
// It does not look at what type indices mean.
import { MAX_PARAMS, MAX_REC_GROUPS, MAX_RESULTS, MAX_STRUCT_FIELDS, MAX_TYPES } from '../../syntax/limits.ts';
import type { CompType, FieldType, RecGroup, SubType } from '../../syntax/types.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { vector, vectorLength } from './vector.ts';

/** Declared supertypes of one type. More than one is invalid, but well-formed. */
const MAX_SUPERS = 1_000;

/** One list for all types without supertypes. */
const NO_SUPERS: readonly number[] = Object.freeze([]);

export interface TypeSection {
  readonly types: readonly SubType[];
  readonly recGroups: readonly RecGroup[];
}

export function decodeTypes(reader: Reader): TypeSection {
  const types: SubType[] = [];
  const recGroups: RecGroup[] = [];
  const groups = vectorLength(reader, 'recursive groups', MAX_REC_GROUPS);
  for (let i = 0; i < groups; i++) {
    const start = types.length;
    let length = 1;
    const isGroup = reader.peek() === 0x4e;
    if (isGroup) {
      reader.offset++;
      length = vectorLength(reader, 'types in a recursive group', MAX_TYPES);
    }
    if (length === 1) reader.choice(isGroup);
    if (start + length > MAX_TYPES) throw say.tooMany(reader.offset, 'types', start + length, MAX_TYPES);
    for (let j = 0; j < length; j++) types.push(decodeSubType(reader));
    recGroups.push({ start, length });
  }
  return { types, recGroups };
}

function decodeSubType(reader: Reader): SubType {
  let final = true;
  let supers = NO_SUPERS;
  const byte = reader.peek();
  if (byte === 0x50 || byte === 0x4f) {
    reader.offset++;
    final = byte === 0x4f;
    supers = vector(reader, 'supertypes', MAX_SUPERS, () => reader.u32());
  }
  if (final && supers.length === 0) reader.choice(byte === 0x4f);
  const describes = decodeClause(reader, 0x4c);
  const descriptor = decodeClause(reader, 0x4d);
  const comp = decodeCompType(reader);
  if (describes === undefined && descriptor === undefined) return { final, supers, comp };
  return {
    final,
    supers,
    comp,
    ...(descriptor === undefined ? {} : { descriptor }),
    ...(describes === undefined ? {} : { describes }),
  };
}

/** The type index after `code`, if that clause is there. */
function decodeClause(reader: Reader, code: number): number | undefined {
  if (reader.peek() !== code) return undefined;
  reader.offset++;
  return reader.u32();
}

/** A composite type: function (0x60), struct (0x5f) or array (0x5e). */
function decodeCompType(reader: Reader): CompType {
  const start = reader.offset;
  const byte = reader.byte();
  if (byte === 0x60) {
    const params = vector(reader, 'parameters', MAX_PARAMS, () => reader.valType());
    return { kind: 'func', params, results: vector(reader, 'results', MAX_RESULTS, () => reader.valType()) };
  }
  if (byte === 0x5f) {
    return { kind: 'struct', fields: vector(reader, 'fields', MAX_STRUCT_FIELDS, () => decodeFieldType(reader)) };
  }
  if (byte === 0x5e) return { kind: 'array', field: decodeFieldType(reader) };
  throw byte >= 0x80 ? say.integerTooLong(start, 7) : say.malformedDefinedType(start, byte);
}

function decodeFieldType(reader: Reader): FieldType {
  const storage = reader.storageType();
  return { storage, mutable: decodeMutability(reader) };
}

/** 0x00 (constant) or 0x01 (variable). */
export function decodeMutability(reader: Reader): boolean {
  const byte = reader.byte();
  if (byte > 1) throw say.malformedMutability(reader.offset - 1, byte);
  return byte === 1;
}
