// When the handler of signals is called: where a system call ends, on top of the frames that have made the call. It is an
// exported function of the signal's number. https://wasix.org
import type { Func } from '../../runtime/instance.ts';
import { I32 } from '../../syntax/types.ts';
import type { GuestThread } from './guest-thread.ts';

/** The function that handles the signals of a thread. */
function handlerOf({ process, instance }: GuestThread): Func | undefined {
  const { handler } = process.signals;
  if (handler === undefined || instance === undefined) return undefined;
  const found = instance.module.module.exports.find(({ name }) => name === handler);
  if (found?.kind !== 'func') return undefined;
  const func = instance.func(found.index);
  const { params, results } = func.signature;
  const fits = params.length === 1 && params[0] === I32 && results.length === 0;
  return fits && func.instance !== undefined ? func : undefined;
}

/** Whether a signal can be handled where the thread's system call ends. */
export function isDue(thread: GuestThread): boolean {
  if (thread.signals.size + thread.process.signals.waiting.size === 0) return false;
  return thread.call !== undefined && handlerOf(thread) !== undefined;
}

/** Has the handler called when the thread goes on, which is suspended in a system call that has just ended. */
export function deliver(thread: GuestThread): void {
  const { process, call } = thread;
  const { calls } = process;
  if (calls === undefined || call === undefined || thread.hasEnded || !isDue(thread)) return;
  const from = thread.signals.size > 0 ? thread.signals : process.signals.waiting;
  const [signal] = from;
  from.delete(signal);
  process.timers?.arrived(signal);
  const { depth = 0 } = call;
  while (thread.handling.length > 0 && thread.handling[thread.handling.length - 1].depth >= depth)
    thread.handling.pop();
  thread.handling.push({ signal, depth });
  calls.callFirst(call, handlerOf(thread) as Func, [signal]);
}

/** The signal whose handler the thread is in. */
export function handledBy({ handling }: GuestThread, depth: number): number | undefined {
  for (let i = handling.length - 1; i >= 0; i--) if (handling[i].depth < depth) return handling[i].signal;
  return undefined;
}
