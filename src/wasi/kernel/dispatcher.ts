// The dispatcher: makes a host function out of a system call, and waits for those that cannot finish at once.
// A system call is restartable: it has no effect when it returns WouldBlock, and is then run again with the same
// arguments. In mode 'async' the wait is a promise and the guest thread is suspended; in mode 'sync' the whole host waits,
// or where there are several guest threads and the caller can be suspended, the scheduler does it for all of them.
// Which calls exist, and what they mean, is the business of the system interface.
import { UnsupportedError } from '../../errors.ts';
import { ERRNO, SystemError } from '../host/errno.ts';
import { cannotSuspend } from '../messages.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Guest } from './guest.ts';
import type { Process } from './process.ts';
import { READABLE } from './pollable.ts';
import { Pending, Replay } from './replay.ts';
import { waitSync, WouldBlock } from './wait.ts';

/** What a system call knows of its caller. */
export interface Call {
  readonly guest: Guest;
  readonly process: Process;
  /** The monotonic time at which the first try began; all tries see the same. */
  readonly began: () => bigint;
  /** Whether this is a later try of a call that has waited. */
  readonly waited: boolean;
}

export type Value = number | bigint;

/** Does something for the guest: throws SystemError, returns WouldBlock (having done nothing), or succeeds. */
export type SystemCall = (call: Call, ...args: never[]) => unknown;

/** A function to be imported by a module. i32 are numbers, i64 are bigints; a promise suspends the guest thread. */
export type HostFunction = (...args: Value[]) => Value | undefined | PromiseLike<Value | undefined>;

/** Told about a call when it begins; the result is told how it ended. */
export type Tracer = (guest: Guest, args: readonly Value[]) => (errno: number) => void;

export interface DispatchOptions {
  readonly mode: 'async' | 'sync';
  readonly guests: { of(caller: ModuleInstance | undefined): Guest };
  readonly process: Process;
}

/** How a parameter arrives: i32 unsigned, i64 unsigned, i64 signed. */
export type Coercion = 'u32' | 'u64' | 's64';

/** The host function for a system call. In mode 'async' a call that has to wait throws an UnsupportedError if it cannot. */
export function dispatch(
  run: SystemCall,
  coercions: readonly Coercion[],
  options: DispatchOptions,
  tracer?: Tracer,
): (caller: ModuleInstance | undefined, raw: readonly unknown[], canWait: boolean) => Value | PromiseLike<Value> {
  const once = run as (call: Call, ...args: Value[]) => unknown;
  const attempt = (call: Call, args: readonly Value[], replay: Replay): number | WouldBlock => {
    try {
      const answer = replay.run(() => once(call, ...args));
      if (answer instanceof WouldBlock) return answer;
    } catch (error) {
      if (error instanceof Pending) return new WouldBlock([{ pollable: error.answer, interest: READABLE }]);
      if (!(error instanceof SystemError)) replay.abandon();
      replay.finish();
      return numberOf(error);
    }
    replay.finish();
    return ERRNO.SUCCESS;
  };
  return (caller, raw, canWait) => {
    const args = coercions.map((kind, i) => coerce(raw[i] as Value, kind));
    const call = newCall(options, options.guests.of(caller));
    const ended = tracer?.(call.guest, args);
    const tell = (errno: number): number => {
      ended?.(errno);
      return errno;
    };
    const replay = new Replay();
    const answer = attempt(call, args, replay);
    if (typeof answer === 'number') return tell(answer);
    const again = { ...call, waited: true };
    const retry = (): number | WouldBlock => attempt(again, args, replay);
    if (options.mode === 'sync') {
      const { threads, parked } = options.process;
      const inPlace = !canWait || threads === undefined || threads.count < 2;
      if (inPlace) return tell(finishSync(answer, call, retry, replay));
      const drop = (): void => replay.abandon();
      const refuse = (errno: number): number => {
        drop();
        return tell(errno);
      };
      return parked.add(answer, { again: told(retry, tell), refuse, drop });
    }
    if (!canWait) {
      replay.abandon();
      throw new UnsupportedError('blocking-wait', cannotSuspend());
    }
    return onlySuspending(finishAsync(answer, call, retry, replay).then(tell));
  };
}

/**
 * An engine that cannot suspend a guest takes the promise for the result and makes a number of it: 0, which would say
 * that all went well. So the attempt to make a number throws.
 */
function onlySuspending(answer: Promise<number>): Promise<number> {
  const refuse = (): never => {
    answer.catch(() => undefined);
    throw new UnsupportedError('blocking-wait', cannotSuspend());
  };
  return Object.defineProperty(answer, Symbol.toPrimitive, { value: refuse });
}

function coerce(value: Value, kind: Coercion): Value {
  if (kind === 'u32') return (value as number) >>> 0;
  return kind === 'u64' ? BigInt.asUintN(64, value as bigint) : BigInt.asIntN(64, value as bigint);
}

/** A try whose result is told when it is there. */
function told(retry: () => number | WouldBlock, tell: (errno: number) => number): () => number | WouldBlock {
  return () => {
    const answer = retry();
    return typeof answer === 'number' ? tell(answer) : answer;
  };
}

function newCall({ process }: DispatchOptions, guest: Guest): Call {
  let time: bigint | undefined;
  return { guest, process, began: () => (time ??= process.clock.monotonic()), waited: false };
}

async function finishAsync(
  block: WouldBlock,
  call: Call,
  again: () => number | WouldBlock,
  replay: Replay,
): Promise<number> {
  try {
    for (let answer: number | WouldBlock = block; ; answer = again()) {
      if (typeof answer === 'number') return answer;
      await call.process.waiting.start(answer, call.process.clock);
    }
  } catch (error) {
    replay.abandon();
    return numberOf(error);
  }
}

/** The number of an error that is the guest's; anything else goes on to the embedder. */
function numberOf(error: unknown): number {
  if (error instanceof SystemError) return ERRNO[error.errno];
  throw error;
}

/** NOTSUP when nothing on this host can end the wait without giving control back. */
function finishSync(block: WouldBlock, call: Call, again: () => number | WouldBlock, replay: Replay): number {
  for (let answer: number | WouldBlock = block; ; answer = again()) {
    if (typeof answer === 'number') return answer;
    try {
      if (waitSync(answer, call.process.clock)) continue;
    } catch (error) {
      replay.abandon();
      return numberOf(error);
    }
    replay.abandon();
    return ERRNO.NOTSUP;
  }
}
