// What copies and changes a call that does not run: it stands elsewhere, a second one stands where it does, or a function is
// called before it goes on. That it may be done, and who runs it then, is in execution.ts.
import type { Func, ModuleInstance } from '../../runtime/instance.ts';
import type { Awaited, Over, ParkedStack, Suspended } from '../../runtime/thread.ts';
import { CROSS_RETURN_PC, EXIT_PC, FIRST_FREE } from '../code/code-space.ts';
import { FRAME_WORDS, SLOTS as S } from '../state/stack.ts';
import { exhausted, pushFrame } from './frames.ts';
import { NONE, type Pending, type Settling, type Thread, eachGuest } from './thread.ts';

/** A call that does not run, as its execution hands it out. */
export interface Still<E> {
  readonly thread: Thread;
  /** An execution that has yet to be put somewhere. */
  another(func: Func): E;
  /** It waits for something else from now on. */
  hear(): void;
}

/** Where a call stands, and what it waits for. */
export function placeOf({ thread: { parked, pending } }: Still<unknown>): Suspended {
  return { parked: parked as ParkedStack, pending };
}

/**
 * Goes on elsewhere, where it waited for a host call, which has ended with this answer.
 * @throws ExhaustionError past the limits.
 */
export function goOnAt(one: Still<unknown>, { parked, pending }: Suspended, answer: unknown): void {
  standAt(one.thread, parked);
  settle(one, pending as Awaited, answer);
}

/** What it waits for has ended: it is told at once. */
function settle({ thread, hear }: Still<unknown>, { type, base }: Awaited, answer: unknown): void {
  // biome-ignore lint/suspicious/noThenProperty: it suspends a thread like the promise of a host function
  const promise: Settling = { then: (settled) => settled(answer) };
  thread.pending = { promise, type, base } as Pending;
  hear();
}

/**
 * A second call that stands where this one does, over copies of what it uses; a host call that it waits for has ended with
 * this answer. @throws ExhaustionError past the limits.
 */
export function copyCall<E extends { readonly still: Still<E> }>(
  { thread, another }: Still<E>,
  func: Func,
  over: Over,
  answer?: unknown,
): E {
  const made = another(over.reference(func) as Func);
  standAs(made.still.thread, thread, over);
  if (thread.pending !== undefined) settle(made.still, thread.pending, answer);
  return made;
}

/** A thread that does not run stands there. */
function standAt(t: Thread, parked: ParkedStack): void {
  const { instance, callers } = parked;
  t.over();
  t.parked = parked;
  t.instance = instance;
  t.callers = callers.length === 0 ? NONE : callers.slice();
  eachGuest(parked, (limits) => limits.park(t));
}

/** A new thread stands where another one does, over copies. What wants room for objects asks for it again. */
function standAs(t: Thread, other: Thread, over: Over): void {
  const parked = other.parked as ParkedStack;
  const { callee, first } = other;
  standAt(t, {
    ...parked,
    refs: parked.refs.map((one) => over.reference(one)),
    instance: over.instance(parked.instance),
    callers: parked.callers.map((one) => over.instance(one)),
  });
  t.midway = other.midway;
  t.callee = callee && (over.reference(callee) as Func);
  t.calleePaid = other.calleePaid;
  t.first = first && { ...first, instance: over.instance(first.instance) };
}

/** Whether what comes first is called as soon as the host call ends that it waits for: no results have yet to reach a frame. */
export function canCallFirst({ thread: { parked, first, midway } }: Still<unknown>): boolean {
  return (parked as ParkedStack).pc >= FIRST_FREE && first === undefined && !midway;
}

/**
 * Calls a function of i32 before a thread on the stack goes on, as if the host function that it has come from had called it:
 * the frames are those of a call from another instance. Nothing is done where results have yet to reach a frame.
 */
export function callFirst(t: Thread): void {
  if (t.pc < FIRST_FREE || t.first !== undefined || t.midway) return;
  const next = t.comesFirst.shift();
  if (next === undefined) return;
  if (t.sp + 4 > FRAME_WORDS) throw exhausted();
  const { func, args } = next;
  if (t.callers === NONE) t.callers = [];
  t.callers.push(t.instance);
  pushFrame(t, t.pc, t.top() - t.fp2);
  pushFrame(t, CROSS_RETURN_PC, 0);
  args.forEach((one, i) => {
    S[t.fp2 + 2 * i] = one;
  });
  t.instance = func.instance as ModuleInstance;
  t.pc = EXIT_PC;
  t.first = { instance: t.instance, index: func.index, words: 2 * args.length, isEntered: false, isCharged: false };
}
