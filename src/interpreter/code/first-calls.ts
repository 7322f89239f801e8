// Lowering costs fuel at each function's first call of an instance, whether or not its code is there by then: else what a
// program uses would depend on who ran before. Lowering again, after others had code dropped, is free. What an instance itself
// has dropped by calling more than there is room for is not, nor what the others of its guest have: where they have paid
// for that much together, they have paid for nothing more, and begin anew. Nobody looks at what is really there.
// Instances of a module share code. It stands for one of them at a time, the unit's view: where that instance has not paid
// for a function, the function begins with the op `unpaid`, by which the driver learns of the call. When another instance
// runs, the first ops of those functions are exchanged of which one of the two has paid and the other has not. So one
// instance alone, and instances that have called the same functions, pay nothing for it while they run.
import { addBit, bitSet, hasBit } from '../../runtime/bits.ts';
import type { CodeUnit } from '../../runtime/code-unit.ts';
import { type ModuleInstance, instancesOf } from '../../runtime/instance.ts';
import type { Limits } from '../../runtime/limits.ts';
import { opNumber } from '../../lowering/op-table.ts';
import type { Block } from '../loops/rows.ts';
import { freshen } from './code-space.ts';
import { CODE } from '../state/stack.ts';

const UNPAID = opNumber('unpaid') as number;

/** Has the instance paid for a function's lowering? */
export function isPaid({ paid }: ModuleInstance, index: number): boolean {
  return hasBit(paid, index);
}

/**
 * Bytes of bodies whose code has room for sure, together with that of a few other modules: a byte becomes two words at most,
 * of 8,388,608; in traced code four.
 */
const SURE_BYTES = 2 ** 20;

/** No function takes more than half of the room. */
function takenBytes(unit: CodeUnit, index: number): number {
  return Math.min(bytesOf(unit, index), SURE_BYTES / 2);
}

/** Notes that the instance has paid for a function. */
export function markPaid(instance: ModuleInstance, index: number): void {
  const { unit, limits } = instance;
  freshen(unit);
  takeCode(limits, unit, index);
  const { paid } = instance;
  addBit(paid, index);
  if (unit.view === paid && hasBit(unit.lowered, index)) exchange(unit, index);
}

/** Counts its code for the guest, whose instances begin anew where that is too much. What has been counted takes no more. */
function takeCode(limits: Limits, unit: CodeUnit, index: number): void {
  const { paid } = limits;
  const known = paid.get(unit);
  if (known !== undefined && hasBit(known, index)) return;
  limits.paidBytes += takenBytes(unit, index);
  if (limits.paidBytes > SURE_BYTES) {
    limits.paidBytes = takenBytes(unit, index);
    paid.clear();
    // The code of each stands for its old set until it runs again.
    instancesOf(limits.heap).forEach((one) => {
      one.paid = bitSet(one.unit.entries.length);
    });
  }
  const set = paid.get(unit) ?? bitSet(unit.entries.length);
  paid.set(unit, set);
  addBit(set, index);
}

/** What lowering a function costs. */
export function priceOf({ unit }: ModuleInstance, index: number): number {
  return Math.ceil(bytesOf(unit, index) * unit.prices.loweredByte);
}

function bytesOf({ module }: CodeUnit, index: number): number {
  const { funcs } = module.module;
  const body = index - module.importedFuncs;
  return funcs.end[body] - funcs.start[body];
}

/** Notes that a function of the unit has new code. */
export function noteLowered(unit: CodeUnit, index: number): void {
  addBit(unit.lowered, index);
  unit.otherWords[index] = UNPAID;
  if (!hasBit(unit.view, index)) exchange(unit, index);
}

/** Sees to it that the code that an instance shares stands for it. */
export function standFor({ unit, paid, heap }: ModuleInstance): void {
  heap.disturb();
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
