// Checkpoints of one thread (setjmp): where a suspended call stands is kept, and it goes on there later (longjmp).
// A checkpoint is worth something until the frame returns that called the one which has made it: so frames below that are not
// kept, but taken from the thread when it goes back; and when they are gone, the checkpoint goes, too. Frames that a thread leaves
// by going back have not returned: it may go back to them again. Of these the whole stack is kept, once for all checkpoints
// that are left with it, and of such checkpoints the newest. Checkpoints of one place in one frame are one: the newest. So what is kept is
// bounded by the depth of the stack and the size of the code.
import {
  CROSS_RETURN_PC,
  type Awaited,
  type Generation,
  type ParkedStack,
  type Suspended,
  findFunction,
} from './thread.ts';
import type { Limits } from './limits.ts';
import type { ModuleInstance } from './instance.ts';
import type { Over } from './thread.ts';

/** A place in code, whatever becomes of the code. */
interface Place {
  readonly pc: number;
  readonly generation: Generation;
}

/** A frame on the stack: where it goes back to, and how far above its caller's it begins. */
interface Frame extends Place {
  readonly shift: number;
}

interface Checkpoint {
  readonly id: number;
  /** Frames of the thread that it does not hold. */
  readonly depth: number;
  /** What it holds: the frame of who called the one that has made it, and that one. */
  readonly slots: Int32Array;
  readonly refs: readonly unknown[];
  readonly frames: Int32Array;
  readonly pc: number;
  readonly fp2: number;
  readonly generation: Generation;
  readonly instance: ModuleInstance;
  readonly callers: readonly ModuleInstance[];
  readonly awaited: Awaited;
}

/** One in a frame that is not on the stack any more, and the stack with which it was left. */
interface Left {
  readonly one: Checkpoint;
  readonly below: ParkedStack;
}

/** How many of these are kept. */
const MOST_LEFT = 128;

/** What one takes beside its lists, and what a frame that is known takes. */
const BYTES = 512;
const FRAME_BYTES = 64;

export class Checkpoints {
  private readonly limits: Limits;
  /** The frames of the thread when it was last looked at. */
  private readonly frames: Frame[] = [];
  /** In the order of their depths. */
  private list: Checkpoint[] = [];
  private left: Left[] = [];
  private last: number;

  constructor(limits: Limits, last = 0) {
    this.limits = limits;
    this.last = last;
  }

  /** How many there are. */
  get size(): number {
    return this.list.length + this.left.length;
  }

  /** Keeps where a suspended call stands; returns a number for it. @throws ExhaustionError past the limits. */
  save(now: Suspended): number {
    const { parked, pending } = now;
    const { frames, generation } = parked;
    const depth = callerOf(frames);
    this.follow(parked, depth);
    const base = baseOf(frames, depth);
    const awaited = pending as Awaited;
    const made = {
      depth,
      slots: parked.slots.slice(base),
      refs: parked.refs.slice(base >> 1),
      frames: frames.slice(2 * depth),
      pc: parked.pc,
      fp2: parked.fp2 - base,
      generation,
      instance: parked.instance,
      callers: parked.callers,
      awaited: { type: awaited.type, base: awaited.base - base },
    };
    const at = this.list.findIndex((one) => one.depth === depth && isSamePlace(one, made));
    const id = at < 0 ? ++this.last : this.list[at].id;
    if (at >= 0) this.drop(this.list.splice(at, 1));
    this.unleave(({ one, below }) => one.depth === depth && isSamePlace(one, made) && this.startsWith(below, depth));
    this.take(bytesOf(made));
    this.list.push({ ...made, id });
    return id;
  }

  /** Where a thread goes on that goes back to a checkpoint; undefined where that is gone. */
  restore(id: number, { parked }: Suspended): Suspended | undefined {
    this.follow(parked, callerOf(parked.frames));
    const left = this.left.find(({ one }) => one.id === id);
    const found = left?.one ?? this.list.find((one) => one.id === id);
    if (found === undefined) return undefined;
    const place = placeOn(left?.below ?? parked, found);
    this.leave(parked, place.parked);
    if (left !== undefined) {
      this.unleave((one) => one === left);
      this.follow(place.parked, found.depth);
      this.take(bytesOf(found));
      this.list.push(found);
    }
    return place;
  }

  /** The thread goes on elsewhere: checkpoints in frames that are not there are left. */
  private leave(from: ParkedStack, to: ParkedStack): void {
    const same = this.same(to);
    const gone = this.list.filter((one) => one.depth > same);
    this.drop(gone);
    this.list = this.list.filter((one) => one.depth <= same);
    for (const one of gone) {
      if (this.left.length >= MOST_LEFT) this.unleave((oldest) => oldest === this.left[0]);
      const shared = this.left.some(({ below }) => below === from);
      this.take(bytesOf(one) + (shared ? 0 : bytesOf(from)));
      this.left.push({ one, below: from });
    }
    this.forget(Math.min(same, this.frames.length));
  }

  /** Drops some that were left, and stacks of which no other one is left. */
  private unleave(which: (one: Left) => boolean): void {
    const gone = this.left.filter(which);
    if (gone.length === 0) return;
    this.left = this.left.filter((one) => !gone.includes(one));
    this.drop(gone.map(({ one }) => one));
    for (const below of new Set(gone.map((each) => each.below))) {
      if (!this.left.some((each) => each.below === below)) this.limits.credit('stackBytes', bytesOf(below));
    }
  }

  /** Those of a copy of the thread, with the same numbers. @throws ExhaustionError past the limits. */
  copy(over: Over): Checkpoints {
    const made = new Checkpoints(this.limits, this.last);
    for (const one of this.frames) {
      made.take(FRAME_BYTES);
      made.frames.push(one);
    }
    for (const one of this.list) {
      made.take(bytesOf(one));
      made.list.push(copied(one, over));
    }
    const stacks = new Map<ParkedStack, ParkedStack>();
    for (const { one, below } of this.left) {
      const stack = stacks.get(below) ?? copied(below, over);
      made.take(bytesOf(one) + (stacks.has(below) ? 0 : bytesOf(stack)));
      stacks.set(below, stack);
      made.left.push({ one: copied(one, over), below: stack });
    }
    return made;
  }

  /** The thread is gone. */
  clear(): void {
    this.unleave(() => true);
    this.drop(this.list);
    this.list = [];
    this.forget(0);
  }

  /** Takes notice of the thread's first frames: checkpoints whose frames have returned are dropped. */
  private follow(parked: ParkedStack, depth: number): void {
    const { frames, generation } = parked;
    const same = this.same(parked);
    if (same < this.frames.length) {
      this.drop(this.list.filter((one) => one.depth > same));
      this.list = this.list.filter((one) => one.depth <= same);
      this.forget(same);
    }
    for (let i = this.frames.length; i < depth; i++) {
      this.take(FRAME_BYTES);
      this.frames.push({ pc: frames[2 * i], shift: frames[2 * i + 1], generation });
    }
  }

  /** How many of the frames that are known a stack begins with. */
  private same({ frames, generation }: ParkedStack): number {
    const most = Math.min(this.frames.length, frames.length >> 1);
    let same = 0;
    while (same < most && isSameFrame(this.frames[same], frames, same, generation)) same++;
    return same;
  }

  /** Does a stack begin with so many of them? */
  private startsWith(parked: ParkedStack, depth: number): boolean {
    return this.same(parked) >= depth;
  }

  private take(bytes: number): void {
    this.limits.take('stackBytes', bytes, 'a checkpoint');
  }

  private forget(from: number): void {
    this.limits.credit('stackBytes', FRAME_BYTES * (this.frames.length - from));
    this.frames.length = from;
  }

  private drop(list: readonly Checkpoint[]): void {
    for (const one of list) this.limits.credit('stackBytes', bytesOf(one));
  }
}

function bytesOf({ slots, refs, frames }: Pick<Checkpoint, 'slots' | 'refs' | 'frames'>): number {
  return BYTES + 4 * (slots.length + frames.length) + 8 * refs.length;
}

/** The same with copies of what it refers to. */
function copied<T extends Pick<ParkedStack, 'refs' | 'instance' | 'callers'>>(one: T, over: Over): T {
  return {
    ...one,
    refs: one.refs.map((each) => over.reference(each)),
    instance: over.instance(one.instance),
    callers: one.callers.map((each) => over.instance(each)),
  };
}

/** Where a thread stands that has gone back to a checkpoint, above what is below its frames. */
function placeOn(stack: ParkedStack, found: Checkpoint): Suspended {
  const { depth, slots, refs, awaited, instance, callers, fp2 } = found;
  const base = baseOf(stack.frames, depth);
  const below = stack.refs.slice(0, base >> 1);
  if (refs.length > 0) for (let i = below.length; i < base >> 1; i++) below.push(null);
  return {
    parked: {
      slots: joined(stack.slots.subarray(0, base), slots),
      refs: below.concat(refs),
      fp2: base + fp2,
      instance,
      callers,
      ...together(stack, found),
    },
    pending: { type: awaited.type, base: base + awaited.base },
  };
}

/** How many frames stand below that of who called the running one, which may be of another instance. */
function callerOf(frames: Int32Array): number {
  let depth = (frames.length >> 1) - 1;
  while (depth > 0 && frames[2 * depth] === CROSS_RETURN_PC) depth--;
  return Math.max(0, depth);
}

/** Where the frame begins below which so many stand. */
function baseOf(frames: Int32Array, depth: number): number {
  let base = 0;
  for (let i = 0; i < depth; i++) base += frames[2 * i + 1];
  return base;
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const made = new Int32Array(a.length + b.length);
  made.set(a);
  made.set(b, a.length);
  return made;
}

function isSame(a: number, of: Generation, b: number, at: Generation): boolean {
  if (of === at) return a === b;
  const [i, k] = [findFunction(of, a), findFunction(at, b)];
  if (i < 0 || k < 0) return i === k && a === b;
  return of.indices[i] === at.indices[k] && a - of.starts[i] === b - at.starts[k];
}

function isSameFrame(one: Frame, frames: Int32Array, i: number, generation: Generation): boolean {
  return one.shift === frames[2 * i + 1] && isSame(one.pc, one.generation, frames[2 * i], generation);
}

/** Is it made at the same place of the same function, as the one that it would replace? */
function isSamePlace(one: Checkpoint, made: Omit<Checkpoint, 'id'>): boolean {
  if (one.frames.length !== made.frames.length || !isSame(one.pc, one.generation, made.pc, made.generation))
    return false;
  for (let i = 0; i < one.frames.length; i += 2) {
    if (!isSame(one.frames[i], one.generation, made.frames[i], made.generation)) return false;
  }
  return true;
}

type Frames = Pick<ParkedStack, 'frames' | 'pc' | 'generation'>;

/** The frames below and those of a checkpoint, as of one generation of code: one that never was, where they are of two. */
function together(below: ParkedStack, { depth, frames, pc, generation }: Checkpoint): Frames {
  const first = below.frames.subarray(0, 2 * depth);
  if (below.generation === generation) return { frames: joined(first, frames), pc, generation };
  const made = new MadeUp();
  for (let i = 0; i < first.length; i += 2) made.note(first[i], below.generation);
  for (let i = 0; i < frames.length; i += 2) made.note(frames[i], generation);
  made.note(pc, generation);
  const moved = joined(first, frames);
  for (let i = 0; i < moved.length; i += 2) {
    moved[i] = made.place(moved[i], i < first.length ? below.generation : generation);
  }
  return { frames: moved, pc: made.place(pc, generation), generation: made.whole };
}

/** Pcs below are of no function (code-space.ts). */
const FIRST = 16;

/** A generation that holds some functions of others, each as far as it is needed. */
class MadeUp {
  private readonly reach = new Map<number, number>();
  private made: Generation | undefined;

  note(pc: number, of: Generation): void {
    const found = findFunction(of, pc);
    if (found < 0) return;
    const index = of.indices[found];
    this.reach.set(index, Math.max(this.reach.get(index) ?? 0, pc - of.starts[found]));
  }

  get whole(): Generation {
    if (this.made !== undefined) return this.made;
    const made: Generation = { starts: [], indices: [] };
    let top = FIRST;
    for (const [index, reach] of this.reach) {
      made.starts.push(top);
      made.indices.push(index);
      top += reach + 1;
    }
    return (this.made = made);
  }

  place(pc: number, of: Generation): number {
    const found = findFunction(of, pc);
    if (found < 0) return pc;
    const { starts, indices } = this.whole;
    return starts[indices.indexOf(of.indices[found])] + pc - of.starts[found];
  }
}
