// Many values at once: where a branch, a return or a tail call takes them, and locals that a call clears. A few are moved one
// by one, which is fastest; more than that by one op, however many: so code is not longer than a few times its body.
import type { ValType } from '../syntax/types.ts';
import { chargeMoves } from './charges.ts';
import { constNode } from './nodes.ts';
import { slotsOf } from '../runtime/slots.ts';
import type { TreeBuilder } from './builder.ts';

/** So many at most are moved or cleared one by one. */
const FEW = 8;

/** Moves the top values to slots from `slot` on, which is where they stand or below. They stay on the stack. */
export function moveValues(b: TreeBuilder, types: readonly ValType[], slot: number): void {
  const { operands } = b;
  const from = operands.height - types.length;
  chargeMoves(b, types.length);
  if (types.length > FEW) {
    operands.flushFrom(from);
    const place = operands.place(from);
    const name = b.layout.refs ? 'values.move' : 'numbers.move';
    if (place > slot) b.code.out(name, place - slot, operands.place(operands.height) - place, place, b.cursor.at);
    return;
  }
  let to = slot;
  // Upwards: a value never stands below its destination, and reads nothing below its own place but locals.
  types.forEach((t, i) => {
    b.set(to, operands.value(from + i));
    to += slotsOf(t);
  });
}

/** Declared locals of reference type are null when a function begins; numbers and vectors are cleared by whoever calls. */
export function clearReferences(b: TreeBuilder): void {
  const { localTypes, localSlots, type } = b.layout;
  const locals: number[] = [];
  let end = 0;
  for (let i = type.params.length; i < localTypes.length; i++) {
    if (localTypes[i] <= 0) continue;
    if (locals.length <= FEW) locals.push(i);
    end = localSlots[i] + 1;
  }
  const first = localSlots[locals[0]];
  if (locals.length > FEW) b.code.out('references.clear', end - first, 0, first, -1);
  else for (const i of locals) b.code.set(localSlots[i], constNode(localTypes[i], 0, 0, -1));
}
