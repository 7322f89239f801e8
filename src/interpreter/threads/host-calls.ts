// Calls of host functions by a thread: what they cost, how they are called, what they throw, and what the thread waits for.
// Calls of host functions without a thread are in invoke.ts, what their results mean in host-results.ts.
import { now } from '../../clock.ts';
import type { DirectHost, Func, HostCost, ModuleInstance } from '../../runtime/instance.ts';
import { LET_GO } from '../../runtime/func.ts';
import type { Value } from '../../runtime/values.ts';
import { checkCrossing, readValues } from '../values/border.ts';
import { isUncatchable, raise } from './exceptions.ts';
import { returnFromFrame } from './frames.ts';
import { promised, refusedPromise, writeOnly, writeReturned } from './host-results.ts';
import { isMidway, setMidway } from '../ops/pieces.ts';
import { room } from './room.ts';
import type { Thread } from './thread.ts';
import { exceptionOf } from '../values/wasm-exception.ts';
import { spanOf } from '../state/words.ts';

const NO_VALUES: readonly Value[] = [];

/**
 * Charges what a host function is going to do, so that it is not done where there is not enough: true when the call op has to
 * be done again, with that paid. Others may change what it is asked to do before that, or which function the op finds: it is
 * paid for one function, and asked again.
 */
export function isCharged(t: Thread, func: Func, shift: number): boolean {
  const { cost, direct, signature } = func;
  const base = t.fp2 + shift;
  const args = direct === undefined ? readValues(signature.params, base) : NO_VALUES;
  const units = Math.floor((cost as HostCost)(t.instance, args, base));
  const paid = t.callee === func ? t.calleePaid : 0;
  t.callee = units > paid ? func : undefined;
  if (units <= paid) return false;
  t.calleePaid = units;
  t.spend(units - paid);
  return true;
}

/** Calls a host function with values. `caller` is the instance that does, where one does. */
export function callWith(
  { host, callerHost }: Func,
  caller: ModuleInstance | undefined,
  args: readonly Value[],
  canWait: boolean,
): unknown {
  if (callerHost !== undefined) return callerHost(caller, args, canWait);
  const callable = host as (...values: Value[]) => unknown;
  // Spreading a list costs as much as all the rest.
  if (args.length === 1) return callable(args[0]);
  return args.length === 2 ? callable(args[0], args[1]) : callable(...args);
}

/** In the place of what was paid for the callee: all is, and it has to begin anew. */
const WAITED = -1;

/**
 * Calls a function of ours that works on slots, and may do so in pieces: until the moment `end`, after which the op is done
 * again, with the same function. Until it is done, its midway is the thread's.
 */
function callDirect(t: Thread, func: Func, base: number, end: number): PromiseLike<unknown> | undefined {
  const direct = func.direct as DirectHost;
  // It is there for room, for which it has waited, and has not begun.
  if (t.calleePaid === WAITED) setMidway(false);
  t.calleePaid = 0;
  room.mayWait = true;
  let promise = direct(base, t.async);
  while (isMidway() && (end === Number.POSITIVE_INFINITY || now() < end)) promise = direct(base, t.async);
  const waits = (t.making?.bytes ?? 0) > 0;
  if (waits) t.calleePaid = WAITED;
  t.midway = waits || isMidway();
  t.callee = t.midway ? func : undefined;
  if (isMidway()) t.pause();
  return promise;
}

/**
 * Calls a host function as callFunc of calls.ts calls any; it works in pieces until the moment `end`. Returns true when the
 * thread has to wait for a promise.
 */
export function callHost(t: Thread, func: Func, shift: number, returnPc: number, tail: boolean, end: number): boolean {
  const { signature: type, defType, direct } = func;
  if (direct === undefined) checkCrossing(func);
  if (!t.midway) t.spend(Math.floor((type.params.length + type.results.length) * t.instance.unit.prices.hostValue));
  const base = t.fp2 + shift;
  const args = direct === undefined ? readValues(type.params, base) : NO_VALUES;
  const top = base + spanOf(defType);
  t.reserve(top);
  // The host may call back, and code may move then: t.pc follows, returnPc does not.
  const size = returnPc - t.pc;
  let promise: PromiseLike<unknown> | undefined;
  let letGo: (() => void) | undefined;
  try {
    if (direct === undefined) {
      const returned = callWith(func, t.instance, args, t.async);
      if (typeof returned === 'number' && type.results.length === 1) writeOnly(func, base, returned);
      else {
        promise = promised(type, returned);
        if (promise === undefined) writeReturned(func, base, returned);
        else letGo = LET_GO.get(returned as object);
      }
    } else promise = callDirect(t, func, base, end);
    t.release();
    if (t.midway) return false;
  } catch (error) {
    const exception = isUncatchable(error, func) ? undefined : exceptionOf(error);
    t.release();
    if (exception === undefined) throw error;
    // A tail call has left its frame before the host function runs.
    if (tail) returnFromFrame(t);
    raise(t, exception, tail ? t.pc : t.pc + size);
    return false;
  }
  if (tail) returnFromFrame(t);
  else t.pc += size;
  if (promise === undefined) return false;
  if (!t.async) throw refusedPromise(func, promise);
  t.pending = { promise, letGo, func, type: defType, base: base - t.base };
  // The thread's part ends after the results, which the host still has to deliver.
  t.park(top);
  return true;
}
