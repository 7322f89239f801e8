// The dispatcher: makes a host function out of a system call, and waits for those that cannot finish at once.
// A system call is restartable: it has no effect when it returns WouldBlock, and is then run again with the same
// arguments, or from where a call in pieces has kept how far it has come. In mode 'async' the wait is a promise and the
// guest thread is suspended; in mode 'sync' the whole host waits, or where there are several guest threads and the caller
// can be suspended, the scheduler does it for all of them.
// A call whose work grows with what the guest asks for is a generator: it yields between pieces of a millisecond or less,
// and where the caller can be suspended the host has a turn of its event loop after some of them. They are counted and not
// timed, so that the order of guest threads does not depend on how fast the machine is. No other call of the process is
// done meanwhile, so that nothing which the paused one uses is closed, moved or listed under its hands: it waits for the
// paused one, or, where it cannot wait, brings that to its end in place.
// Which calls exist, and what they mean, is the business of the system interface.
import { checkTime } from '../../clock.ts';
import { Interrupted, UnsupportedError } from '../../errors.ts';
import { ERRNO, OwnError, refused, SystemError } from '../host/errno.ts';
import { cannotSuspend } from '../messages.ts';
import { charge, payerNow } from '../../runtime/fuel.ts';
import { LET_GO } from '../../runtime/func.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { PRICES } from '../../syntax/prices.ts';
import { Control } from './control.ts';
import type { Guest } from './guest.ts';
import type { GuestThread, Interruptible } from './guest-thread.ts';
import { deliver, isDue } from './delivery.ts';
import type { Parking } from './parked.ts';
import type { Rules } from './rules.ts';
import { READABLE } from './pollable.ts';
import { Pending, Replay } from './replay.ts';
import { onlySuspending, settling } from './suspending.ts';
import { type Coercion, coerce, type Value } from './values.ts';
import { isPieces, type Pieces, waitSync, WouldBlock } from './wait.ts';

import { type Call, CallOf } from './call.ts';

export type { Call } from './call.ts';
export type { Coercion, Value } from './values.ts';

/** How a system call goes on. It has succeeded when it just returns: an error number is thrown, and never returned. */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that just return are declared so
export type Outcome = WouldBlock | Pieces | Control | undefined | void;

/** Does something for the guest: throws what `refused` gives, returns WouldBlock (having done nothing) or its Pieces, or succeeds. */
export type SystemCall = (call: Call, ...args: never[]) => Outcome;

/** A function to be imported by a module. i32 are numbers, i64 are bigints; a promise suspends the guest thread. */
export type HostFunction = (...args: Value[]) => Value | undefined | PromiseLike<Value | undefined>;

/** Called when a call begins; the function that it returns is called when it has ended. */
export type Tracer = (guest: Guest, args: readonly Value[]) => (errno: number) => void;

export interface DispatchOptions {
  readonly mode: 'async' | 'sync';
  readonly guests: { of(caller: ModuleInstance | undefined): Guest };
  /** Which guest thread calls: a program may be several processes of several threads. */
  readonly callers: { of(caller: ModuleInstance | undefined): GuestThread };
  readonly rules: Rules;
}

/** The host function for a system call. In mode 'async' a call that has to wait throws an UnsupportedError if it cannot. */
export function dispatch(
  run: SystemCall,
  coercions: readonly Coercion[],
  options: DispatchOptions,
  tracer?: Tracer,
): (caller: ModuleInstance | undefined, raw: readonly unknown[], canWait: boolean) => Value | PromiseLike<Value> {
  const { mode, guests, callers, rules } = options;
  return (caller, raw, canWait) => {
    const args = coercions.map((kind, i) => coerce(raw[i] as Value, kind));
    const guest = guests.of(caller);
    const thread = callers.of(caller);
    const { process } = thread;
    const mayPause = mode === 'async' && canWait;
    const call = new CallOf(guest, caller, thread, rules);
    const running = new Running(run as Once, call, args, mayPause, tracer?.(guest, args));
    running.price = (caller?.unit.prices ?? PRICES).systemCall;
    const answer = running.go();
    const isParked = canWait && thread.scheduled !== undefined;
    if (typeof answer === 'number') return isParked && isDue(thread) ? running.answer(answer) : answer;
    if (answer instanceof Control) return isParked ? running.control(answer) : running.refuse(ERRNO.NOTSUP);
    if (isParked && answer instanceof WouldBlock && isDue(thread)) return running.endAtOnce(answer);
    if (mayPause) return onlySuspending(running.suspend(answer));
    if (mode === 'sync') {
      const { threads } = process;
      if (!isParked || threads === undefined || threads.count < 2) return running.finishSync(answer);
      return running.park(answer as WouldBlock);
    }
    running.drop();
    throw new UnsupportedError('blocking-wait', cannotSuspend());
  };
}

type Once = (call: Call, ...args: Value[]) => unknown;

/** A call is paused, so that the host has a turn: it is in the middle of its pieces, or another one is. */
const PAUSED = 'paused';

/** How a try has ended: an error number, a wait, or a pause. */
type Answer = number | WouldBlock | Control | typeof PAUSED;

/** Pieces of a call between two turns of the host. */
const PIECES_A_TURN = 4;

/** One call of a guest, from its first try to its error number. */
class Running implements Parking, Interruptible {
  private readonly run: Once;
  private readonly call: CallOf;
  private readonly args: readonly Value[];
  private readonly mayPause: boolean;
  private readonly ended: ((errno: number) => void) | undefined;
  private readonly replay: Replay;
  /** Who pays, also while it waits, and what a piece after the first costs. */
  private readonly payer = payerNow();
  price = PRICES.systemCall;
  private pieces: Pieces | undefined;
  private givenUp: Error | undefined;
  private hurries = false;
  /** Its caller is suspended until it is told; and what it waits for, in mode 'sync' or not. */
  private isSuspended = false;
  private isParked = false;
  private block: WouldBlock | undefined;
  /** How it has ended, or what it waits for, where another call has hurried it. */
  private early: { readonly answer: Answer } | { readonly error: unknown } | undefined;
  private abort = (_reason: Error): void => {};

  /** `mayPause`: the guest can be suspended. */
  constructor(run: Once, call: CallOf, args: readonly Value[], mayPause: boolean, ended?: (errno: number) => void) {
    this.run = run;
    this.call = call;
    this.args = args;
    this.mayPause = mayPause;
    this.replay = new Replay(mayPause);
    this.ended = ended;
  }

  /** Tries, or goes on where it was paused. The error number is told. */
  go(): Answer {
    const { replay } = this;
    const { process } = this.call;
    if (process.paused === this) process.paused = undefined;
    if (process.paused !== undefined) {
      if (this.mayPause) return PAUSED;
      process.paused.hurry();
    }
    try {
      const answer =
        this.pieces === undefined
          ? replay.run(() => this.begin())
          : replay.goOn(() => this.goOn(this.pieces as Pieces));
      if (answer !== undefined) return answer;
    } catch (error) {
      this.endPieces();
      if (error instanceof Pending) return new WouldBlock([{ pollable: error.answer, interest: READABLE }]);
      if (!(error instanceof SystemError)) replay.abandon();
      replay.finish();
      return this.tell(numberOf(error, this.call.rules));
    }
    replay.finish();
    return this.tell(ERRNO.SUCCESS);
  }

  private begin(): WouldBlock | Control | typeof PAUSED | undefined {
    this.call.madePieces = this.call.keptPieces;
    const answer = this.run(this.call, ...this.args);
    if (answer instanceof WouldBlock || answer instanceof Control) return answer;
    return isPieces(answer) ? this.goOn(answer) : undefined;
  }

  private goOn(pieces: Pieces): WouldBlock | Control | typeof PAUSED | undefined {
    this.pieces = pieces;
    for (let left = PIECES_A_TURN; left > 0 || !this.mayPause; left--) {
      const { done, value } = pieces.next();
      if (done === true) {
        this.endPieces();
        return value;
      }
      this.payPiece();
      if (!this.hurries) checkTime();
    }
    this.call.process.paused = this;
    return PAUSED;
  }

  /** The first one is paid with the call. One that is made again after a wait is not paid again. */
  private payPiece(): void {
    const { call, payer, price } = this;
    call.madePieces++;
    if (call.madePieces <= call.paidPieces) return;
    call.paidPieces = call.madePieces;
    if (payer !== undefined) charge(Math.floor(price), payer);
  }

  /** The time that passes is that of who waits for it. */
  hurry(): void {
    const { process } = this.call;
    while (process.paused === this) {
      checkTime();
      this.hurries = true;
      try {
        this.early = { answer: this.go() };
      } catch (error) {
        // Whoever made the call hears of it.
        this.early = { error };
      } finally {
        this.hurries = false;
      }
    }
  }

  /** A promise of how it ends. When the call is given up, nothing is tried or waited for any more. */
  suspend(first: Answer): Promise<number> {
    this.isSuspended = true;
    const promise = this.finish(first);
    LET_GO.set(promise, () => {
      promise.catch(() => undefined);
      this.givenUp = new Interrupted('abort', 'interrupted: the call was given up');
      if (this.call.process.paused === this) this.drop();
      this.abort(this.givenUp);
    });
    return promise;
  }

  /** Waits, or lets the host have its turn, until the call has ended. */
  private async finish(first: Answer): Promise<number> {
    const { waiting, clock } = this.call.process;
    try {
      for (let answer: Answer = first; ; answer = this.next()) {
        if (typeof answer === 'number') return answer;
        if (answer === PAUSED) await waiting.turn();
        else if (answer instanceof Control) return await this.control(answer);
        else {
          this.block = answer;
          this.call.thread.waits = this;
          const over = waiting.start(answer, clock, (abort) => (this.abort = abort));
          if (isDue(this.call.thread)) this.interrupt();
          await over;
          this.goesOn();
        }
        if (this.givenUp !== undefined) throw this.givenUp;
      }
    } catch (error) {
      this.drop();
      if (this.call.thread.waits === this && error instanceof SystemError && error.errno === 'INTR')
        return this.interrupted();
      this.goesOn();
      return this.tell(numberOf(error, this.call.rules));
    }
  }

  private goesOn(): void {
    this.call.waited = true;
    if (this.call.thread.waits === this) this.call.thread.waits = undefined;
  }

  /** In mode 'sync', where other threads run meanwhile. */
  park(block: WouldBlock): PromiseLike<number> {
    this.isSuspended = true;
    this.isParked = true;
    this.block = block;
    this.call.thread.waits = this;
    return this.call.process.parked.add(block, this);
  }

  /** A signal has come. */
  interrupt(): void {
    if (this.isParked) this.call.process.parked.end(this, this.interrupted());
    else this.abort(refused('INTR'));
  }

  /** It ends for a signal: with success where it says how, else with INTR. */
  private interrupted(): number {
    this.goesOn();
    const { interrupted } = this.block as WouldBlock;
    if (interrupted === undefined) return this.refuse(this.call.rules.errno('INTR'));
    interrupted();
    return this.refuse(ERRNO.SUCCESS);
  }

  /** What suspends the caller; it is done when that is parked. */
  control({ run }: Control): PromiseLike<number> {
    this.isSuspended = true;
    return settling((answered, failed) => {
      const done = (errno: number = ERRNO.SUCCESS): void => answered(this.tell(errno));
      try {
        run(done, failed);
      } catch (error) {
        if (error instanceof SystemError) done(numberOf(error, this.call.rules));
        else failed(error);
      }
    });
  }

  /** The caller is suspended for what a signal does before it goes on. */
  answer(errno: number): PromiseLike<number> {
    return settling((answered) => {
      deliver(this.call.thread);
      answered(errno);
    });
  }

  /** A call that would wait where a signal is due. */
  endAtOnce(block: WouldBlock): PromiseLike<number> {
    this.block = block;
    return this.answer(this.interrupted());
  }

  private next(): Answer {
    const { early } = this;
    this.early = undefined;
    if (early !== undefined && 'error' in early) throw early.error;
    return early === undefined || early.answer === PAUSED ? this.go() : early.answer;
  }

  /** The same, keeping the host. NOTSUP when nothing on this host can end the wait without giving control back. */
  finishSync(first: Answer): number {
    try {
      for (let answer = first; ; answer = this.again()) {
        if (typeof answer === 'number') return answer;
        if (!waitSync(answer as WouldBlock, this.call.process.clock)) return this.refuse(ERRNO.NOTSUP);
      }
    } catch (error) {
      this.drop();
      return this.tell(numberOf(error, this.call.rules));
    }
  }

  again(): number | WouldBlock {
    this.call.waited = true;
    const answer = this.go() as number | WouldBlock | Control;
    return answer instanceof Control ? this.refuse(ERRNO.NOTSUP) : answer;
  }

  /** Ends it with an error number. */
  refuse(errno: number): number {
    this.drop();
    return this.tell(errno);
  }

  /** It will not go on. */
  drop(): void {
    this.endPieces();
    this.replay.abandon();
  }

  /** Where they are in the middle, they close what they have opened. */
  private endPieces(): void {
    this.pieces?.return(undefined);
    this.pieces = undefined;
    const { process } = this.call;
    if (process.paused === this) process.paused = undefined;
  }

  private tell(errno: number): number {
    this.ended?.(errno);
    if (this.call.thread.waits === this) this.call.thread.waits = undefined;
    if (this.isSuspended) deliver(this.call.thread);
    return errno;
  }
}

/** The number of an error that is the guest's; anything else goes on to the embedder. */
function numberOf(error: unknown, rules: Rules): number {
  if (error instanceof OwnError) return error.number;
  if (error instanceof SystemError) return rules.errno(error.errno);
  throw error;
}
