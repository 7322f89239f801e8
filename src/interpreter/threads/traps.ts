// Traps that the loops find: of which kind, and what the message says beside it. The loops only give a reason; the rest
// is read here from the operands of the op at pc. Traps of what is done out of line are thrown there, with the same words.
import { InternalError, Trap, type TrapKind } from '../../errors.ts';
import { operandAt } from '../../lowering/op-table.ts';
import type { ArrayObject } from '../../runtime/objects.ts';
import { REASON } from '../../runtime/reasons.ts';
import { outOfBounds } from '../ops/access.ts';
import { CODE as C, FAULT, REFERENCES as R, SLOTS as S, STATE as X } from '../state/stack.ts';
import type { Thread } from './thread.ts';

type Kinds = Readonly<Record<number, readonly [kind: TrapKind, detail?: (t: Thread) => string]>>;

const KINDS: Kinds = {
  [REASON.unreachable]: ['unreachable'],
  [REASON.divideByZero]: ['integer-divide-by-zero'],
  [REASON.integerOverflow]: ['integer-overflow', () => 'the smallest i32 divided by -1'],
  [REASON.nullReference]: ['null-reference'],
  [REASON.nullI31]: ['null-i31-reference'],
  [REASON.castFailure]: ['cast-failure'],
  [REASON.nullStruct]: ['null-structure-reference'],
  [REASON.nullArray]: ['null-array-reference'],
  [REASON.arrayOutOfBounds]: ['array-out-of-bounds', elementDetail],
};

/** The trap that a thread left the loop for, which is where it was. */
export function trapOf(t: Thread, reason: number): Trap {
  if (reason >= REASON.memoryOutOfBounds) {
    const address = BigInt((X[FAULT] >>> 0) + (X[FAULT + 1] >>> 0));
    return outOfBounds(t.instance.memory, address, BigInt(2 ** (reason - REASON.memoryOutOfBounds)));
  }
  if (KINDS[reason] === undefined) throw new InternalError(`the loop was left for reason ${reason}`);
  const [kind, detail] = KINDS[reason];
  return new Trap(kind, detail?.(t));
}

/** Of the op `object`, which gets or sets element b of the array in slot A. */
function elementDetail({ pc, fp2 }: Thread): string {
  const { length } = R[(fp2 >> 1) + operandAt(C, pc, 'A')] as ArrayObject;
  return `element ${S[fp2 + 2 * operandAt(C, pc, 'B')] >>> 0} of ${length}`;
}
