// Structs, arrays, i31 and casts of the slow reference.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-reference-instructions
import { type ArrayType, F32, F64, I16, I32, I64, I8, type StructType, type ValType } from '../../src/syntax/types.ts';
import type { Step } from './reference-body.ts';
import type { RefStore } from './reference-store.ts';
import { defaultOf, isOfType, ReferenceTrap, RefI31, RefObject, type RefValue } from './reference-values.ts';

/** What is stored of a value: the lower bits of packed ones. */
function packed(storage: ValType, value: RefValue): RefValue {
  if (storage === I8) return (value as number) & 0xff;
  return storage === I16 ? (value as number) & 0xffff : value;
}

/** A value as it comes out by `get`, `get_s` or `get_u`. */
function unpacked(storage: ValType, value: RefValue, name: string): RefValue {
  if (!name.endsWith('_s')) return value;
  return storage === I8 ? ((value as number) << 24) >> 24 : ((value as number) << 16) >> 16;
}

const SIZES = new Map<ValType, number>([
  [I8, 1],
  [I16, 2],
  [I32, 4],
  [F32, 4],
  [I64, 8],
  [F64, 8],
]);

/** The value of a storage type that bytes of a data segment stand for. */
function fromBytes(storage: ValType, bytes: Uint8Array): RefValue {
  let bits = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(bytes[i]);
  if (storage === I64) return BigInt.asIntN(64, bits);
  if (storage === F64) return bits;
  return storage === I32 ? Number(BigInt.asIntN(32, bits)) : Number(bits);
}

function popObject(stack: RefValue[], kind: 'structure' | 'array'): RefObject {
  const value = stack.pop();
  if (value === null) throw new ReferenceTrap(`null-${kind}-reference`);
  return value as RefObject;
}

function struct(store: RefStore, { name, index, index2 }: Step, stack: RefValue[]): void {
  const { fields } = store.valid.module.types[index].comp as StructType;
  const defType = store.typeSpace.at(index);
  if (name === 'struct.new') {
    const values = stack.splice(stack.length - fields.length, fields.length);
    stack.push(
      new RefObject(
        defType,
        values.map((value, i) => packed(fields[i].storage, value)),
      ),
    );
  } else if (name === 'struct.new_default') {
    stack.push(
      new RefObject(
        defType,
        fields.map(({ storage }) => defaultOf(storage)),
      ),
    );
  } else if (name === 'struct.set') {
    const value = stack.pop();
    popObject(stack, 'structure').values[index2] = packed(fields[index2].storage, value);
  } else {
    const { values } = popObject(stack, 'structure');
    stack.push(unpacked(fields[index2].storage, values[index2], name));
  }
}

/** The values that a segment has for an array: elements, or numbers made of bytes. */
function fromSegment(
  store: RefStore,
  { name, index2 }: Step,
  storage: ValType,
  from: number,
  count: number,
): RefValue[] {
  if (name.endsWith('_elem')) {
    const segment = store.elems[index2];
    if (from + count > segment.length) throw new ReferenceTrap('table-out-of-bounds');
    return segment.slice(from, from + count);
  }
  const size = SIZES.get(storage) as number;
  const segment = store.datas[index2];
  if (from + count * size > segment.length) throw new ReferenceTrap('memory-out-of-bounds');
  const one = (i: number): Uint8Array => segment.slice(from + i * size, from + (i + 1) * size);
  return Array.from({ length: count }, (_, i) => fromBytes(storage, one(i)));
}

function arrayNew(store: RefStore, step: Step, stack: RefValue[]): void {
  const { name, index, index2 } = step;
  const { storage } = (store.valid.module.types[index].comp as ArrayType).field;
  const make = (values: readonly RefValue[]): void => {
    stack.push(
      new RefObject(
        store.typeSpace.at(index),
        values.map((value) => packed(storage, value)),
      ),
    );
  };
  if (name === 'array.new_fixed') make(stack.splice(stack.length - index2, index2));
  else {
    const count = (stack.pop() as number) >>> 0;
    if (name === 'array.new') make(new Array<RefValue>(count).fill(stack.pop()));
    else if (name === 'array.new_default') make(new Array<RefValue>(count).fill(defaultOf(storage)));
    else make(fromSegment(store, step, storage, (stack.pop() as number) >>> 0, count));
  }
}

function checkRange(array: RefObject, start: number, count: number): void {
  if (start + count > array.values.length) throw new ReferenceTrap('array-out-of-bounds');
}

function array(store: RefStore, step: Step, stack: RefValue[]): void {
  const { name, index } = step;
  if (name === 'array.len') {
    stack.push(popObject(stack, 'array').values.length);
    return;
  }
  const { storage } = (store.valid.module.types[index].comp as ArrayType).field;
  const number = (): number => (stack.pop() as number) >>> 0;
  const put = (to: RefObject, at: number, values: readonly RefValue[]): void => {
    values.forEach((value, i) => {
      to.values[at + i] = packed(storage, value);
    });
  };
  if (/^array\.get/.test(name)) {
    const at = number();
    const { values } = popObject(stack, 'array');
    if (at >= values.length) throw new ReferenceTrap('array-out-of-bounds');
    stack.push(unpacked(storage, values[at], name));
  } else if (name === 'array.set') {
    const value = stack.pop();
    const at = number();
    const to = popObject(stack, 'array');
    checkRange(to, at, 1);
    put(to, at, [value]);
  } else if (name === 'array.fill') {
    const count = number();
    const value = stack.pop();
    const at = number();
    const to = popObject(stack, 'array');
    checkRange(to, at, count);
    put(to, at, new Array<RefValue>(count).fill(value));
  } else if (name === 'array.copy') {
    const [count, from] = [number(), number()];
    const source = stack.pop();
    const at = number();
    const to = popObject(stack, 'array');
    if (source === null) throw new ReferenceTrap('null-array-reference');
    checkRange(to, at, count);
    checkRange(source as RefObject, from, count);
    put(to, at, (source as RefObject).values.slice(from, from + count));
  } else {
    const [count, from, at] = [number(), number(), number()];
    const to = popObject(stack, 'array');
    checkRange(to, at, count);
    put(to, at, fromSegment(store, step, storage, from, count));
  }
}

/** Runs an instruction of the garbage collection proposal; false for others. */
export function gc(store: RefStore, step: Step, stack: RefValue[]): boolean {
  const { name } = step;
  const { typeSpace } = store;
  if (name.startsWith('struct.')) struct(store, step, stack);
  else if (name.startsWith('array.new')) arrayNew(store, step, stack);
  else if (name.startsWith('array.')) array(store, step, stack);
  else if (name === 'ref.i31') stack.push(new RefI31(stack.pop() as number));
  else if (name.startsWith('i31.')) {
    const value = stack.pop();
    if (value === null) throw new ReferenceTrap('null-i31-reference');
    const { value: signed } = value as RefI31;
    stack.push(name === 'i31.get_s' ? signed : signed & 0x7fff_ffff);
  } else if (name === 'ref.test') stack.push(isOfType(stack.pop(), step.valType, typeSpace) ? 1 : 0);
  else if (name === 'ref.cast') {
    if (!isOfType(stack[stack.length - 1], step.valType, typeSpace)) throw new ReferenceTrap('cast-failure');
  } else return name === 'any.convert_extern' || name === 'extern.convert_any';
  return true;
}
