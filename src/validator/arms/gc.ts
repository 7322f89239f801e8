// Validation of structs, arrays, i31 and casts. https://webassembly.github.io/spec/core/valid/instructions.html#aggregate-instructions
import { MAX_ARRAY_NEW_FIXED } from '../../syntax/limits.ts';
import {
  type ArrayType,
  BOT,
  BOT_HEAP,
  type FieldType,
  HEAP,
  KIND_TOP,
  type HeapType,
  I16,
  I32,
  I8,
  type StructType,
  type ValType,
  heapOf,
  isDefaultable,
  isNullable,
  ref,
  typeName,
  typesName,
} from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';

/** The value type of a storage type. */
function unpacked(storage: ValType): ValType {
  return storage === I8 || storage === I16 ? I32 : storage;
}

/** Pushes what allocation gives: exact where custom descriptors are on. */
function pushAllocated(s: BodyState): void {
  s.stack.pushVal(ref(s.cursor.index, false, s.ctx.has('custom-descriptors')));
}

/** What instructions on objects of their type take. */
function ownType(s: BodyState): ValType {
  return ref(s.cursor.index, true);
}

// Structs

/** The fields of a struct that is allocated, with their descriptor if the type has one. */
function allocatedStruct(s: BodyState, described: boolean): StructType {
  const { index } = s.cursor;
  const struct = s.ctx.structType(index);
  const has = s.ctx.module.types[index].descriptor !== undefined;
  if (has !== described) throw say.allocation(s.ctx.where(), has);
  return struct;
}

export function structNew(s: BodyState, described: boolean): void {
  const { fields } = allocatedStruct(s, described);
  if (described) popDescriptor(s);
  for (let i = fields.length - 1; i >= 0 && !s.stack.bottomless; i--) s.stack.popVal(unpacked(fields[i].storage));
  pushAllocated(s);
}

export function structNewDefault(s: BodyState, described: boolean): void {
  const { fields } = allocatedStruct(s, described);
  const { index } = s.cursor;
  if (!s.ctx.defaultable.has(index)) {
    for (const { storage } of fields) checkDefault(s, storage);
    s.ctx.defaultable.add(index);
  }
  if (described) popDescriptor(s);
  pushAllocated(s);
}

function popDescriptor(s: BodyState): void {
  s.stack.popVal(ref(s.ctx.module.types[s.cursor.index].descriptor as number, true, true));
}

function checkDefault(s: BodyState, storage: ValType): void {
  if (!isDefaultable(storage)) throw say.notDefaultable(s.ctx.where(), s.cursor.row.name, storage);
}

function field(s: BodyState): FieldType {
  const { fields } = s.ctx.structType(s.cursor.index);
  s.ctx.check('field', s.cursor.index2, fields.length);
  return fields[s.cursor.index2];
}

/** `.get` reads what is not packed, `.get_s` and `.get_u` what is. */
function checkPacking(s: BodyState, storage: ValType): void {
  const { name } = s.cursor.row;
  if (name.endsWith('get') !== (unpacked(storage) === storage)) throw say.packing(s.ctx.where(), name, storage);
}

function structGet(s: BodyState): void {
  const { storage } = field(s);
  checkPacking(s, storage);
  s.stack.popVal(ownType(s));
  s.stack.pushVal(unpacked(storage));
}

function structSet(s: BodyState): void {
  const { storage, mutable } = field(s);
  if (!mutable) throw say.immutableField(s.ctx.where(), s.cursor.index, s.cursor.index2);
  s.stack.popVals([ownType(s), unpacked(storage)]);
}

// Arrays

function mutableArray(s: BodyState, index: number): ArrayType {
  const array = s.ctx.arrayType(index);
  if (!array.field.mutable) throw say.immutableArray(s.ctx.where(), index);
  return array;
}

function arrayNew(s: BodyState): void {
  const { storage } = s.ctx.arrayType(s.cursor.index).field;
  s.stack.popVals([unpacked(storage), I32]);
  pushAllocated(s);
}

function arrayNewDefault(s: BodyState): void {
  checkDefault(s, s.ctx.arrayType(s.cursor.index).field.storage);
  s.stack.popVal(I32);
  pushAllocated(s);
}

function arrayNewFixed(s: BodyState): void {
  const { index, index2: count } = s.cursor;
  const t = unpacked(s.ctx.arrayType(index).field.storage);
  if (count > MAX_ARRAY_NEW_FIXED) throw say.tooMany(s.ctx.where(), 'elements', count, MAX_ARRAY_NEW_FIXED);
  for (let i = 0; i < count && !s.stack.bottomless; i++) s.stack.popVal(t);
  pushAllocated(s);
}

/** Data segments can fill arrays of numbers and vectors. */
function checkData(s: BodyState, array: ArrayType): void {
  const { storage } = array.field;
  if (storage > 0) throw say.notNumericArray(s.ctx.where(), storage);
  s.ctx.data(s.cursor.index2);
}

function checkElem(s: BodyState, array: ArrayType): void {
  const { storage } = array.field;
  const elem = s.ctx.elem(s.cursor.index2);
  if (s.ctx.matches(elem, storage)) return;
  throw say.notMatching(s.ctx.where(), `elements of ${s.cursor.row.name}`, typeName(storage), typeName(elem));
}

/** `array.new_data` and `array.new_elem`. */
function arrayNewSegment(s: BodyState, elem: boolean): void {
  const array = s.ctx.arrayType(s.cursor.index);
  if (elem) checkElem(s, array);
  else checkData(s, array);
  s.stack.popVals([I32, I32]);
  pushAllocated(s);
}

/** `array.init_data` and `array.init_elem`. */
function arrayInitSegment(s: BodyState, elem: boolean): void {
  const array = mutableArray(s, s.cursor.index);
  if (elem) checkElem(s, array);
  else checkData(s, array);
  s.stack.popVals([ownType(s), I32, I32, I32]);
}

function arrayGet(s: BodyState): void {
  const { storage } = s.ctx.arrayType(s.cursor.index).field;
  checkPacking(s, storage);
  s.stack.popVals([ownType(s), I32]);
  s.stack.pushVal(unpacked(storage));
}

function arraySet(s: BodyState): void {
  const { storage } = mutableArray(s, s.cursor.index).field;
  s.stack.popVals([ownType(s), I32, unpacked(storage)]);
}

function arrayLen(s: BodyState): void {
  s.stack.popVal(ref(HEAP.array, true));
  s.stack.pushVal(I32);
}

function arrayFill(s: BodyState): void {
  const { storage } = mutableArray(s, s.cursor.index).field;
  s.stack.popVals([ownType(s), I32, unpacked(storage), I32]);
}

function arrayCopy(s: BodyState): void {
  const { index: to, index2: from } = s.cursor;
  const target = mutableArray(s, to).field.storage;
  const source = s.ctx.arrayType(from).field.storage;
  if (!s.ctx.matches(source, target)) throw say.arraysDiffer(s.ctx.where(), target, source);
  s.stack.popVals([ref(to, true), I32, ref(from, true), I32, I32]);
}

// References and casts

function refEq(s: BodyState): void {
  const eq = ref(HEAP.eq, true);
  s.stack.popVals([eq, eq]);
  s.stack.pushVal(I32);
}

function refI31(s: BodyState): void {
  s.stack.popVal(I32);
  s.stack.pushVal(ref(HEAP.i31, false));
}

function i31Get(s: BodyState): void {
  s.stack.popVal(ref(HEAP.i31, true));
  s.stack.pushVal(I32);
}

/** `any.convert_extern` and `extern.convert_any`: null stays null. */
function convert(s: BodyState, from: HeapType, to: HeapType): void {
  const t = s.stack.popVal(ref(from, true));
  s.stack.pushVal(ref(to, t !== BOT && isNullable(t)));
}

/** The top of the hierarchy that a heap type is in. */
function topOf(s: BodyState, heap: HeapType): HeapType {
  if (heap >= 0) return KIND_TOP[s.ctx.comp(heap).kind];
  if (heap === HEAP.func || heap === HEAP.nofunc) return HEAP.func;
  if (heap === HEAP.extern || heap === HEAP.noextern) return HEAP.extern;
  if (heap === HEAP.exn || heap === HEAP.noexn) return HEAP.exn;
  return heap === BOT_HEAP ? BOT_HEAP : HEAP.any;
}

/** Pops an operand of the hierarchy of the type that it is tested for. */
export function popCastOperand(s: BodyState, to: ValType): void {
  s.ctx.val(to);
  s.stack.popVal(ref(topOf(s, heapOf(to)), true));
}

function refTest(s: BodyState): void {
  popCastOperand(s, s.cursor.valType);
  s.stack.pushVal(I32);
}

function refCast(s: BodyState): void {
  popCastOperand(s, s.cursor.valType);
  s.stack.pushVal(s.cursor.valType);
}

/** `br_on_cast` and `br_on_cast_fail`: one of the two outcomes goes with the branch, the other stays. */
function brOnCast(s: BodyState, onFail: boolean): void {
  const { valType: from, valType2: to } = s.cursor;
  checkCastTypes(s);
  s.stack.popVal(from);
  castBranch(s, onFail);
  s.stack.pushVal(onFail ? to : castFailure(from, to));
}

export function checkCastTypes(s: BodyState): void {
  const { valType: from, valType2: to } = s.cursor;
  s.ctx.val(from);
  s.ctx.val(to);
  // With custom descriptors the two need only be of one hierarchy.
  const bound = s.ctx.has('custom-descriptors') ? ref(topOf(s, heapOf(to)), true) : undefined;
  if (bound === undefined ? s.ctx.matches(to, from) : s.ctx.matches(from, bound)) return;
  throw say.notMatching(s.ctx.where(), `the target type of ${s.cursor.row.name}`, typeName(from), typeName(to));
}

/** What is known where a cast failed: not null if null would have passed. */
export function castFailure(from: ValType, to: ValType): ValType {
  return isNullable(to) ? from & ~1 : from;
}

/** Checks what the branch takes with it, and leaves what is under it on the stack. */
export function castBranch(s: BodyState, onFail: boolean): void {
  const { stack, cursor } = s;
  const taken = onFail ? castFailure(cursor.valType, cursor.valType2) : cursor.valType2;
  const types = stack.labelTypes(cursor.index);
  if (types.length === 0) {
    throw say.typeMismatch(s.ctx.where(), cursor.row.name, 'a label that takes a reference', typesName(types));
  }
  stack.pushVal(taken);
  stack.popVals(types);
  for (let i = 0; i < types.length - 1; i++) stack.pushVal(types[i]);
}

export const GC_ARMS = {
  'struct.new': (s) => structNew(s, false),
  'struct.new_default': (s) => structNewDefault(s, false),
  'struct.get': structGet,
  'struct.get_s': structGet,
  'struct.get_u': structGet,
  'struct.set': structSet,
  'array.new': arrayNew,
  'array.new_default': arrayNewDefault,
  'array.new_fixed': arrayNewFixed,
  'array.new_data': (s) => arrayNewSegment(s, false),
  'array.new_elem': (s) => arrayNewSegment(s, true),
  'array.get': arrayGet,
  'array.get_s': arrayGet,
  'array.get_u': arrayGet,
  'array.set': arraySet,
  'array.len': arrayLen,
  'array.fill': arrayFill,
  'array.copy': arrayCopy,
  'array.init_data': (s) => arrayInitSegment(s, false),
  'array.init_elem': (s) => arrayInitSegment(s, true),
  'ref.eq': refEq,
  'ref.test': refTest,
  'ref.cast': refCast,
  br_on_cast: (s) => brOnCast(s, false),
  br_on_cast_fail: (s) => brOnCast(s, true),
  'any.convert_extern': (s) => convert(s, HEAP.extern, HEAP.any),
  'extern.convert_any': (s) => convert(s, HEAP.any, HEAP.extern),
  'ref.i31': refI31,
  'i31.get_s': i31Get,
  'i31.get_u': i31Get,
} satisfies Arms;
