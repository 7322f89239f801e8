// What straight-line code costs, while a body is lowered: instructions are counted in the order of the body, and where
// they have come to a unit, a charge stands before the next one. So a path meets a charge after that much at the latest,
// wherever it begins, and code without long paths holds none. Taken branches and calls are charged where they are made.
// Nothing is looked at but instructions and immediates: syntax/prices.ts says why.
import { priceOfCells } from '../syntax/prices.ts';
import type { TreeBuilder } from './builder.ts';

/** Counts the instruction under the cursor, which can be reached. */
export function chargeInstruction(b: TreeBuilder): void {
  const { name } = b.cursor.row;
  // So that no round of a short loop meets a charge, whatever stands before the loop.
  if (name === 'loop' && b.pending >= 0.5) b.pending = 1;
  charge(b, b.prices.instruction);
  // What follows comes after a unit: that of a call, or of a branch, by which alone an else branch is reached.
  if (name === 'else' || name.startsWith('call')) b.pending = 0;
}

/** Before an object is made whose size the instruction says. */
export function chargeObject(b: TreeBuilder, cells: number): void {
  charge(b, priceOfCells(b.prices, cells));
}

function charge(b: TreeBuilder, price: number): void {
  b.pending += price;
  if (b.pending < 1) return;
  // What may trap before does so before.
  b.operands.flushForEffect();
  emitCharge(b, b.pending);
  b.pending %= 1;
}

/** Before values are moved where a branch, a return or a tail call takes them: on this path alone. */
export function chargeMoves(b: TreeBuilder, values: number): void {
  emitCharge(b, b.pending + values * b.prices.value);
}

function emitCharge(b: TreeBuilder, price: number): void {
  if (price >= 1) b.emitOp('charge', Math.floor(price));
}
