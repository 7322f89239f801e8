// The lowered code of one module: where each function's code starts. Instances of a module share it.
import type { ValidModule } from '../validator/module.ts';

/** How code was lowered: fast, or with a probe before each wasm instruction (traced). */
export type CodeMode = 'fast' | 'traced';

/** What a traced function's probe stands before. Heights and types are those of the operand stack at that point. */
export interface Probe {
  /** Offset of the instruction in the module. */
  readonly offset: number;
  /** Slot number (relative to the frame) of the first operand on the stack. */
  readonly base: number;
  /** Value types on the operand stack, bottom first. */
  readonly stack: readonly number[];
}

export interface CodeUnit {
  readonly module: ValidModule;
  readonly mode: CodeMode;
  /** By function index (imports included): index of the function's first op in CODE, 0 where it is not lowered. */
  readonly entries: Int32Array;
  /** Traced units: the probes of each lowered function. */
  readonly probes: (readonly Probe[])[];
}
