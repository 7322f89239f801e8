// One executed instruction as data: what the text and JSON formats of a trace are made of. No behaviour.
import type { Shape } from '../inspect/function-info.ts';
import type { TypedValue } from '../inspect/values.ts';

/** Bytes of a memory that an instruction read or wrote: at most the first 16 of them are kept. */
export interface MemoryEffect {
  readonly kind: 'read' | 'write';
  readonly memory: number;
  readonly at: number;
  /** All bytes touched. */
  readonly size: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** memory.grow that worked: sizes in pages. */
export interface GrowEffect {
  readonly kind: 'grow';
  readonly memory: number;
  readonly before: number;
  readonly after: number;
}

/** A local, global or table element that was set. */
export interface SetEffect {
  readonly kind: 'set';
  readonly space: 'local' | 'global' | 'table';
  /** `$name` or `local 0`, `table 0[3]`. */
  readonly name: string;
  readonly before: TypedValue;
  readonly after: TypedValue;
}

export type Effect = MemoryEffect | GrowEffect | SetEffect;

/** Where control went. */
export interface BranchEffect {
  readonly taken: boolean;
  /** Offset in the module; undefined where the branch leaves the function, or is not taken. */
  readonly to: number | undefined;
  /** `then`, `else`, `taken`, `not taken`, `loop` ...: for people. */
  readonly word: string;
}

/** What a call goes to. */
export interface Callee {
  readonly kind: 'wasm' | 'host';
  /** As it is shown: escaped. */
  readonly name: string;
}

/** One executed instruction. */
export interface Step {
  /** Instructions of the run before this one. */
  readonly number: number;
  readonly depth: number;
  /** The function's name as it is shown: escaped. */
  readonly func: string;
  /** Offset in the module, and in the function's body. */
  readonly pc: number;
  readonly at: number;
  readonly op: string;
  readonly imm: string;
  readonly shape: Shape;
  readonly inputs: readonly TypedValue[];
  /** Undefined where they are not known: the instruction did not come to its end, or they are shown elsewhere. */
  readonly outputs: readonly TypedValue[] | undefined;
  readonly effects: readonly Effect[];
  readonly branch: BranchEffect | undefined;
  readonly call: Callee | undefined;
  /** The function returns; the inputs are its results. */
  readonly returns: boolean;
  /** Why it did not come to its end: `trap: integer divide by zero`. */
  readonly stop: string | undefined;
  /** The results of a host call whose line is already there, since it called back. */
  readonly again: boolean;
}
