// The internal op table: what lowered code is made of. One row per op, in chapters, which are files of ops/: name, operands, and
// what it does. Here the chapters are put one behind the other; what a row can say is in ops/rows.ts.
// From it `npm run generate` writes both loops (interpreter/loops/switch.ts and closures.ts) and op-list.ts, the names and
// operands that lowering, the driver and the disassembler use. Nothing that runs imports this file or its chapters.
// It is separate from wasm's instruction table on purpose: an op is a step of the loop, not of wasm.
//
// Operands, in the order in which they are encoded:
//   d a b c e   a slot, as an index of S (int32 words: a slot is two of them). `d` and `e` are written, others read.
//   D A B C     a slot, as an index of F and R (one element a slot). `D` is written.
//   k l m n     a 32-bit immediate
//   t           a branch target, an index of the code
//
// Words: the first holds the op number in its low half and the first slot in its high half; each further word holds
// two slots; each immediate and each target has a word of its own, after the slots.
//
// What an op does is said in parts (ops/parts.ts): operands, expressions of them, statements. Text in them is JavaScript over
// these locals of the loop, which are the same in both:
//   S F FF R     value slots as int32, float64, float32; reference slots (a JS array)
//   M8 M16 M32   views of memory 0, and `mb`, its length in bytes (as int32: 2 GiB is negative)
//   G            the instance's globals as int32 words
//   x y z p      scratch; al ah bl bh: halves of i64 operands
//   fp fp2       the frame's first slot, as an index of R and of S; inst, the instance
//   KF           f64 constants (constants.ts)
// Everything else a target says: how operands are read, how the loop is left, how a frame is made.
import { BRANCHES } from './ops/branches.ts';
import { CALLS } from './ops/calls.ts';
import { FLOATS } from './ops/floats.ts';
import { FRAMES } from './ops/frame.ts';
import { GLOBALS } from './ops/globals.ts';
import { I32 } from './ops/i32.ts';
import { I64 } from './ops/i64.ts';
import { MEMORY } from './ops/memory.ts';
import { MOVES } from './ops/moves.ts';
import { REFERENCES } from './ops/references.ts';
import type { Op } from './ops/rows.ts';

/** All ops; an op's number is its index. */
export const OPS: readonly Op[] = [
  MOVES,
  I32,
  BRANCHES,
  MEMORY,
  GLOBALS,
  CALLS,
  REFERENCES,
  FLOATS,
  I64,
  FRAMES,
].flat();
