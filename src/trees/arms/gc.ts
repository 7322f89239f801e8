// Lowering of structs, arrays, i31 and casts.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// Types become canonical indices (type-space.ts), fields become cells (runtime/objects.ts has the same layout).
// Packed values are masked when they are written and sign-extended when they are read, by i32 operations.
import {
  F64,
  type FieldType,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  V128,
  type ValType,
  ref,
  asArray,
  asStruct,
} from '../../syntax/types.ts';
import { typeSpace } from '../../validator/module.ts';
import type { DefType } from '../../validator/type-space.ts';
import { chargeObject } from '../charges.ts';
import { cellsOf, structLayout } from '../../runtime/layout.ts';
import { constNode, treeNode } from '../nodes.ts';
import type { GcOutName } from '../operations.ts';
import { branchOn } from './control.ts';
import { check, question, settle } from './reference.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';

const unpacked = (storage: ValType): ValType => (storage === I8 || storage === I16 ? I32 : storage);

function canon(b: TreeBuilder, typeIndex: number): number {
  return typeSpace(b.valid).canonical[typeIndex];
}

/** How wide a value is, as the names of object operations say it. */
function width(storage: ValType): 'ref' | '32' | '64' | '128' {
  if (storage > 0) return 'ref';
  return storage === V128 ? '128' : storage === I64 || storage === F64 ? '64' : '32';
}

/** The packed value on top is masked, so that what is stored is zero-extended. */
function pack(b: TreeBuilder, storage: ValType): void {
  if (unpacked(storage) === storage) return;
  const { at } = b.cursor;
  const mask = constNode(I32, storage === I8 ? 0xff : 0xffff, 0, at);
  b.operands.push(treeNode('binary', 'i32.and', I32, 0, at, b.operands.pop(), mask));
}

/** The packed value on top is sign-extended. */
function signExtend(b: TreeBuilder, storage: ValType): void {
  const extend = storage === I8 ? 'i32.extend8_s' : 'i32.extend16_s';
  b.operands.push(treeNode('unary', extend, I32, 0, b.cursor.at, b.operands.pop()));
}

// ------------------------------------------------------------------------------------------------------------- structs

/** The struct type under the cursor, as it is declared and as it is laid out, and what an allocation of it gives. */
export function structOf(b: TreeBuilder): { fields: readonly FieldType[]; type: DefType; result: ValType } {
  const { index } = b.cursor;
  const { fields } = asStruct(b.valid.module.types[index].comp);
  return { fields, type: typeSpace(b.valid).at(index), result: ref(index, false) };
}

function structNew(b: TreeBuilder): void {
  const { fields, type, result } = structOf(b);
  chargeObject(b, structLayout(type).size);
  b.out('struct.new', fields.length, [result], type.index);
}

function structNewDefault(b: TreeBuilder): void {
  const { type, result } = structOf(b);
  chargeObject(b, structLayout(type).size);
  b.object('struct.new_default', 0, result, type.index);
}

/** The storage type of the field under the cursor, and its cell. */
function fieldOf(b: TreeBuilder): { storage: ValType; cell: number } {
  const { index2 } = b.cursor;
  const { fields, type } = structOf(b);
  return { storage: fields[index2].storage, cell: structLayout(type).cell[index2] };
}

function structSet(b: TreeBuilder): void {
  const { storage, cell } = fieldOf(b);
  pack(b, storage);
  b.object(`struct.set${width(storage)}`, 2, undefined, cell);
}

function structGet(b: TreeBuilder): void {
  const { storage, cell } = fieldOf(b);
  b.object(`struct.get${width(storage)}`, 1, unpacked(storage), cell);
}

function structGetSigned(b: TreeBuilder): void {
  structGet(b);
  signExtend(b, fieldOf(b).storage);
}

// -------------------------------------------------------------------------------------------------------------- arrays

/** The storage type of the elements of the array type under the cursor. */
function elementOf({ cursor, valid }: TreeBuilder): ValType {
  return asArray(valid.module.types[cursor.index].comp).field.storage;
}

/** The data or element segment under the cursor, of instructions that name one. */
function segment({ cursor: { row, index2 } }: TreeBuilder): number {
  return row.imm === 'type' ? 0 : index2;
}

const arrayNew =
  (name: GcOutName): Arm =>
  (b) => {
    const { index, row } = b.cursor;
    b.out(name, row.pops, [ref(index, false)], canon(b, index), segment(b));
  };

function arrayNewFixed(b: TreeBuilder): void {
  const { index, index2 } = b.cursor;
  chargeObject(b, index2 * cellsOf(elementOf(b)));
  b.out('array.new_fixed', index2, [ref(index, false)], canon(b, index), index2);
}

const arrayChange =
  (name: GcOutName): Arm =>
  (b) => {
    const { index, row } = b.cursor;
    b.out(name, row.pops, [], canon(b, index), segment(b));
  };

function arrayCopy(b: TreeBuilder): void {
  b.out('array.copy', 5, [], canon(b, b.cursor.index));
}

function arraySet(b: TreeBuilder): void {
  const storage = elementOf(b);
  pack(b, storage);
  b.object(`array.set${width(storage)}`, 3, undefined);
}

function arrayGet(b: TreeBuilder): void {
  const storage = elementOf(b);
  b.object(`array.get${width(storage)}`, 2, unpacked(storage));
}

function arrayGetSigned(b: TreeBuilder): void {
  arrayGet(b);
  signExtend(b, elementOf(b));
}

// ------------------------------------------------------------------------------------------------- references and casts

function refEq({ cursor, operands }: TreeBuilder): void {
  const second = operands.pop();
  const first = operands.pop();
  operands.push(treeNode('binary', 'ref.eq', I32, 0, cursor.at, first, second));
}

function refI31({ cursor, operands }: TreeBuilder): void {
  operands.push(treeNode('unary', 'ref.i31', ref(HEAP.i31, false), 0, cursor.at, operands.pop()));
}

function refTest(b: TreeBuilder): void {
  question(b, 'ref.test', typeSpace(b.valid).canonicalType(b.cursor.valType));
}

function refCast(b: TreeBuilder): void {
  const { valType } = b.cursor;
  check(b, 'ref.cast', typeSpace(b.valid).canonicalType(valType), valType);
}

const brOnCast =
  (onFail: boolean): Arm =>
  (b) => {
    const { at, valType2 } = b.cursor;
    const k = typeSpace(b.valid).canonicalType(valType2);
    branchOn(b, treeNode('unary', 'ref.test', I32, 0, at, settle(b), undefined, undefined, k), onFail);
  };

/** Inside they are the same (runtime/references.ts). */
const convert: Arm = () => undefined;

export const GC_ARMS = {
  'struct.new': structNew,
  'struct.new_default': structNewDefault,
  'struct.get': structGet,
  'struct.get_s': structGetSigned,
  'struct.get_u': structGet,
  'struct.set': structSet,
  'array.new': arrayNew('array.new'),
  'array.new_default': arrayNew('array.new_default'),
  'array.new_fixed': arrayNewFixed,
  'array.new_data': arrayNew('array.new_data'),
  'array.new_elem': arrayNew('array.new_elem'),
  'array.get': arrayGet,
  'array.get_s': arrayGetSigned,
  'array.get_u': arrayGet,
  'array.set': arraySet,
  'array.len': (b) => b.object('array.len', 1, I32),
  'array.fill': arrayChange('array.fill'),
  'array.copy': arrayCopy,
  'array.init_data': arrayChange('array.init_data'),
  'array.init_elem': arrayChange('array.init_elem'),
  'ref.eq': refEq,
  'ref.test': refTest,
  'ref.cast': refCast,
  br_on_cast: brOnCast(false),
  br_on_cast_fail: brOnCast(true),
  'any.convert_extern': convert,
  'extern.convert_any': convert,
  'ref.i31': refI31,
  'i31.get_s': (b) => b.object('i31.get_s', 1, I32),
  'i31.get_u': (b) => b.object('i31.get_u', 1, I32),
} satisfies Arms;
