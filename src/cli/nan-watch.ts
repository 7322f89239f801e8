// Watches the NaNs that traced code makes: where all operands of a float operator are numbers or canonical NaNs, a NaN that
// it gives is canonical; else it is quiet. A judge that takes one NaN for another does not see this.
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Monitor, ProbeEvent } from '../interpreter/threads/probe.ts';
import type { Probe } from '../runtime/probes.ts';
import { FLOAT_OPERATORS, type FloatOperator, laneKind, lanesOf, laneWidth } from '../testing/float-operators.ts';

/** An operator whose result the next instruction will find on the stack. */
interface Pending {
  readonly thread: object;
  readonly depth: number;
  readonly operator: FloatOperator;
  /** No operand holds a NaN that is not canonical. */
  readonly plain: boolean;
}

export class NaNWatch implements Monitor {
  /** What was wrong. */
  readonly faults: string[] = [];
  /** Results that were looked at. */
  count = 0;
  private pending: Pending | undefined;
  private readonly operators = new WeakMap<Probe, FloatOperator | { readonly none: true }>();

  instruction(event: ProbeEvent): void {
    const { pending } = this;
    this.pending = undefined;
    const { thread, depth, probe } = event;
    const top = probe.stack.length - 1;
    if (pending !== undefined && pending.thread === thread && pending.depth === depth && top >= 0) {
      this.check(pending, event.operand(top) as bigint);
    }
    const operator = this.operatorOf(event);
    if (operator === undefined || probe.stack.length < operator.pops.length) return;
    const first = probe.stack.length - operator.pops.length;
    const plain = operator.pops.every((t, i) => {
      const width = laneWidth(t, operator.from);
      const lanes = lanesOf(t, event.operand(first + i) as bigint, width);
      return lanes.every((lane) => ['number', 'canonical'].includes(laneKind(lane, width)));
    });
    this.pending = { thread, depth, operator, plain };
  }

  private operatorOf({ instance, probe }: ProbeEvent): FloatOperator | undefined {
    const known = this.operators.get(probe);
    if (known !== undefined) return 'none' in known ? undefined : known;
    const { bytes } = instance.module.module.funcs;
    const cursor = new InstructionCursor(bytes, probe.offset, bytes.length);
    cursor.next();
    const found = FLOAT_OPERATORS.get(cursor.row.code);
    this.operators.set(probe, found ?? { none: true });
    return found;
  }

  private check({ operator, plain }: Pending, bits: bigint): void {
    this.count++;
    const { name, push, to, moves } = operator;
    const width = laneWidth(push, to);
    for (const lane of lanesOf(push, bits, width)) {
      const kind = laneKind(lane, width);
      const isRight = kind === 'number' || kind === 'canonical' || (!plain && (moves || kind === 'quiet'));
      if (!isRight)
        this.faults.push(`${name} gives a NaN that is ${plain ? 'not canonical' : kind}: 0x${lane.toString(16)}`);
    }
  }
}
