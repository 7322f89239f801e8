// A guest thread as plain data, while it does not run: what was on the shared stack, copied out, and where to go on.
// https://webassembly.github.io/spec/core/exec/runtime.html#stack
import type { StackParts } from './heap.ts';
import type { ModuleInstance } from './instance.ts';

/** The parked part of a stack. All positions are relative to the thread's base, so that it can go on at any base. */
export interface ParkedStack extends StackParts {
  /** S words from the base to the top of the running frame. */
  readonly slots: Int32Array;
  /** References of the same slots; empty where none are in use. */
  readonly refs: readonly unknown[];
  /** FRAMES words. */
  readonly frames: Int32Array;
  /** Where to go on. */
  readonly pc: number;
  /** Base of the running frame, in S words above the thread's base. */
  readonly fp2: number;
  /** The generation of code that the pcs belong to (interpreter/code/code-space.ts). */
  readonly generation: object;
  /** The instance that runs, and those that wait for a return from it, outermost first. */
  readonly instance: ModuleInstance;
  readonly callers: readonly ModuleInstance[];
}
