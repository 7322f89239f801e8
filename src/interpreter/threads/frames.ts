// Frames of a thread on the stack: a function is entered, and goes back to its caller. Which function is called, and what a
// first call needs, is in calls.ts.
import { ExhaustionError } from '../../errors.ts';
import { HEADER_WORDS } from '../../lowering/emit.ts';
import { CODE as C, FRAMES as FS, FRAME_WORDS, SLOTS as S, SLOT_WORDS } from '../state/stack.ts';
import type { Thread } from './thread.ts';

/** The error of a call for whose frame there is no room. */
export function exhausted(): ExhaustionError {
  return new ExhaustionError('call stack exhausted: too many nested calls');
}

/** Puts the frame of a function whose arguments stand at fp2 in order: room, zeroed locals, pc. */
export function enterFrame(t: Thread, entry: number): void {
  if (!hasFrameRoom(t, entry)) throw exhausted();
  openFrame(t, entry);
}

/** Is there room for the frame of a function whose arguments stand at fp2? */
export function hasFrameRoom({ fp2, sp }: Thread, entry: number): boolean {
  return fp2 + C[entry - HEADER_WORDS] <= SLOT_WORDS && sp <= FRAME_WORDS;
}

/** The same where there is. */
export function openFrame(t: Thread, entry: number): void {
  const header = entry - HEADER_WORDS;
  const end = t.fp2 + C[header + 2];
  const word = t.fp2 + C[header + 1];
  if (word < end) clear(word, end);
  t.pc = entry;
}

/** Calling fill costs more than a few stores. */
function clear(word: number, end: number): void {
  if (end - word > 64) S.fill(0, word, end);
  else while (word < end) S[word++] = 0;
}

/** Goes back to the caller of the running frame. */
export function returnFromFrame(t: Thread): void {
  t.sp -= 2;
  t.fp2 -= FS[t.sp + 1];
  t.pc = FS[t.sp];
}

/** A frame that begins `shift` S words above the running one, and goes back to `returnPc`. */
export function pushFrame(t: Thread, returnPc: number, shift: number): void {
  FS[t.sp] = returnPc;
  FS[t.sp + 1] = shift;
  t.sp += 2;
  t.fp2 += shift;
}
