// Structs, arrays and i31 in constant expressions. https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
// Operands and results are on the stack of the expression, bit by bit; sizes are checked as in code.
import { lowWord } from '../../syntax/bits.ts';
import { checkTime } from '../../clock.ts';
import type { InstructionCursor } from '../../decoder/instruction-cursor.ts';
import { Trap } from '../../errors.ts';
import { cellsOf, packMask, structCells, structLayout } from '../../runtime/layout.ts';
import type { Pay } from '../../runtime/fuel.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { ArrayObject, type Cells, StructObject, arrayLayout, blankCells, bytesOfArray } from '../../runtime/objects.ts';
import type { Bits } from '../../runtime/values.ts';
import { priceOfCells } from '../../syntax/prices.ts';
import type { ConstantName } from '../../syntax/instructions.ts';
import type { ValType } from '../../syntax/types.ts';

/** A constant expression that is being evaluated. */
export interface Evaluation {
  readonly inst: ModuleInstance;
  readonly cursor: InstructionCursor;
  readonly stack: Bits[];
  readonly pay: Pay;
  /** Bytes that the instruction under the cursor allocates, and has no room for yet: it is done again when there is. */
  wanted: number;
}

/**
 * Does the instruction under the cursor; or nothing but to pay for it, where there is no room for what it allocates.
 * @throws Trap, Interrupted
 */
export type ConstantArm = (evaluation: Evaluation) => void;

/** Pays for what is allocated; false where there is no room for it yet. Operands are still on the stack then. */
function hasRoom(evaluation: Evaluation, price: number, bytes: number): boolean {
  if (evaluation.wanted > 0) {
    evaluation.wanted = 0;
    return true;
  }
  evaluation.pay(price);
  const { heap } = evaluation.inst.limits;
  heap.disturb();
  if (heap.add(bytes)) return true;
  evaluation.wanted = bytes;
  return false;
}

/** A struct whose fields, unless it has the `defaults`, and whose descriptor, where it is `described`, are on the stack. */
const structNew =
  (defaults: boolean, described: boolean): ConstantArm =>
  (evaluation) => {
    const { inst, cursor, stack } = evaluation;
    const type = inst.space.at(cursor.index);
    const { fields: declared, cell, size } = structLayout(type);
    const { blank, bytes } = structCells(type);
    if (!hasRoom(evaluation, priceOfCells(inst.unit.prices, size), bytes)) return;
    const descriptor = described ? (stack.pop() as StructObject | null) : null;
    if (described && descriptor === null) throw new Trap('null-descriptor-reference');
    const fields = blank.slice();
    if (!defaults) {
      for (let i = cell.length - 1; i >= 0; i--) writeCellBits(fields, declared[i].storage, cell[i], stack.pop());
    }
    stack.push(new StructObject(type, fields, descriptor));
  };

/**
 * An array of the type under the cursor with blank cells, undefined where there is no room yet. The length and, below it, the
 * one that all elements are stay on the stack.
 */
function newArray(evaluation: Evaluation, length: number): ArrayObject | undefined {
  const { inst, cursor } = evaluation;
  const type = inst.space.at(cursor.index);
  const layout = arrayLayout(type);
  const price = 1 + Math.ceil(length * inst.unit.prices.element);
  if (!hasRoom(evaluation, price, bytesOfArray(layout, length))) return undefined;
  return new ArrayObject(type, length, blankCells(layout, length));
}

function arrayNew(evaluation: Evaluation): void {
  const { stack } = evaluation;
  const array = newArray(evaluation, Number(stack[stack.length - 1]));
  if (array === undefined) return;
  stack.pop();
  const { storage, size } = arrayLayout(array.defType);
  const value = stack.pop();
  if (array.length > 0) writeCellBits(array.cells, storage, 0, value);
  copyOn(array.cells, size);
  stack.push(array);
}

function arrayNewDefault(evaluation: Evaluation): void {
  const { stack } = evaluation;
  const array = newArray(evaluation, Number(stack[stack.length - 1]));
  if (array !== undefined) stack[stack.length - 1] = array;
}

function arrayNewFixed(evaluation: Evaluation): void {
  const { cursor, stack } = evaluation;
  const length = cursor.index2;
  const array = newArray(evaluation, length);
  if (array === undefined) return;
  const { storage, size } = arrayLayout(array.defType);
  for (let i = length - 1; i >= 0; i--) writeCellBits(array.cells, storage, i * size, stack.pop());
  stack.push(array);
}

/** Inside they are the same (runtime/references.ts). */
const convert: ConstantArm = () => undefined;

export const GC_CONSTANT_ARMS = {
  'struct.new': structNew(false, false),
  'struct.new_default': structNew(true, false),
  'struct.new_desc': structNew(false, true),
  'struct.new_default_desc': structNew(true, true),
  'array.new': arrayNew,
  'array.new_default': arrayNewDefault,
  'array.new_fixed': arrayNewFixed,
  'ref.i31': ({ stack }) => {
    stack.push((Number(stack.pop()) << 1) >> 1);
  },
  'any.convert_extern': convert,
  'extern.convert_any': convert,
} satisfies Partial<Record<ConstantName, ConstantArm>>;

/** Cells that are copied between two looks at the clock. */
const PIECE = 1 << 18;

/** Fills all cells with copies of the first `size`: by pieces that double. */
function copyOn(cells: Cells, size: number): void {
  for (let done = size; done < cells.length; ) {
    checkTime();
    const piece = Math.min(done, PIECE * size);
    cells.copyWithin(done, 0, piece);
    done += piece;
  }
}

/** Writes a value, bit by bit, to the cells of a storage type. */
function writeCellBits(cells: Cells, storage: ValType, at: number, bits: Bits): void {
  if (storage > 0) {
    (cells as unknown[])[at] = bits;
    return;
  }
  let rest = bits as bigint;
  for (let i = 0; i < cellsOf(storage); i++) {
    cells[at + i] = lowWord(rest) & packMask(storage);
    rest >>= 32n;
  }
}
