// Why the loop is left: names for the op table, numbers in the loops, upon which the driver acts. Nothing about how.

/** Reasons to leave the loop, in the generated loop as literals. See interpreter/threads/driver.ts for what follows. */
export const REASON = {
  /** The quantum of fuel is used up. */
  quantum: 0,
  /** The activation's outermost function returned. */
  done: 1,
  /** The callee of the call op at pc has no code yet. */
  lower: 2,
  /** A call or tail call of an imported function. */
  callImport: 3,
  /** call_indirect or call_ref that needs a closer look: null, other instance, host, not lowered, other type. */
  callIndirect: 4,
  /** A function that another instance called returned. */
  crossReturn: 5,
  /** memory.grow. */
  grow: 6,
  /** A probe of traced code. */
  probe: 7,
  /** Call depth or value stack used up. */
  exhausted: 8,
  /** The first op of a function that the running instance has not called before. */
  unpaid: 9,
  /** memory.atomic.wait. */
  wait: 12,
  /** throw, throw_ref. */
  throw: 10,
  throwRef: 11,
  /** An op finds no room for the object that it makes. */
  noRoom: 13,
  /** Traps that the loop finds itself. */
  unreachable: 16,
  divideByZero: 18,
  integerOverflow: 19,
  nullReference: 20,
  nullStruct: 21,
  nullArray: 22,
  arrayOutOfBounds: 23,
  nullI31: 24,
  castFailure: 25,
  /** And so for 2, 4, 8 and 16 bytes, each one more. Where they are, FAULT says (interpreter/state/stack.ts). */
  memoryOutOfBounds: 32,
} as const;

/** The reason to leave the loop for an access of 1, 2, 4, 8 or 16 bytes that is out of bounds. */
export function faultReason(size: number): number {
  return REASON.memoryOutOfBounds + Math.log2(size);
}
