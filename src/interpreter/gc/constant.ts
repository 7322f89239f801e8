// Structs, arrays and i31 in constant expressions. https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
// Operands and results are on the stack of the expression, bit by bit; sizes are checked as in code.
import { checkTime } from '../../clock.ts';
import type { InstructionCursor } from '../../decoder/instruction-cursor.ts';
import { Trap } from '../../errors.ts';
import { cellsOf, packMask, structLayout } from '../../lowering/layout.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { externalise, internalise } from '../../runtime/references.ts';
import { ArrayObject, type Cells, StructObject, blankCells, elementStorage } from '../../runtime/objects.ts';
import type { Bits } from '../../runtime/values.ts';
import type { ValType } from '../../syntax/types.ts';
import type { DefType } from '../../validator/type-space.ts';

/** Evaluates an instruction on objects; answers false for any other. @throws Trap, ExhaustionError */
export function evaluateObject(inst: ModuleInstance, cursor: InstructionCursor, stack: Bits[]): boolean {
  const { name } = cursor.row;
  switch (name) {
    case 'ref.i31':
      stack.push((Number(stack.pop()) << 1) >> 1);
      return true;
    case 'any.convert_extern':
      stack.push(internalise(stack.pop()));
      return true;
    case 'extern.convert_any':
      stack.push(externalise(stack.pop()));
      return true;
    default:
      break;
  }
  if (name.startsWith('struct.')) newStruct(name, inst.space.at(cursor.index), stack);
  else if (name.startsWith('array.')) newArray(name, inst.space.at(cursor.index), cursor.index2, stack);
  else return false;
  return true;
}

function newStruct(name: string, type: DefType, stack: Bits[]): void {
  const { storage, cell, blank } = structLayout(type);
  let descriptor: StructObject | null = null;
  if (name.endsWith('_desc')) {
    descriptor = stack.pop() as StructObject | null;
    if (descriptor === null) throw new Trap('null-descriptor-reference');
  }
  const fields = blank.slice();
  if (!name.includes('default')) {
    for (let i = storage.length - 1; i >= 0; i--) writeCellBits(fields, storage[i], cell[i], stack.pop());
  }
  stack.push(new StructObject(type, fields, descriptor));
}

function newArray(name: string, type: DefType, count: number, stack: Bits[]): void {
  const storage = elementStorage(type);
  const size = cellsOf(storage);
  const fixed = name === 'array.new_fixed';
  const length = fixed ? count : Number(stack.pop());
  const cells = blankCells(storage, length);
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
    const piece = Math.min(done, PIECE * size, cells.length - done);
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
