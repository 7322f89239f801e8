// What runs on a memory whose buffer the host has transferred away (runtime/memory.ts, `isLost`).
// The fast ops check an access against a length that is at least the memory's minimum, so they cannot say that a memory
// has no bytes. Before the loop is entered then, code is read ahead to where the loop is surely left again; if an access
// may come before, the call traps here. What only asks for the size, or grows the memory, goes on.
import { Trap } from '../../errors.ts';
import { OPS, opAt, sizeAt } from '../../lowering/op-table.ts';
import { CODE as C, FRAMES as FS } from '../state/stack.ts';
import type { Thread } from '../threads/thread.ts';

/** Ops that access memory 0 by themselves; all others ask access.ts, which knows. */
export const ACCESSES = OPS.map(({ name }) => name.includes('load') || name.includes('store'));
const LEAVING = 'br br_table unreachable exit cross.return unpaid probe memory.grow wait32 wait64'.split(' ');
/** After these the loop is left, or, without fuel for a branch or a call, it is soon: what follows is looked at then. */
export const ENDS = OPS.map(
  ({ name }) => LEAVING.includes(name) || ['call', 'tail.', 'throw'].some((one) => name.startsWith(one)),
);
export const RETURNS = OPS.map(({ name }) => name.startsWith('return'));

/** @throws Trap when the code that comes next may access the memory. The loop has to be entered without fuel after it. */
export function checkNoAccess(t: Thread): void {
  let { pc, sp } = t;
  for (;;) {
    const op = opAt(C, pc);
    if (ACCESSES[op]) {
      throw new Trap('memory-out-of-bounds', 'the memory has no bytes: the host has transferred its buffer away');
    }
    if (ENDS[op]) return;
    if (RETURNS[op]) {
      sp -= 2;
      pc = FS[sp];
    } else pc += sizeAt(C, pc);
  }
}
