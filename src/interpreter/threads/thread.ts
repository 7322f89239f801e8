// A guest thread while it lives: where it is on the shared stack, or parked beside it; its fuel; what it waits for.
// driver.ts runs it. Threads nest: a host function that calls back runs a new thread above the one that called it.
import { apart } from '../../clock.ts';
import { ExhaustionError, InternalError, isError } from '../../errors.ts';
import { type FuelAccount, amountIn, holderOf, leftWith, OVERDRAFT, payers } from '../../runtime/fuel.ts';
import type { Func, ModuleInstance } from '../../runtime/instance.ts';
import type { Counting } from '../../runtime/heap.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { ParkedStack } from '../../runtime/thread.ts';
import type { DefType } from '../../validator/type-space.ts';
import { EXIT_PC, FIRST_FREE, type Generation, currentGeneration, frameWords } from '../code/code-space.ts';
import { growReferences, references } from '../state/loop-support.ts';
import { type Lowers, movePcs, startGeneration } from '../code/lowered.ts';
import type { MemoryWait } from '../ops/waits.ts';
import { FRAMES, FRAME_WORDS, REFERENCES as R, SLOTS as S, SLOT_WORDS } from '../state/stack.ts';

/** How deep threads may nest through host functions: each level stands on the JS stack, which is small in some hosts. */
const MAX_NESTED = 200;

/** More fuel than any run uses. */
const UNLIMITED = 2 ** 52;

/** What settles when a wait ends: a promise, or a wait on memory. */
export interface Settling {
  then(settled: (value: unknown) => void, failed: (error: unknown) => void): unknown;
}

/** What a suspended thread waits for: the results of a host call, which go to the slots from `base` on. */
export interface Pending {
  readonly promise: Settling;
  /** The promise, where it waits on memory. */
  readonly wait?: MemoryWait;
  /** Lets go of what the promise waits for: nobody takes it any more. */
  readonly letGo: (() => void) | undefined;
  /** The host function that it waits for. */
  readonly func: Func | undefined;
  readonly type: DefType;
  /** In S words above the thread's base. */
  readonly base: number;
}

/** A count for a thread that wants to allocate so many bytes, or has been handed in something (room.ts). */
export interface Making {
  readonly bytes: number;
  walk?: Counting | undefined;
  /** How often others have made the count wrong. */
  tries?: number;
}

/** A call of a function that the instance has not paid for (first-calls.ts); or that a thread begins with. */
export interface FirstCall {
  readonly instance: ModuleInstance;
  readonly index: number;
  /** Words of its arguments, where the thread begins with it; undefined where it is called by the op at pc. */
  readonly words: number | undefined;
  /** Its frame is made already: it was found by the op `unpaid`. */
  readonly isEntered: boolean;
  /** Its price is spent, whether or not there was as much. */
  isCharged: boolean;
}

/**
 * Where the next thread would begin, and whether it may: only while code of the host runs. The thread that called the
 * host has reserved its part then. In all other moments that part is only known to the loop, and whoever began would
 * overwrite it.
 */
export const free = { slot: 0, frame: 0, open: true };

/** Threads that are on the stack, outermost first. */
export const running = payers as Thread[];

/** @throws InternalError when the running thread has not reserved its part. */
export function checkOpen(): void {
  if (!free.open) throw notReserved();
}

function notReserved(): InternalError {
  return new InternalError('a call began on top of a guest that had not reserved its part of the stack');
}

/** @throws the same, and ExhaustionError. */
function checkNested(): void {
  checkOpen();
  if (running.length < MAX_NESTED) return;
  throw new ExhaustionError(`call stack exhausted: ${MAX_NESTED} calls nested through host functions`);
}

/** Called when the stack is empty. */
const woken: (() => void)[] = [];
let telling = false;

/**
 * Calls `wake` while no thread is on the stack: at once, or when the outermost one has left it, whose deadline is its
 * own.
 */
export function whenIdle(wake: () => void): void {
  woken.push(wake);
  if (running.length === 0) tellWoken();
}

/** What was left for when no thread is on the stack. What the slots still refer to may be garbage now. */
function becomeIdle(): void {
  // Of a long one nothing is given back: to make it again costs more than all that the next call does in a slice.
  R.fill(null, 0, references.used);
  references.used = 0;
  if (woken.length > 0) tellWoken();
}

function tellWoken(): void {
  if (telling) return;
  telling = true;
  try {
    for (let wake = woken.shift(); wake !== undefined; wake = woken.shift()) {
      try {
        apart(Number.POSITIVE_INFINITY, wake);
      } catch (error) {
        // As what is thrown in a callback of a promise: nobody's call fails of it.
        void Promise.reject(error);
      }
    }
  } finally {
    telling = false;
  }
}

/** One whose call is done, as good as new: making one takes as long as all else of a short call. */
let retired: Thread | undefined;

/** A thread for a call that does not wait. */
export function threadFor(instance: ModuleInstance, fuel: number): Thread {
  const thread = retired;
  if (thread === undefined) return new Thread(instance, fuel, false);
  retired = undefined;
  thread.instance = instance;
  thread.fuel = fuel;
  return thread;
}

/** Most threads stay in one instance. */
export const NONE: ModuleInstance[] = [];

/**
 * Takes what is left in an account. Where a thread below has that, it pays.
 * @throws RangeError where the host has put there what is no amount, and what an account throws that cannot be written.
 */
function draw(t: Thread, account: FuelAccount): void {
  const holder = holderOf(account);
  const left = holder === undefined ? amountIn(account) : leftWith(holder);
  if (holder === undefined) account.left = left;
  t.payer = holder as Thread | undefined;
  t.drawn = t.fuel = left;
  t.debt = 0;
}

function usedBy({ drawn, fuel, debt }: Thread): number {
  return drawn - fuel + debt;
}

/** Charges the account with what was used, and is owed. What it was given meanwhile is there for the next. */
function settle(t: Thread, account: FuelAccount): void {
  const used = t.fuel === Number.NEGATIVE_INFINITY ? t.drawn : usedBy(t);
  if (t.payer === undefined && used < Number.POSITIVE_INFINITY) account.left -= used;
}

/** What is on a stack may belong to any of the guests whose calls stand there. */
export function eachGuest({ instance, callers }: ParkedStack, action: (limits: Limits) => void): void {
  action(instance.limits);
  callers.forEach((one) => {
    if (one.limits !== instance.limits) action(one.limits);
  });
}

export class Thread {
  instance: ModuleInstance;
  /** Instances that wait for a return from another one, outermost first. */
  callers: ModuleInstance[] = NONE;
  pc = EXIT_PC;
  fp2 = 0;
  sp = 0;
  /** Where its part of the stack begins. */
  base = 0;
  frameBase = 0;
  /** Units that it may still use. */
  fuel: number;
  /** Fuel that it has used above what it had, beside the unit that stopped it. */
  debt = 0;
  /** Where its fuel comes from whenever it takes the stack, and goes back to. */
  account: FuelAccount | undefined = undefined;
  /** What it was when it took the stack; once it is given up, what it has used of that. */
  drawn = 0;
  /** The guest whose host function has called it without fuel of its own: it pays. */
  payer: Thread | undefined = undefined;
  /** A monitor of its is at work. */
  isWatched = false;
  /** The op at pc has been begun and is not over: of ops that do the same whenever they are done again. */
  midway = false;
  /** The function of the host that is paid for, and is to be called by the op at pc; and how much that was. */
  callee: Func | undefined = undefined;
  calleePaid = 0;
  /** What comes first: what it calls, until that is paid for; what it begins with, until its frame is made. */
  first: FirstCall | undefined = undefined;
  /** Before that: room for objects. */
  making: Making | undefined = undefined;
  /** Fuel until this run has to end, whatever fuel there is. */
  slice = Number.POSITIVE_INFINITY;
  /** Whether it may wait for promises. */
  readonly async: boolean;
  pending: Pending | undefined = undefined;
  /** What has been done to lower the function that it calls, where it was stopped meanwhile. */
  lowering: Lowers['lowering'] = undefined;
  /** What is called where host calls have ended that it waits for, before it goes on: one at each (suspended.ts). */
  readonly comesFirst: { readonly func: Func; readonly args: readonly number[] }[] = [];
  /** When a wait on memory in place is over, where it was interrupted. */
  waitsUntil: number | undefined = undefined;
  /** Its stack while it does not run. */
  parked: ParkedStack | undefined = undefined;
  /** What monitors know it by, where one of them has met it. */
  private sign: object | undefined = undefined;

  constructor(instance: ModuleInstance, fuel: number, async: boolean) {
    this.instance = instance;
    this.fuel = fuel;
    this.async = async;
  }

  get token(): object {
    return (this.sign ??= {});
  }

  /** Its call is done: what it holds is let go of, and the next call may have it. */
  retire(): void {
    this.instance = undefined as never;
    this.callers = NONE;
    this.account = undefined;
    this.callee = undefined;
    this.calleePaid = 0;
    this.drawn = 0;
    this.debt = 0;
    this.payer = undefined;
    this.sign = undefined;
    retired = this;
  }

  /** Uses up fuel. */
  spend(amount: number): void {
    this.fuel -= amount;
    this.slice -= amount;
    if (this.payer !== undefined) this.payer.spend(amount);
  }

  /** Stops it for good, and what its host functions call meanwhile. */
  giveUp(): void {
    this.slice = Number.NEGATIVE_INFINITY;
  }

  /** Whether one of those who pay for it was given up, and whether one owes more than it may. */
  get failing(): 'given up' | 'overdrawn' | undefined {
    for (let one = this.payer; one !== undefined; one = one.payer) {
      if (one.slice === Number.NEGATIVE_INFINITY || one.fuel === Number.NEGATIVE_INFINITY) return 'given up';
      if (one.fuel < -OVERDRAFT) return 'overdrawn';
    }
    return undefined;
  }

  /** Whether its fuel, or that of those who pay for it, is an amount: no more than any run could use. */
  get isMetered(): boolean {
    if (Math.min(this.fuel, this.slice) < UNLIMITED) return true;
    for (let one = this.payer; one !== undefined; one = one.payer) if (one.fuel < UNLIMITED) return true;
    return false;
  }

  /** Adds bytes to what its objects take. */
  hold(bytes: number): void {
    const { heap } = this.instance;
    if (!heap.add(bytes)) {
      heap.room -= bytes;
      this.making ??= { bytes: 0 };
    }
  }

  /** Takes the free part of the stack. @throws InternalError when another thread's part is not reserved. */
  enter(): void {
    if (running.length > 0) checkNested();
    this.base = free.slot;
    this.frameBase = free.frame;
    this.fp2 = this.base;
    this.sp = this.frameBase;
    this.pc = EXIT_PC;
    if (this.account !== undefined) draw(this, this.account);
    running.push(this);
    free.open = false;
  }

  /** Gives its part of the stack back; everything above goes with it. */
  leave(): void {
    running.pop();
    free.slot = this.base;
    free.frame = this.frameBase;
    free.open = true;
    if (running.length === 0 && (references.used > 0 || woken.length > 0)) becomeIdle();
    // Last, since it may be code of the host.
    if (this.account !== undefined) settle(this, this.account);
  }

  /** Reserves its part up to `top` while code of the host runs, so that a nested thread begins above it. */
  reserve(top: number): void {
    free.slot = (top + 1) & ~1;
    free.frame = this.sp;
    free.open = true;
  }

  /** The host has come back: nobody may begin any more. */
  release(): void {
    free.open = false;
  }

  /**
   * Copies its part of the stack out. `top` is where it ends, in SLOTS. One that has not begun holds nothing but what the host
   * gave. @throws ExhaustionError past the limits.
   */
  park(top: number, isNew?: boolean): void {
    const first = this.base >> 1;
    this.parked = {
      slots: S.slice(this.base, top),
      refs: R.length > first ? R.slice(first, Math.min(R.length, top >> 1)) : [],
      frames: FRAMES.slice(this.frameBase, this.sp),
      pc: this.pc,
      fp2: this.fp2 - this.base,
      generation: currentGeneration(),
      instance: this.instance,
      callers: this.callers.slice(),
    };
    if (!isNew) eachGuest(this.parked, (limits) => limits.park(this));
  }

  /** It goes on later with what it is about to do: its time is over. */
  pause(): void {
    this.slice = -1;
  }

  /** Its stack is not there any more. */
  private forget(): void {
    const { parked } = this;
    if (parked !== undefined) eachGuest(parked, (limits) => limits.unpark(this));
    this.parked = undefined;
  }

  /** It will not run any more. What it has used is to be paid. */
  abandon(): void {
    if (this.fuel > Number.NEGATIVE_INFINITY) this.drawn = usedBy(this);
    this.fuel = Number.NEGATIVE_INFINITY;
    this.over();
  }

  /** What it would go on with is let go of. */
  over(): void {
    this.first = undefined;
    this.making = undefined;
    this.lowering = undefined;
    this.forget();
  }

  /** End of the live part while the thread stands at a branch target or a function's entry, or before its first one. */
  top(): number {
    return this.fp2 + (this.pc < FIRST_FREE ? (this.first?.words ?? 0) : frameWords(this.pc));
  }

  /** Finds the pcs of a parked stack in the code that exists now, which may first have to make room. */
  private movePcs(generation: Generation, { frames, pc }: ParkedStack): void {
    const move = (): void => {
      FRAMES.set(frames, this.frameBase);
      this.pc = pc;
      movePcs(this, generation);
    };
    try {
      move();
    } catch (error) {
      if (!isError(error, 'exhaustion')) throw error;
      startGeneration(running.filter((one) => one !== this));
      move();
    }
  }

  /** Puts a parked stack back, at the thread's present base. */
  unpark(): void {
    const { parked } = this;
    if (parked === undefined) return;
    if (this.base + parked.slots.length > SLOT_WORDS || this.frameBase + parked.frames.length > FRAME_WORDS) {
      throw new ExhaustionError('call stack exhausted: no room to resume a parked thread');
    }
    S.set(parked.slots, this.base);
    this.sp = this.frameBase + parked.frames.length;
    this.movePcs(parked.generation, parked);
    this.fp2 = this.base + parked.fp2;
    if (parked.refs.length > 0) growReferences((this.base + parked.slots.length) >> 1);
    for (let i = 0; i < parked.refs.length; i++) R[(this.base >> 1) + i] = parked.refs[i];
    this.forget();
  }
}
