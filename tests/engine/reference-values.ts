// What the slow reference computes with, and what its instances consist of.
import type { TrapKind } from '../../src/errors.ts';
import {
  type CompType,
  F64,
  type FuncType,
  type GlobalType,
  HEAP,
  I64,
  type MemType,
  type TableType,
  type ValType,
  heapOf,
  isNullable,
  isRef,
} from '../../src/syntax/types.ts';
import { type DefType, type TypeSpace, isSame } from '../../src/validator/type-space.ts';

/** i32: a number, signed; i64: a bigint, signed; f32 and f64: their bits, as an unsigned number and bigint. */
export type RefNumber = number | bigint;

/** A number or a reference: null, one of the classes below, or any value of the host. */
export type RefValue = unknown;

export class ReferenceTrap extends Error {
  readonly kind: TrapKind;
  constructor(kind: TrapKind) {
    super(kind);
    this.kind = kind;
  }
}

/** An exception of wasm on its way. */
export class Thrown extends Error {
  readonly exception: RefException;
  constructor(exception: RefException) {
    super('exception');
    this.exception = exception;
  }
}

export class RefException {
  readonly tag: RefTag;
  readonly args: readonly RefValue[];
  constructor(tag: RefTag, args: readonly RefValue[]) {
    this.tag = tag;
    this.args = args;
  }
}

export class RefTag {
  readonly type: FuncType;
  constructor(type: FuncType) {
    this.type = type;
  }
}

export class RefFunction {
  readonly type: FuncType;
  /** None of functions of the host that nobody has imported. */
  readonly defType: DefType | undefined;
  readonly call: (args: readonly RefValue[]) => readonly RefValue[] | TailCall;
  constructor(type: FuncType, defType: DefType | undefined, call: RefFunction['call']) {
    this.type = type;
    this.defType = defType;
    this.call = call;
  }
}

/** What a function returns that ends with a tail call. */
export class TailCall {
  readonly func: RefFunction;
  readonly args: readonly RefValue[];
  constructor(func: RefFunction, args: readonly RefValue[]) {
    this.func = func;
    this.args = args;
  }
}

/** Calls a function, and whatever it calls in its own place. */
export function callFunction(func: RefFunction, args: readonly RefValue[]): readonly RefValue[] {
  let answer = func.call(args);
  while (answer instanceof TailCall) answer = answer.func.call(answer.args);
  return answer;
}

/** A struct or an array: values of fields or elements. Packed ones are kept with their lower bits only. */
export class RefObject {
  readonly defType: DefType;
  readonly values: RefValue[];
  constructor(defType: DefType, values: RefValue[]) {
    this.defType = defType;
    this.values = values;
  }
  get comp(): CompType {
    return this.defType.comp;
  }
}

/** 31 bits, signed. */
export class RefI31 {
  readonly value: number;
  constructor(value: number) {
    this.value = (value << 1) >> 1;
  }
}

export interface RefMemory {
  readonly type: MemType;
  bytes: Uint8Array;
}

export interface RefTable {
  readonly type: TableType;
  elems: RefValue[];
}

export interface RefGlobal {
  readonly type: GlobalType;
  value: RefValue;
}

export function defaultOf(t: ValType): RefValue {
  return isRef(t) ? null : t === I64 || t === F64 ? 0n : 0;
}

/** The most special abstract heap type of a value, or its defined type. */
function heapOfValue(value: RefValue): DefType | number {
  if (value instanceof RefObject || value instanceof RefFunction) return value.defType ?? HEAP.func;
  if (value instanceof RefI31) return HEAP.i31;
  return value instanceof RefException ? HEAP.exn : HEAP.extern;
}

const ABOVE = new Map<number, number>([
  [HEAP.i31, HEAP.eq],
  [HEAP.struct, HEAP.eq],
  [HEAP.array, HEAP.eq],
  [HEAP.eq, HEAP.any],
]);

/** Whether a value is of a reference type of a space. */
export function isOfType(value: RefValue, t: ValType, space: TypeSpace): boolean {
  if (value === null) return isNullable(t);
  const heap = heapOf(t);
  const found = heapOfValue(value);
  // A host's value was made an `any`, and may be nothing more special; outside it is an `extern`, as all others may be.
  if (heap === HEAP.extern || (found === HEAP.extern && heap === HEAP.any)) return true;
  if (typeof found === 'object') {
    for (let index = found.index; index >= 0; index = found.space.parents[index]) {
      if (heap >= 0 && isSame(found.space, index, space, heap)) return true;
    }
  }
  let abstract: number | undefined = typeof found === 'number' ? found : HEAP[found.comp.kind];
  for (; abstract !== undefined; abstract = ABOVE.get(abstract)) if (abstract === heap) return true;
  return false;
}
