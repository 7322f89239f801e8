// Lowering of atomic instructions. https://github.com/WebAssembly/threads
// Guest threads take turns on one JS thread, so that every access is atomic as it is; what is left is alignment, order,
// and waiting. All of them have an effect and a place of their own in the order of statements.
import { accessPlace, offsetOf } from './memory.ts';
import { ATOMICS } from '../../syntax/instructions/atomics.ts';
import type { Signature } from '../../syntax/instructions.ts';
import type { Node } from '../nodes.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';

interface Access {
  readonly slot: number;
  readonly operands: readonly Node[];
  readonly offset: number;
}

/** Takes the operands, and readies the slot that the result goes to. */
function begin(b: TreeBuilder): Access {
  const operands = b.operands.popMany(b.cursor.row.pops);
  b.operands.flushForEffect();
  const slot = b.operands.place(b.operands.height);
  // A narrow value that waits below may still read a wide one, part of which stands where the result goes.
  b.operands.flushAbove(slot, b.operands.height);
  return { slot, operands, offset: offsetOf(b) };
}

function end(b: TreeBuilder): void {
  b.operands.pushAll((b.cursor.row.sig as Signature).pushes);
}

function atomic(b: TreeBuilder): void {
  const { row, index, at } = b.cursor;
  const { slot, operands, offset } = begin(b);
  b.code.effect(row.name, slot, operands, offset, accessPlace(index, 0), at);
  end(b);
}

const wait =
  (op: 'wait32' | 'wait64'): Arm =>
  (b) => {
    const { slot, operands, offset } = begin(b);
    b.code.statement(op, b.cursor.at, slot, ...operands, offset, b.cursor.index);
    end(b);
  };

type AtomicName = (typeof ATOMICS)[number]['name'];

const ACCESSES = Object.fromEntries(ATOMICS.map(({ name }) => [name, atomic])) as Record<AtomicName, Arm>;

export const ATOMIC_ARMS = {
  ...ACCESSES,
  'memory.atomic.wait32': wait('wait32'),
  'memory.atomic.wait64': wait('wait64'),
  // Guest threads take turns: nothing is out of order.
  'atomic.fence': () => undefined,
} satisfies Arms;
