// Object operations, called by the `object` op: references, i31, fields and elements.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// d, a, b, c are slot numbers: numbers stand in S[2 * slot], references in R[slot]; k is an immediate. Each returns 0, or
// the reason to leave the loop with, which is a trap: nothing is thrown here, so that the loop need not save its state.
// An operation that has an op of its own in lowering/ops.ts is done by the loop, and its function here is not called.
import { structCells } from '../../../runtime/layout.ts';
import { REASON } from '../../../runtime/reasons.ts';
import { OBJECT_NAMES, type ObjectName } from '../../../trees/operations.ts';
import type { ModuleInstance } from '../../../runtime/instance.ts';
import { type ArrayObject, StructObject } from '../../../runtime/objects.ts';
import { wantRoom } from '../../threads/room.ts';
import { REFERENCES as R, SLOTS as S } from '../../state/stack.ts';
import { isOfType } from '../../../runtime/casts.ts';

export type ObjectOp = (d: number, a: number, b: number, c: number, k: number, inst: ModuleInstance) => number;

const { nullReference, nullStruct, nullArray, nullI31, arrayOutOfBounds, castFailure, noRoom } = REASON;

function getWords(cells: ArrayLike<unknown>, at: number, d: number): void {
  for (let i = 0; i < 4; i++) S[2 * d + i] = cells[at + i] as number;
}

function setWords(cells: { [i: number]: unknown }, at: number, a: number): void {
  for (let i = 0; i < 4; i++) cells[at + i] = S[2 * a + i];
}

const FUNCTIONS: Readonly<Record<ObjectName, ObjectOp>> = {
  'ref.is_null': (d, a) => {
    S[2 * d] = R[a] === null ? 1 : 0;
    return 0;
  },
  'ref.eq': (d, a, b) => {
    S[2 * d] = R[a] === R[b] ? 1 : 0;
    return 0;
  },
  'ref.as_non_null': (_d, a) => (R[a] === null ? nullReference : 0),
  'ref.test': (d, a, _b, _c, k, { space }) => {
    S[2 * d] = isOfType(R[a], k, space) ? 1 : 0;
    return 0;
  },
  'ref.cast': (_d, a, _b, _c, k, { space }) => (isOfType(R[a], k, space) ? 0 : castFailure),
  'ref.i31': (d, a) => {
    R[d] = (S[2 * a] << 1) >> 1;
    return 0;
  },
  'i31.get_s': (d, a) => {
    const value = R[a] as number | null;
    if (value === null) return nullI31;
    S[2 * d] = value;
    return 0;
  },
  'i31.get_u': (d, a) => {
    const value = R[a] as number | null;
    if (value === null) return nullI31;
    S[2 * d] = value & 0x7fffffff;
    return 0;
  },
  'struct.new_default': (d, _a, _b, _c, k, inst) => {
    const type = inst.space.at(k);
    const { blank, bytes } = structCells(type);
    if (!inst.heap.add(bytes)) {
      wantRoom(bytes);
      return noRoom;
    }
    R[d] = new StructObject(type, blank.slice(), null);
    return 0;
  },
  'struct.get32': (d, a, _b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    S[2 * d] = struct.fields[k] as number;
    return 0;
  },
  'struct.get64': (d, a, _b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    const { fields } = struct;
    S[2 * d] = fields[k] as number;
    S[2 * d + 1] = fields[k + 1] as number;
    return 0;
  },
  'struct.get128': (d, a, _b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    getWords(struct.fields, k, d);
    return 0;
  },
  'struct.getref': (d, a, _b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    R[d] = struct.fields[k];
    return 0;
  },
  'struct.set32': (_d, a, b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    struct.fields[k] = S[2 * b];
    return 0;
  },
  'struct.set64': (_d, a, b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    const { fields } = struct;
    fields[k] = S[2 * b];
    fields[k + 1] = S[2 * b + 1];
    return 0;
  },
  'struct.set128': (_d, a, b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    setWords(struct.fields, k, b);
    return 0;
  },
  'struct.setref': (_d, a, b, _c, k) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullStruct;
    struct.fields[k] = R[b];
    return 0;
  },
  'array.get32': (d, a, b) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    S[2 * d] = array.cells[i] as number;
    return 0;
  },
  'array.get64': (d, a, b) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    S[2 * d] = array.cells[2 * i] as number;
    S[2 * d + 1] = array.cells[2 * i + 1] as number;
    return 0;
  },
  'array.get128': (d, a, b) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    getWords(array.cells, 4 * i, d);
    return 0;
  },
  'array.getref': (d, a, b) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    R[d] = array.cells[i];
    return 0;
  },
  'array.set32': (_d, a, b, c) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    array.cells[i] = S[2 * c];
    return 0;
  },
  'array.set64': (_d, a, b, c) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    array.cells[2 * i] = S[2 * c];
    array.cells[2 * i + 1] = S[2 * c + 1];
    return 0;
  },
  'array.set128': (_d, a, b, c) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    setWords(array.cells, 4 * i, c);
    return 0;
  },
  'array.setref': (_d, a, b, c) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    const i = S[2 * b] >>> 0;
    if (i >= array.length) return arrayOutOfBounds;
    (array.cells as unknown[])[i] = R[c];
    return 0;
  },
  'array.len': (d, a) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) return nullArray;
    S[2 * d] = array.length;
    return 0;
  },
  'ref.get_desc': (d, a) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) return nullReference;
    R[d] = struct.descriptor;
    return 0;
  },
};

/** The functions in the order of OBJECT_NAMES: what the number in an `object` op means. */
export const OBJECT: readonly ObjectOp[] = OBJECT_NAMES.map((name) => FUNCTIONS[name]);
