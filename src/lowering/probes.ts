// What traced code tells about itself: one probe before each wasm instruction.

/** How code is lowered: fast, or with a probe before each wasm instruction (traced). */
export type CodeMode = 'fast' | 'traced';

/** A function's locals, parameters first: types, and slot numbers relative to the frame. */
export interface FrameLocals {
  readonly types: readonly number[];
  readonly slots: readonly number[];
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
