// What traced code reports: before each wasm instruction, where the thread is and where its operands stand.
// The reader of the events (trace/) reads operands through this module; the loop pays nothing where nothing is traced.
import type { Probe } from '../lowering/probes.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import type { Bits } from '../runtime/values.ts';
import { readBits } from './border.ts';
import { slotsOf } from '../lowering/operands.ts';
import { currentGeneration, findFunction } from './code-space.ts';
import { CODE as C } from './stack.ts';
import type { Thread } from './thread.ts';

/** An instruction is about to run. Valid only during the call of the monitor. */
export interface ProbeEvent {
  readonly instance: ModuleInstance;
  readonly func: number;
  readonly probe: Probe;
  /** Frames of the thread below this one. */
  readonly depth: number;
  /** The value at a height of `probe.stack`, or an operand that the instruction left there. */
  operand(index: number): Bits;
  /** The value of type t in the frame's slot `slot`; a local's slot is its index while no local is a v128. */
  slot(t: number, slot: number): Bits;
}

/** Is told of each instruction of traced instances, before it runs. */
export interface Monitor {
  instruction(event: ProbeEvent): void;
}

const MONITORS = new WeakMap<ModuleInstance, Monitor>();

/** Sets who is told about the instructions of a traced instance. */
export function setMonitor(instance: ModuleInstance, monitor: Monitor): void {
  MONITORS.set(instance, monitor);
}

export function reportProbe(t: Thread): void {
  const monitor = MONITORS.get(t.instance);
  if (monitor === undefined) return;
  const where = currentGeneration();
  const owner = where.owners[findFunction(where, t.pc - 1)];
  const probe = owner.unit.probes[owner.index][C[t.pc - 1]];
  const { fp2 } = t;
  monitor.instruction({
    instance: t.instance,
    func: owner.index,
    probe,
    depth: (t.sp - t.frameBase) / 2 - 1,
    operand: (index) => {
      let slot = probe.base;
      for (let i = 0; i < index; i++) slot += slotsOf(probe.stack[i]);
      return readBits(probe.stack[index], fp2 + 2 * slot);
    },
    slot: (t2, slot) => readBits(t2, fp2 + 2 * slot),
  });
}
