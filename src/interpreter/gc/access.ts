// Object operations, called by the `object` op: references, i31, fields and elements, and what makes an object of few
// operands. https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// d, a, b, c are slot numbers: numbers stand in S[2 * slot], references in R[slot]. k and l are immediates.
// An operation that has an op of its own in lowering/ops.ts is done by the loop, and its function here is not called.
import { Trap } from '../../errors.ts';
import { OBJECT_NAMES, type ObjectName } from '../../lowering/out-names.ts';
import { structLayout } from '../../lowering/layout.ts';
import { ArrayObject, StructObject, blankCells, elementStorage } from '../../runtime/objects.ts';
import { REFERENCES as R, SLOTS as S } from '../stack.ts';
import { isOfType } from './casts.ts';
import { fillCells } from './cells.ts';

export type ObjectOp = (d: number, a: number, b: number, c: number, k: number, l: number) => void;

/** The fields of the struct in a slot. */
function fieldsAt(slot: number): unknown[] {
  const struct = R[slot] as StructObject | null;
  if (struct === null) throw new Trap('null-structure-reference');
  return struct.fields;
}

/** The array in a slot; `i` is checked to be one of its elements. */
function arrayWith(slot: number, i: number): ArrayObject {
  const array = R[slot] as ArrayObject | null;
  if (array === null) throw new Trap('null-array-reference');
  if (i >= array.length) throw new Trap('array-out-of-bounds', `element ${i} of ${array.length}`);
  return array;
}

function getWords(cells: ArrayLike<unknown>, at: number, d: number): void {
  for (let i = 0; i < 4; i++) S[2 * d + i] = cells[at + i] as number;
}

function setWords(cells: { [i: number]: unknown }, at: number, a: number): void {
  for (let i = 0; i < 4; i++) cells[at + i] = S[2 * a + i];
}

function i31At(slot: number): number {
  const value = R[slot];
  if (value === null) throw new Trap('null-i31-reference');
  return value as number;
}

const FUNCTIONS: Readonly<Record<ObjectName, ObjectOp>> = {
  'ref.is_null': (d, a) => {
    S[2 * d] = R[a] === null ? 1 : 0;
  },
  'ref.eq': (d, a, b) => {
    S[2 * d] = R[a] === R[b] ? 1 : 0;
  },
  'ref.as_non_null': (_d, a) => {
    if (R[a] === null) throw new Trap('null-reference');
  },
  'ref.test': (d, a, _b, _c, k) => {
    S[2 * d] = isOfType(R[a], k) ? 1 : 0;
  },
  'ref.cast': (_d, a, _b, _c, k) => {
    if (!isOfType(R[a], k)) throw new Trap('cast-failure');
  },
  'ref.i31': (d, a) => {
    R[d] = (S[2 * a] << 1) >> 1;
  },
  'i31.get_s': (d, a) => {
    S[2 * d] = i31At(a);
  },
  'i31.get_u': (d, a) => {
    S[2 * d] = i31At(a) & 0x7fffffff;
  },
  'struct.new_default': (d, _a, _b, _c, k) => {
    R[d] = new StructObject(k, structLayout(k).blank.slice(), null);
  },
  'struct.get32': (d, a, _b, _c, k) => {
    S[2 * d] = fieldsAt(a)[k] as number;
  },
  'struct.get64': (d, a, _b, _c, k) => {
    const fields = fieldsAt(a);
    S[2 * d] = fields[k] as number;
    S[2 * d + 1] = fields[k + 1] as number;
  },
  'struct.get128': (d, a, _b, _c, k) => getWords(fieldsAt(a), k, d),
  'struct.getref': (d, a, _b, _c, k) => {
    R[d] = fieldsAt(a)[k];
  },
  'struct.set32': (_d, a, b, _c, k) => {
    fieldsAt(a)[k] = S[2 * b];
  },
  'struct.set64': (_d, a, b, _c, k) => {
    const fields = fieldsAt(a);
    fields[k] = S[2 * b];
    fields[k + 1] = S[2 * b + 1];
  },
  'struct.set128': (_d, a, b, _c, k) => setWords(fieldsAt(a), k, b),
  'struct.setref': (_d, a, b, _c, k) => {
    fieldsAt(a)[k] = R[b];
  },
  'array.new': (d, a, b, _c, k) => {
    const storage = elementStorage(k);
    const length = S[2 * b] >>> 0;
    const cells = blankCells(storage, length);
    fillCells(cells, storage, 0, length, a);
    R[d] = new ArrayObject(k, length, cells);
  },
  'array.new_default': (d, a, _b, _c, k) => {
    const length = S[2 * a] >>> 0;
    R[d] = new ArrayObject(k, length, blankCells(elementStorage(k), length));
  },
  'array.get32': (d, a, b) => {
    const i = S[2 * b] >>> 0;
    S[2 * d] = arrayWith(a, i).cells[i] as number;
  },
  'array.get64': (d, a, b) => {
    const i = S[2 * b] >>> 0;
    const cells = arrayWith(a, i).cells;
    S[2 * d] = cells[2 * i] as number;
    S[2 * d + 1] = cells[2 * i + 1] as number;
  },
  'array.get128': (d, a, b) => {
    const i = S[2 * b] >>> 0;
    getWords(arrayWith(a, i).cells, 4 * i, d);
  },
  'array.getref': (d, a, b) => {
    const i = S[2 * b] >>> 0;
    R[d] = arrayWith(a, i).cells[i];
  },
  'array.set32': (_d, a, b, c) => {
    const i = S[2 * b] >>> 0;
    arrayWith(a, i).cells[i] = S[2 * c];
  },
  'array.set64': (_d, a, b, c) => {
    const i = S[2 * b] >>> 0;
    const cells = arrayWith(a, i).cells;
    cells[2 * i] = S[2 * c];
    cells[2 * i + 1] = S[2 * c + 1];
  },
  'array.set128': (_d, a, b, c) => {
    const i = S[2 * b] >>> 0;
    setWords(arrayWith(a, i).cells, 4 * i, c);
  },
  'array.setref': (_d, a, b, c) => {
    const i = S[2 * b] >>> 0;
    (arrayWith(a, i).cells as unknown[])[i] = R[c];
  },
  'array.len': (d, a) => {
    const array = R[a] as ArrayObject | null;
    if (array === null) throw new Trap('null-array-reference');
    S[2 * d] = array.length;
  },
  'ref.get_desc': (d, a) => {
    const struct = R[a] as StructObject | null;
    if (struct === null) throw new Trap('null-reference');
    R[d] = struct.descriptor;
  },
};

/** The functions in the order of OBJECT_NAMES: what the number in an `object` op means. */
export const OBJECT: readonly ObjectOp[] = OBJECT_NAMES.map((name) => FUNCTIONS[name]);
