// What traced code says about itself: one probe before each wasm instruction.
// Probes are columns of numbers, and operand stacks are lists that share what is below: a function of a million
// instructions has as many probes, and few of them are ever looked at.
import { Words } from './words.ts';

/** How code is lowered: fast, or with a probe before each wasm instruction (traced). */
export type CodeMode = 'fast' | 'traced';

/** A function's locals, parameters first: types, and slot numbers relative to the frame. */
export interface FrameLocals {
  readonly types: ArrayLike<number>;
  readonly slots: ArrayLike<number>;
}

/** What a probe stands before. The stack is the operand stack at that point; at most its top 64 values. */
export interface Probe {
  /** Offset of the instruction in the module. */
  readonly offset: number;
  /** Slot number (relative to the frame) of the first value of `stack`. */
  readonly base: number;
  /** Value types on the operand stack, bottom first. */
  readonly stack: readonly number[];
  /** Values on the operand stack, those below `stack` included. */
  readonly height: number;
  /** The same object for all probes of a function. */
  readonly locals: FrameLocals;
}

/** Operands that a probe describes, from the top. More than any instruction pops, bar calls and branches. */
const MAX_PROBED = 64;

/** The probes of a function, and the operand stacks that they have met: lists that share what is below. */
export class Probes {
  private readonly locals: FrameLocals;
  /** Three numbers a probe: offset, height, the operand on top. */
  private readonly probes = new Words(64, Number.MAX_SAFE_INTEGER);
  /** Three numbers an operand: type, place, the operand below it or -1. */
  private readonly operands = new Words(64, Number.MAX_SAFE_INTEGER);
  private readonly made = new Map<number, Probe>();

  constructor(locals: FrameLocals) {
    this.locals = locals;
  }

  get length(): number {
    return this.probes.length / 3;
  }

  /** Notes an operand; returns its number. */
  operand(type: number, place: number, below: number): number {
    const { operands } = this;
    operands.push(type);
    operands.push(place);
    operands.push(below);
    return operands.length / 3 - 1;
  }

  add(offset: number, height: number, top: number): void {
    const { probes } = this;
    probes.push(offset);
    probes.push(height);
    probes.push(top);
  }

  /** A probe by its number: the same object each time. */
  at(index: number): Probe {
    const known = this.made.get(index);
    if (known !== undefined) return known;
    const { probes, operands, locals } = this;
    const stack: number[] = [];
    let base = 0;
    for (let one = probes.at(3 * index + 2); one >= 0 && stack.length < MAX_PROBED; one = operands.at(3 * one + 2)) {
      stack.push(operands.at(3 * one));
      base = operands.at(3 * one + 1);
    }
    stack.reverse();
    const made = { offset: probes.at(3 * index), base, stack, height: probes.at(3 * index + 1), locals };
    this.made.set(index, made);
    return made;
  }
}
