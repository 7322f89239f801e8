// Lowering costs fuel at each function's first call of an instance, whether or not its code is there by then: else what a
// program uses would depend on who ran before. Lowering again, after code was dropped, is free.
// Instances of a module share code. It stands for one of them at a time, the unit's view: where that instance has not paid
// for a function, the function begins with the op `unpaid`, by which the driver learns of the call. When another instance
// runs, the first ops of those functions are exchanged of which one of the two has paid and the other has not. So one
// instance alone, and instances that have called the same functions, pay nothing for it while they run.
import { addBit, hasBit } from '../runtime/bits.ts';
import type { CodeUnit } from '../runtime/code-unit.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { opNumber } from '../lowering/op-table.ts';
import type { Block } from './blocks.ts';
import { freshen } from './code-space.ts';
import { CODE } from './stack.ts';

const UNPAID = opNumber('unpaid') as number;

/** Has the instance paid for a function's lowering? */
export function isPaid({ paid }: ModuleInstance, index: number): boolean {
  return hasBit(paid, index);
}

/** Notes that the instance has paid for a function. */
export function markPaid({ unit, paid }: ModuleInstance, index: number): void {
  freshen(unit);
  addBit(paid, index);
  if (unit.view === paid && hasBit(unit.lowered, index)) exchange(unit, index);
}

/** What lowering a function costs. */
export function priceOf({ unit }: ModuleInstance, index: number): number {
  const { funcs } = unit.module.module;
  const body = index - unit.module.importedFuncs;
  return Math.ceil((funcs.end[body] - funcs.start[body]) * unit.prices.loweredByte);
}

/** Notes that a function of the unit has new code. */
export function noteLowered(unit: CodeUnit, index: number): void {
  addBit(unit.lowered, index);
  unit.otherWords[index] = UNPAID;
  if (!hasBit(unit.view, index)) exchange(unit, index);
}

/** Sees to it that the code that an instance shares stands for it. */
export function standFor({ unit, paid }: ModuleInstance): void {
  freshen(unit);
  const { view, lowered } = unit;
  unit.view = paid;
  for (let i = 0; i < lowered.length; i++) {
    let differing = (view[i] ^ paid[i]) & lowered[i];
    while (differing !== 0) {
      const bit = 31 - Math.clz32(differing);
      exchange(unit, 32 * i + bit);
      differing ^= 1 << bit;
    }
  }
}

/** Exchanges a function's first op, and its first block, with what stands there for those who have paid or have not. */
function exchange({ entries, otherWords, blocks }: CodeUnit, index: number): void {
  const entry = entries[index];
  const word = CODE[entry];
  CODE[entry] = otherWords[index];
  otherWords[index] = word;
  const block = blocks?.known.get(entry) as Block | undefined;
  if (block === undefined) return;
  const { run } = block;
  block.run = block.other;
  block.other = run;
}
