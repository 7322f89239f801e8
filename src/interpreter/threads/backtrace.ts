// The wasm frames of a thread that stopped, for traps and reports. Reads the stack; changes nothing.
import { namesOf } from '../../runtime/names.ts';
import type { BacktraceFrame, Frames } from '../../errors.ts';
import { type CodePlace, offsetsAt, placeOf } from '../code/lowered.ts';
import { CROSS_RETURN_PC, FIRST_FREE } from '../code/code-space.ts';
import { FRAMES as FS } from '../state/stack.ts';
import type { Thread } from './thread.ts';

/** Innermost frames that a backtrace shows at most. */
const MAX_FRAMES = 64;

/**
 * The frames of a thread that is on the stack, innermost first, for somebody who may never ask: only places are noted
 * now, which is cheap; offsets and names take longer.
 */
export function backtraceLater(t: Thread): Frames {
  const places: CodePlace[] = [];
  let { pc, instance, sp } = t;
  let waiting = t.callers.length;
  for (; places.length < MAX_FRAMES; sp -= 2) {
    const place = placeOf(pc, instance.unit);
    if (place !== undefined) places.push(place);
    if (sp <= t.frameBase) break;
    // A return pc comes after the call: one less is in it.
    pc = FS[sp - 2] - 1;
    if (pc === CROSS_RETURN_PC - 1) instance = t.callers[--waiting];
  }
  const find = (): BacktraceFrame[] => {
    const offsets = offsetsAt(places);
    return places.map((place, i) => describe(place, offsets[i]));
  };
  // Of the return pcs that are left one leads out of all, and some to other instances; that at hand may be one of these.
  const more = (sp - t.frameBase) / 2 - waiting - (pc < FIRST_FREE - 1 ? 1 : 0);
  return { find, more: Math.max(0, more) };
}

function describe({ unit, index }: CodePlace, offset: number | undefined): BacktraceFrame {
  const names = namesOf(unit.module);
  return { func: index, funcName: names.funcs.get(index), offset, moduleName: names.module };
}
