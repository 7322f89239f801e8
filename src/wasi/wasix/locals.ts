// Thread-local variables that the host keeps: a value of 64 bits per key and thread. When a thread ends, those that have a
// value are given to the guest's destructor (threads.ts).
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';

/** As POSIX systems have them at most, per process. */
const MAX_KEYS = 1024;

/** Makes a variable, which is 0 in every thread, and writes its key; `userData` is for its destructor. AGAIN: too many. */
export function threadLocalCreate({ guest, process }: Call, userData: bigint, key: number): void {
  guest.check(key, 4);
  if (process.locals.size === MAX_KEYS) throw refused('AGAIN');
  process.locals.set(++process.lastLocal, userData);
  guest.setU32(key, process.lastLocal);
}

/** Forgets a variable; no destructor is called. INVAL: there is none. */
export function threadLocalDestroy({ process }: Call, key: number): void {
  if (!process.locals.delete(key)) throw refused('INVAL');
}

/** INVAL: there is no such variable. */
export function threadLocalSet({ process, thread }: Call, key: number, value: bigint): void {
  if (!process.locals.has(key)) throw refused('INVAL');
  // Those of variables that are no more go, so that they do not gather.
  if (thread.locals.size > process.locals.size) {
    for (const known of thread.locals.keys()) if (!process.locals.has(known)) thread.locals.delete(known);
  }
  if (value === 0n) thread.locals.delete(key);
  else thread.locals.set(key, value);
}

/** Writes the value in the calling thread. INVAL: there is no such variable. */
export function threadLocalGet({ guest, process, thread }: Call, key: number, value: number): void {
  if (!process.locals.has(key)) throw refused('INVAL');
  guest.setU64(value, thread.locals.get(key) ?? 0n);
}
