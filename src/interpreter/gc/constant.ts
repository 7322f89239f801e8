// Structs, arrays and i31 in constant expressions. https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
// Operands and results are on the stack of the expression, bit by bit; sizes are checked as in code.
import { checkTime } from '../../clock.ts';
import type { InstructionCursor } from '../../decoder/instruction-cursor.ts';
import { Trap } from '../../errors.ts';
import { cellsOf, packMask, structCells, structLayout } from '../../lowering/layout.ts';
import type { Pay } from '../../runtime/fuel.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { ArrayObject, type Cells, StructObject, arrayLayout, blankCells, bytesOfArray } from '../../runtime/objects.ts';
import type { Bits } from '../../runtime/values.ts';
import { priceOfCells } from '../../syntax/prices.ts';
import { takeRoom } from '../room.ts';
import type { ValType } from '../../syntax/types.ts';

/** Evaluates an instruction on objects; answers false for any other. @throws Trap, ExhaustionError, Interrupted */
export function evaluateObject(inst: ModuleInstance, cursor: InstructionCursor, stack: Bits[], pay: Pay): boolean {
  const { name } = cursor.row;
  switch (name) {
    case 'ref.i31':
      stack.push((Number(stack.pop()) << 1) >> 1);
      return true;
    case 'any.convert_extern':
    case 'extern.convert_any':
      return true;
    default:
      break;
  }
  if (name.startsWith('struct.')) newStruct(inst, cursor, stack, pay);
  else if (name.startsWith('array.')) newArray(inst, cursor, stack, pay);
  else return false;
  return true;
}

function newStruct(inst: ModuleInstance, cursor: InstructionCursor, stack: Bits[], pay: Pay): void {
  const { name } = cursor.row;
  const type = inst.space.at(cursor.index);
  const { fields: declared, cell, size } = structLayout(type);
  pay(priceOfCells(inst.unit.prices, size));
  const { blank, bytes } = structCells(type);
  takeRoom(inst, bytes, stack, pay);
  let descriptor: StructObject | null = null;
  if (name.endsWith('_desc')) {
    descriptor = stack.pop() as StructObject | null;
    if (descriptor === null) throw new Trap('null-descriptor-reference');
  }
  const fields = blank.slice();
  if (!name.includes('default')) {
    for (let i = cell.length - 1; i >= 0; i--) writeCellBits(fields, declared[i].storage, cell[i], stack.pop());
  }
  stack.push(new StructObject(type, fields, descriptor));
}

function newArray(inst: ModuleInstance, cursor: InstructionCursor, stack: Bits[], pay: Pay): void {
  const { name } = cursor.row;
  const type = inst.space.at(cursor.index);
  const layout = arrayLayout(type);
  const { storage, size } = layout;
  const fixed = name === 'array.new_fixed';
  const length = fixed ? cursor.index2 : Number(stack.pop());
  pay(1 + Math.ceil(length * inst.unit.prices.element));
  takeRoom(inst, bytesOfArray(layout, length), stack, pay);
  const cells = blankCells(layout, length);
  if (fixed) for (let i = length - 1; i >= 0; i--) writeCellBits(cells, storage, i * size, stack.pop());
  else if (name === 'array.new') {
    const value = stack.pop();
    if (length > 0) writeCellBits(cells, storage, 0, value);
    copyOn(cells, size);
  }
  stack.push(new ArrayObject(type, length, cells));
}

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
    cells[at + i] = Number(BigInt.asIntN(32, rest)) & packMask(storage);
    rest >>= 32n;
  }
}
