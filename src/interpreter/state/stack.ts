// The arrays that every running thread shares: value slots, reference slots, frames, code, and the loop's state.
// The running thread owns them from its base on; a parked thread has its part copied out (runtime/thread.ts).
//
// FRAMES holds two words a frame: the return pc, and how many S words the callee's frame starts above the caller's.
// Both survive a move of the thread's part to another base, so that a thread can be resumed anywhere.

/** Size of the value stack: 1,048,576 slots of 8 bytes. Deep native stacks are 1 to 8 MiB; this is 8. */
export const SLOT_WORDS = 1 << 21;
/** Deepest call stack: 131,072 frames of two words. */
export const FRAME_WORDS = 1 << 18;
/** Words of code that exist at a time; when they are used up, all code is dropped and lowered again (code-space.ts). */
export const CODE_WORDS = 1 << 23;

const MARGIN = 64;

export const SLOTS = new Int32Array(SLOT_WORDS + 4096);
export const SLOTS_F64 = new Float64Array(SLOTS.buffer);
export const SLOTS_F32 = new Float32Array(SLOTS.buffer);
/** Undefined in hosts that have none. */
export const SLOTS_I64 = typeof BigInt64Array === 'undefined' ? undefined : new BigInt64Array(SLOTS.buffer);
/** Reference slots, by slot number (half of the word index). Grows with use; see growReferences. */
export const REFERENCES: unknown[] = [];
export const FRAMES = new Int32Array(FRAME_WORDS + MARGIN);
export const CODE = new Int32Array(CODE_WORDS + MARGIN);

/** What the loop leaves behind: pc, fp2, sp, fuel. Also stored before a call that may throw. Then pieces.ts, and FAULT. */
export const STATE = new Int32Array(8);

/** Where in STATE the address of an access out of bounds stands, as two numbers without sign, whose sum it is. */
export const FAULT = 5;
