// The validator's messages, one function each. Every text begins with the testsuite's phrase, then a colon and what a
// person needs; `where` adds the place: ` (func 3 "fib", offset 0x4f)`.
import { counted, cut } from '../syntax/shown.ts';
import { InvalidError, MalformedError, type Place, UnsupportedError } from '../errors.ts';
import type { Feature } from '../syntax/features.ts';
import { type ValType, typeName, typesName } from '../syntax/types.ts';
import { nameText } from '../syntax/visible.ts';

/** Where something was found: for programs, and for people. */
export interface Where {
  readonly place: Place;
  /** What is being looked at outside of function bodies, such as `global 3`; '' where there is nothing to say. */
  readonly subject: string;
}

/** ` (func 3 "fib", offset 0x4f)`, or '' where nothing is known. */
export function placeText({ place, subject }: Where): string {
  const parts: string[] = subject === '' ? [] : [subject];
  if (place.func !== undefined) {
    parts.push(`func ${place.func}${place.funcName === undefined ? '' : ` ${nameText(cut(place.funcName))}`}`);
  }
  if (place.offset !== undefined) parts.push(`offset 0x${place.offset.toString(16).padStart(2, '0')}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const invalid = (where: Where, text: string): InvalidError => new InvalidError(text + placeText(where), where.place);
const malformed = (where: Where, text: string): MalformedError =>
  new MalformedError(text + placeText(where), where.place);

const count = (n: number, what: string): string =>
  `${n} ${n === 1 ? what : what === 'memory' ? 'memories' : `${what}s`}`;

/** What an index may name. */
export type Space =
  | 'type'
  | 'function'
  | 'table'
  | 'memory'
  | 'global'
  | 'tag'
  | 'elem segment'
  | 'data segment'
  | 'local'
  | 'label'
  | 'field';

export const unknown = (where: Where, space: Space, index: number, total: number): InvalidError =>
  invalid(where, `unknown ${space} ${index}: there ${total === 1 ? 'is' : 'are'} ${count(total, space)} here`);

// Types of operands
export const typeMismatch = (where: Where, name: string, expected: string, found: string): InvalidError =>
  invalid(where, `type mismatch: ${name} expects ${expected}, found ${found}`);
export const valuesLeft = (where: Where, name: string, results: readonly ValType[], left: string): InvalidError =>
  invalid(where, `type mismatch: ${name} expects ${typesName(results)}, found ${left}: values are left on the stack`);
export const notMatching = (where: Where, what: string, expected: string, found: string): InvalidError =>
  invalid(where, `type mismatch: ${what} must match ${expected}, found ${found}`);
export const resultsDiffer = (where: Where, name: string, of: string, own: string): InvalidError =>
  invalid(where, `type mismatch: ${name} returns ${of}, the function ${own}`);
export const labelArity = (where: Where, label: number, arity: number, expected: number): InvalidError =>
  invalid(
    where,
    `type mismatch: br_table's label ${label} takes ${counted(arity, 'value')}, the default label ${expected}`,
  );
export const tableNotFunc = (where: Where, name: string, table: number, elem: ValType): InvalidError =>
  invalid(where, `type mismatch: ${name} needs a table of functions, table ${table} holds ${typeName(elem)}`);
export const selectArity = (where: Where, arity: number): InvalidError =>
  invalid(where, `invalid result arity: select must have one result type, found ${arity}`);
export const notDefaultable = (where: Where, what: string, t: ValType): InvalidError =>
  invalid(where, `type mismatch: ${what} needs an initial value, since ${typeName(t)} has no default`);
export const uninitialized = (where: Where, index: number, t: ValType): InvalidError =>
  invalid(where, `uninitialized local ${index}: its type ${typeName(t)} has no default and it is not yet set here`);

// Immediates
export const alignment = (where: Where, name: string, align: number, natural: number): InvalidError => {
  const text = `${name} accesses ${count(2 ** natural, 'byte')}, alignment is 2^${align}`;
  return invalid(where, `alignment must not be larger than natural: ${text}`);
};
export const atomicAlignment = (where: Where, name: string, align: number, natural: number): InvalidError =>
  invalid(where, `atomic alignment must be natural: ${name} needs 2^${natural}, found 2^${align}`);
export const offsetRange = (where: Where, name: string): InvalidError =>
  invalid(where, `offset out of range: the memory of ${name} has 32-bit addresses`);
export const laneIndex = (where: Where, name: string, lane: number, lanes: number): InvalidError =>
  invalid(where, `invalid lane index: ${name} has lanes 0 to ${lanes - 1}, found ${lane}`);
export const immutableGlobal = (where: Where, index: number): InvalidError =>
  invalid(where, `immutable global: global ${index} cannot be set`);
export const undeclaredRef = (where: Where, index: number): InvalidError => {
  const text = `function ${index} is in no element segment, export or global`;
  return invalid(where, `undeclared function reference: ${text}`);
};
export const notComposite = (where: Where, kind: 'function' | 'structure' | 'array', index: number): InvalidError =>
  invalid(where, `non-${kind} type ${index}: another kind of type is defined there`);

// Aggregates
export const immutableField = (where: Where, type: number, index: number): InvalidError =>
  invalid(where, `immutable field: field ${index} of type ${type} cannot be set`);
export const immutableArray = (where: Where, type: number): InvalidError =>
  invalid(where, `immutable array: elements of type ${type} cannot be set`);
export const packing = (where: Where, name: string, storage: ValType): InvalidError =>
  invalid(where, `type mismatch: ${name} does not fit a field of type ${typeName(storage)}`);
export const arraysDiffer = (where: Where, to: ValType, from: ValType): InvalidError =>
  invalid(where, `array types do not match: ${typeName(from)} cannot be stored as ${typeName(to)}`);
export const notNumericArray = (where: Where, t: ValType): InvalidError =>
  invalid(where, `array type is not numeric or vector: ${typeName(t)} cannot be read from a data segment`);

// Custom descriptors
export const withoutDescriptor = (where: Where, heap: string): InvalidError =>
  invalid(where, `type ${heap} does not have a descriptor: the type has no descriptor clause`);
export const typeWithoutDescriptor = (where: Where, index: number): InvalidError =>
  invalid(where, `type without descriptor: type ${index} has no descriptor clause`);
export const allocation = (where: Where, needs: boolean): InvalidError =>
  needs
    ? invalid(where, 'type with descriptor requires descriptor allocation: use struct.new_desc')
    : invalid(where, 'type without descriptor requires non-descriptor allocation: use struct.new');

// Modules
export const constantRequired = (where: Where, text: string): InvalidError =>
  invalid(where, `constant expression required: ${text}`);
export const notSubtype = (where: Where, type: number, parent: number, why: string): InvalidError =>
  invalid(where, `sub type ${type} does not match super type ${parent}: ${why}`);
export const manySupers = (where: Where, type: number): InvalidError =>
  invalid(where, `sub type ${type} may have one super type: more are declared`);
export const outsideGroup = (where: Where, clause: 'descriptor' | 'described', index: number): InvalidError =>
  invalid(where, `${clause} type is outside rec group: type ${index} is in another`);
export const mustBeStruct = (where: Where, clause: 'descriptor' | 'described'): InvalidError =>
  invalid(where, `${clause} type must be a struct: another kind of type is defined here`);
export const forwardDescribed = (where: Where, index: number): InvalidError =>
  invalid(where, `forward use of described type: type ${index} must come before`);
export const notDescribed = (where: Where, index: number): InvalidError =>
  invalid(where, `type is not described by its descriptor: that is type ${index}`);
export const notDescriptor = (where: Where, index: number): InvalidError =>
  invalid(where, `described type is not described by descriptor: that is type ${index}`);
export const clauseMismatch = (where: Where, clause: string, index: number, parent: number): InvalidError =>
  invalid(where, `${clause} type ${index} does not match ${parent}, which that of the super type is`);
export const tooMany = (where: Where, what: string, n: number, limit: number): InvalidError =>
  invalid(where, `too many ${what}: at most ${limit} are allowed, found ${n}`);
export const minAboveMax = (where: Where, min: bigint, max: bigint): InvalidError =>
  invalid(where, `size minimum must not be greater than maximum: ${min} is greater than ${max}`);
export const memorySize = (where: Where, limit: string, found: bigint): InvalidError =>
  invalid(where, `memory size must be at most ${limit}: found ${counted(found, 'page')}`);
export const tableSize = (where: Where, limit: string, found: bigint): InvalidError =>
  invalid(where, `table size must be at most ${limit}: found ${counted(found, 'element')}`);
export const pageSize = (where: Where, log2: number): InvalidError =>
  invalid(where, `invalid custom page size: 2^${log2} bytes, must be 1 or 65536`);
export const sharedNeedsMax = (where: Where): InvalidError =>
  invalid(where, 'shared memory must have maximum: a shared memory cannot move when it grows');
export const sharedTable = (where: Where): InvalidError =>
  invalid(where, 'shared tables must be of shared elements: no element type is shared');
export const tagResults = (where: Where): InvalidError =>
  invalid(where, 'non-empty tag result type: exceptions carry parameters only');
export const duplicateExport = (where: Where, name: string): InvalidError =>
  invalid(where, `duplicate export name: ${nameText(cut(name))} is exported twice`);
export const startType = (where: Where, found: string): InvalidError =>
  invalid(where, `start function must have type [] -> []: found ${found}`);
export const rethrowLabel = (where: Where, label: number): InvalidError =>
  invalid(where, `invalid rethrow label: label ${label} is not that of a catch`);

// Malformed bodies
export const endExpected = (where: Where, text: string): MalformedError =>
  malformed(where, `END opcode expected: ${text}`);
export const bodyEnds = (where: Where): MalformedError =>
  malformed(where, 'unexpected end of section or function: the body ends within a block');
export const bodySize = (where: Where): MalformedError =>
  malformed(where, 'section size mismatch: the body does not end where its size says');
export const dataCountRequired = (where: Where, name: string): MalformedError =>
  malformed(where, `data count section required: ${name} names a data segment`);

// Features
export const switchedOff = (where: Where, what: string, feature: Feature): UnsupportedError => {
  const how = `switch it on with --wasm-features=${feature} (or features: withFeatures(..., { '${feature}': true }) in the API)`;
  const text = `unsupported: ${what} needs the feature "${feature}", which is off; ${how}`;
  return new UnsupportedError(feature, text + placeText(where), where.place);
};
