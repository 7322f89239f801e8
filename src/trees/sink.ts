// Who takes trees: the choice of ops (lowering/select-ops.ts), or whatever else makes something of a body. What is said here
// is what a body means, in the order in which it has to happen; how it is done is not said.
// Slots are relative to the frame; `at` is the offset in the module of the instruction that a statement is for.
import type { LabelId, Node } from './nodes.ts';
import type { ObjectName, OutName } from './operations.ts';

/** Statements with operands: slots, immediates, and trees whose values are wanted. */
export type Statement =
  /** References of a frame of so many slots begin. */
  | 'refs.enter'
  /** So many units of fuel. */
  | 'charge'
  /** The probe with a number, of traced code. */
  | 'probe'
  | 'unreachable'
  /** Word of the first value, tag. */
  | 'throw'
  /** Slot of the exception. */
  | 'throw_ref'
  /** Slot of the result, pages, memory. */
  | 'memory.grow'
  /** Slot of the result, address, expected, time-out, offset, memory. */
  | 'wait32'
  | 'wait64'
  /** Value, word in the globals. */
  | 'global.set32'
  | 'global.set64'
  /** Function, and of a call that returns the word of its first argument. */
  | 'call.lazy'
  | 'tail.call.lazy'
  /** Index or reference, table or -1, type or 0, and the same word. */
  | 'call.indirect'
  | 'tail.call.indirect';

export interface Sink {
  /** Whether the next statement begins the function. */
  readonly isEmpty: boolean;
  statement(name: Statement, at: number, ...operands: (number | Node)[]): void;
  /** A value goes to a slot. */
  set(slot: number, value: Node): void;
  /** The result of the last statement, if it is in this slot and may, goes to another one; returns whether it does. */
  retarget(from: number, to: number): boolean;
  /** What is done out of line: operands in a row from slot `base` on, where results replace them. */
  out(name: OutName, l: number, m: number, base: number, at: number): void;
  /** An object operation; its result, if there is one, goes to a slot: -1 for none. */
  operation(name: ObjectName, slot: number, operands: readonly Node[], k: number, at: number): void;
  /** A store to memory 0 at an address of 32 bits, which lies in its minimum for address 0. */
  store(name: string, address: Node, value: Node, offset: number, at: number): void;
  /** Any other access that has an effect; `where` is its memory and lane. */
  effect(name: string, slot: number, operands: readonly Node[], offset: number, where: number, at: number): void;
  label(label: LabelId): void;
  br(label: LabelId, at: number): void;
  branchIf(condition: Node, negated: boolean, label: LabelId, at: number): void;
  /** To the label with the value's number, or to the last one. */
  branchTable(value: Node, labels: readonly LabelId[], at: number): void;
  /** Returns a value of a number type, or what is in slots 0 and up already. */
  return(value: Node | undefined, at: number): void;
  /** From here on exceptions go to this region, -1 for the caller. */
  region(index: number): void;
  /** Ops that follow are put after the function's other code, until `back`. */
  aside(): void;
  back(): void;
}
