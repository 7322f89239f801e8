// What traced code tells about itself: one probe before each wasm instruction.

/** How code is lowered: fast, or with a probe before each wasm instruction (traced). */
export type CodeMode = 'fast' | 'traced';

/** What a probe stands before. The stack is the operand stack at that point; at most its top 64 values. */
export interface Probe {
  /** Offset of the instruction in the module. */
  readonly offset: number;
  /** Slot number (relative to the frame) of the first value of `stack`. */
  readonly base: number;
  /** Value types on the operand stack, bottom first. */
  readonly stack: readonly number[];
}
