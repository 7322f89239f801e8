// What traced code reports: before each wasm instruction, where the thread is and where its operands stand; and that a
// thread was stopped by an error. The reader of the events (trace/) reads operands through this module; the loop pays
// nothing where nothing is traced.
import { HEADER_WORDS } from '../../lowering/emit.ts';
import { numberOf, opSize, operandAt, OPS } from '../../lowering/op-table.ts';
import { slotsOf } from '../../runtime/slots.ts';
import type { Probe, Probes } from '../../runtime/probes.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Bits } from '../../runtime/values.ts';
import { readBits } from '../values/border.ts';
import { currentGeneration, findFunction } from '../code/code-space.ts';
import { CODE as C } from '../state/stack.ts';
import { type Thread, running } from './thread.ts';

/** The loop is left after a probe. */
const PROBE_WORDS = opSize(OPS[numberOf('probe')]);

/** An instruction is about to run. Valid until the thread goes on: during the call of the monitor, or while it stops. */
export interface ProbeEvent {
  readonly instance: ModuleInstance;
  /** Index in the instance's function index space. */
  readonly func: number;
  readonly probe: Probe;
  /** Frames below this one, those of threads that wait for a host function to come back included. */
  readonly depth: number;
  /** Tells threads apart: the same object for all events of a thread. */
  readonly thread: object;
  /** The value at an index of `probe.stack`. */
  operand(index: number): Bits;
  /** The value of a local, by its index. */
  local(index: number): Bits;
}

/** Is called before each instruction of traced instances. */
export interface Monitor {
  instruction(event: ProbeEvent): void;
  /** An error ends the thread: a trap, or what a host function threw. Its stack is still there. */
  stopped?(thread: object, error: unknown): void;
}

const MONITORS = new WeakMap<ModuleInstance, Monitor>();

/** Sets the monitor of a traced instance. */
export function setMonitor(instance: ModuleInstance, monitor: Monitor): void {
  MONITORS.set(instance, monitor);
}

class LiveEvent implements ProbeEvent {
  readonly instance: ModuleInstance;
  readonly func: number;
  readonly probe: Probe;
  readonly depth: number;
  readonly thread: object;
  private readonly fp2: number;

  constructor(t: Thread, func: number, probe: Probe) {
    this.instance = t.instance;
    this.func = func;
    this.probe = probe;
    this.depth = depthOf(t);
    this.thread = t.token;
    this.fp2 = t.fp2;
  }

  operand(index: number): Bits {
    const { base, stack } = this.probe;
    let slot = base;
    for (let i = 0; i < index; i++) slot += slotsOf(stack[i]);
    return readBits(stack[index], this.fp2 + 2 * slot);
  }

  local(index: number): Bits {
    const { types, slots } = this.probe.locals;
    return readBits(types[index], this.fp2 + 2 * slots[index]);
  }
}

/** Frames below the running one. What stands between two instances' frames is not counted. */
function depthOf(t: Thread): number {
  let frames = 0;
  for (const one of running) {
    frames += (one.sp - one.frameBase) / 2 - one.callers.length;
    if (one === t) break;
  }
  return frames - 1;
}

/** A monitor is code of the embedder, which may call: the guest does not pay for it. */
function watching(t: Thread, top: number, action: () => void): void {
  t.reserve(top);
  t.isWatched = true;
  try {
    action();
  } finally {
    t.isWatched = false;
    t.release();
  }
}

export function reportProbe(t: Thread): void {
  const monitor = MONITORS.get(t.instance);
  if (monitor === undefined) return;
  const where = currentGeneration();
  const found = findFunction(where, t.pc - 1);
  const index = where.indices[found];
  const probe = operandAt(C, t.pc - PROBE_WORDS, 'k');
  const event = new LiveEvent(t, index, (t.instance.unit.probes[index] as Probes).at(probe));
  watching(t, t.fp2 + C[where.starts[found] - HEADER_WORDS], () => monitor.instruction(event));
}

/** Tells the monitors of the instances whose functions are on the thread's stack. */
export function reportStop(t: Thread, error: unknown): void {
  const told = new Set<Monitor>();
  for (const instance of [t.instance, ...t.callers]) {
    const monitor = MONITORS.get(instance);
    if (monitor === undefined || told.has(monitor)) continue;
    told.add(monitor);
    watching(t, t.top(), () => monitor.stopped?.(t.token, error));
  }
}
