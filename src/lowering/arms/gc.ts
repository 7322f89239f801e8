// Lowering of structs, arrays, i31, casts and custom descriptors.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// Types become canonical indices (type-space.ts), fields become cells (runtime/objects.ts has the same layout).
// Packed values are masked when they are written and sign-extended when they are read, by i32 operations.
import {
  type ArrayType,
  F64,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  type StructType,
  V128,
  type ValType,
  isNullable,
  ref,
} from '../../syntax/types.ts';
import { typeSpace } from '../../validator/module.ts';
import { chargeObject } from '../charges.ts';
import { cellsOf, structLayout } from '../layout.ts';
import { constNode, slotNode, treeNode } from '../nodes.ts';
import { slotsOf } from '../operands.ts';
import { branchOn } from './control.ts';
import { check, question, settle } from './function-references.ts';
import type { TreeBuilder } from '../trees.ts';

/** Lowers an instruction on objects; answers false for any other. */
export function lowerGc(b: TreeBuilder): boolean {
  const { name } = b.cursor.row;
  if (name.startsWith('struct.')) return struct(b, name);
  if (name.startsWith('array.')) return array(b, name);
  return cast(b, name) || descriptor(b, name);
}

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

/** The packed value on top is sign-extended where the instruction says so. */
function unpack(b: TreeBuilder, name: string, storage: ValType): void {
  if (!name.endsWith('get_s')) return;
  const extend = storage === I8 ? 'i32.extend8_s' : 'i32.extend16_s';
  b.operands.push(treeNode('unary', extend, I32, 0, b.cursor.at, b.operands.pop()));
}

// ------------------------------------------------------------------------------------------------------------- structs

function struct(b: TreeBuilder, name: string): boolean {
  const { index, index2 } = b.cursor;
  const { fields } = b.valid.module.types[index].comp as StructType;
  const result = ref(index, false);
  const type = typeSpace(b.valid).at(index);
  const id = type.index;
  if (name.startsWith('struct.new')) chargeObject(b, structLayout(type).size);
  switch (name) {
    case 'struct.new':
      return b.out('struct.new', fields.length, [result], id);
    case 'struct.new_default':
      return b.object('struct.new_default', 0, result, id);
    case 'struct.new_desc': {
      const slots = fields.reduce((sum, { storage }) => sum + slotsOf(storage), 0);
      return b.out('struct.new_desc', fields.length + 1, [result], id, slots);
    }
    case 'struct.new_default_desc':
      return b.out('struct.new_default_desc', 1, [result], id);
    default:
      break;
  }
  const { storage } = fields[index2];
  const cell = structLayout(type).cell[index2];
  if (name === 'struct.set') {
    pack(b, storage);
    return b.object(`struct.set${width(storage)}`, 2, undefined, cell);
  }
  b.object(`struct.get${width(storage)}`, 1, unpacked(storage), cell);
  unpack(b, name, storage);
  return true;
}

// -------------------------------------------------------------------------------------------------------------- arrays

function array(b: TreeBuilder, name: string): boolean {
  const { index, index2 } = b.cursor;
  if (name === 'array.len') return b.object('array.len', 1, I32);
  const { storage } = (b.valid.module.types[index].comp as ArrayType).field;
  const result = ref(index, false);
  const id = canon(b, index);
  switch (name) {
    case 'array.new':
      return b.out('array.new', 2, [result], id);
    case 'array.new_default':
      return b.out('array.new_default', 1, [result], id);
    case 'array.new_fixed':
      chargeObject(b, index2 * cellsOf(storage));
      return b.out('array.new_fixed', index2, [result], id, index2);
    case 'array.new_data':
    case 'array.new_elem':
      return b.out(name, 2, [result], id, index2);
    case 'array.init_data':
    case 'array.init_elem':
      return b.out(name, 4, [], id, index2);
    case 'array.fill':
      return b.out('array.fill', 4, [], id);
    case 'array.copy':
      return b.out('array.copy', 5, [], id);
    case 'array.set':
      pack(b, storage);
      return b.object(`array.set${width(storage)}`, 3, undefined);
    default:
      b.object(`array.get${width(storage)}`, 2, unpacked(storage));
      unpack(b, name, storage);
      return true;
  }
}

// --------------------------------------------------------------------------------------------------------------- casts

function cast(b: TreeBuilder, name: string): boolean {
  const { cursor } = b;
  const space = typeSpace(b.valid);
  switch (name) {
    case 'ref.i31':
      b.operands.push(treeNode('unary', 'ref.i31', ref(HEAP.i31, false), 0, cursor.at, b.operands.pop()));
      return true;
    case 'i31.get_s':
    case 'i31.get_u':
      return b.object(name, 1, I32);
    case 'any.convert_extern':
    case 'extern.convert_any':
      // Inside they are the same (runtime/references.ts).
      return true;
    case 'ref.test':
      return question(b, 'ref.test', space.canonicalType(cursor.valType));
    case 'ref.cast':
      return check(b, 'ref.cast', space.canonicalType(cursor.valType), cursor.valType);
    case 'br_on_cast':
    case 'br_on_cast_fail': {
      const k = space.canonicalType(cursor.valType2);
      const test = treeNode('unary', 'ref.test', I32, 0, cursor.at, settle(b), undefined, undefined, k);
      branchOn(b, test, name === 'br_on_cast_fail');
      return true;
    }
    default:
      return false;
  }
}

// -------------------------------------------------------------------------------------------------- custom descriptors

function descriptor(b: TreeBuilder, name: string): boolean {
  const { cursor, operands } = b;
  switch (name) {
    case 'ref.get_desc':
      return b.object('ref.get_desc', 1, ref(HEAP.struct, false));
    case 'ref.cast_desc_eq':
      return b.out('ref.cast_desc_eq', 2, [cursor.valType], isNullable(cursor.valType) ? 1 : 0);
    case 'br_on_cast_desc_eq':
    case 'br_on_cast_desc_eq_fail': {
      // The answer stands beside the reference, which stays.
      b.out('ref.test_desc', 2, [cursor.valType], isNullable(cursor.valType2) ? 1 : 0);
      const answer = slotNode(operands.place(operands.height - 1), I32, cursor.at);
      branchOn(b, answer, name === 'br_on_cast_desc_eq_fail');
      return true;
    }
    default:
      return false;
  }
}
