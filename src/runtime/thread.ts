// A guest thread as plain data, while it does not run: what was on the shared stack, copied out, and where to go on.
// https://webassembly.github.io/spec/core/exec/runtime.html#stack
import type { StackParts } from './heap.ts';
import type { ModuleInstance } from './instance.ts';
import type { DefType } from '../validator/type-space.ts';

/**
 * The functions of one generation of code (interpreter/code/code-space.ts), in the order of their places in the code array:
 * where they start, and their indices in their modules. It does not hold the modules, which would stay until all code is
 * dropped: whoever asks knows the instance.
 */
export interface Generation {
  readonly starts: number[];
  readonly indices: number[];
}

/** Which function a pc belongs to: an index of the generation's lists, or -1 for ops that belong to no function. */
export function findFunction(where: Generation, pc: number): number {
  let low = 0;
  let high = where.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (where.starts[middle] <= pc) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The return pc of a frame that another instance has entered. */
export const CROSS_RETURN_PC = 2;

/** The parked part of a stack. Nobody changes it once it is made, so that copies may share its lists. All positions are relative to the thread's base, so that it can go on at any base. */
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
  /** That the pcs belong to. */
  readonly generation: Generation;
  /** The instance that runs, and those that wait for a return from it, outermost first. */
  readonly instance: ModuleInstance;
  readonly callers: readonly ModuleInstance[];
}

/** A call that does not run: where it stands, and what it waits for, if it does. */
export interface Suspended {
  readonly parked: ParkedStack;
  readonly pending: Awaited | undefined;
}

/** The results that a call of the host is to have: of a function type, from a word above the thread's base on. */
export interface Awaited {
  readonly type: DefType;
  readonly base: number;
}

/** What stands for what in a copy. */
export interface Over {
  instance(one: ModuleInstance): ModuleInstance;
  reference(one: unknown): unknown;
}
