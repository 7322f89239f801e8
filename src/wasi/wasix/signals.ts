// Signals: sending them, the name of their handler, timers that send them, and what an executed program was told of them.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import type { GuestThread } from '../kernel/guest-thread.ts';
import type { Process } from '../kernel/process.ts';
import { SIGNALS } from '../kernel/signals.ts';
import type { Timers } from '../kernel/timers.ts';

function check(signal: number): void {
  if (signal >= SIGNALS.length) throw refused('INVAL');
}

/** Names the export that handles signals of the process. What it names may not be there: then they wait for another name. */
export function callbackSignal({ guest, process }: Call, name: number, length: number): void {
  process.signals.handler = guest.path(name, length);
  process.timers?.goOn(process.signals.waiting);
}

/** Sends a signal to a process; 0 only asks whether it is there. SRCH, INVAL. */
export function procSignal(call: Call, pid: number, signal: number): void {
  check(signal);
  const family = familyOf(call.process);
  const found = family.members.get(pid);
  if (found === undefined) throw refused('SRCH');
  family.signal(found, signal);
}

/** The same to a thread of the process: 0 is the one that calls. */
export function threadSignal(call: Call, tid: number, signal: number): void {
  check(signal);
  const { thread, process } = call;
  const own = tid === 0 || tid === thread.id;
  const found: GuestThread | undefined = own
    ? thread
    : [...familyOf(process).threadsOf(process)].find(({ id }) => id === tid);
  if (found === undefined) throw refused('SRCH');
  familyOf(call.process).signal(process, signal, found);
}

function timersOf({ timers }: Process): Timers {
  if (timers === undefined) throw refused('NOTSUP');
  return timers;
}

/** Sends a signal after each interval, or once; 0 for never. INVAL. */
export function procRaiseInterval({ process }: Call, signal: number, interval: bigint, repeat: number): void {
  check(signal);
  timersOf(process).set(signal, { first: interval, next: repeat === 0 ? 0n : interval });
}

/** Bytes of an interval and a first time, each as seconds and microseconds of 64 bits; and nanoseconds of these. */
const ITIMERVAL_SIZE = 32;
const SECOND = 1_000_000_000n;
const MICROSECOND = 1000n;

/** setitimer: reads the next timer of a signal, where there is an address, and writes what is left of the last. INVAL. */
export function procRaiseInterval2({ guest, process }: Call, signal: number, next: number, last: number): void {
  check(signal);
  if (next !== 0) guest.check(next, ITIMERVAL_SIZE);
  if (last !== 0) guest.check(last, ITIMERVAL_SIZE);
  const left = timersOf(process).left(signal);
  const read = (at: number): bigint => guest.u64(at) * SECOND + guest.u64(at + 8) * MICROSECOND;
  const write = (at: number, time: bigint): void => {
    guest.setU64(at, time / SECOND);
    guest.setU64(at + 8, (time % SECOND) / MICROSECOND);
  };
  if (next !== 0) timersOf(process).set(signal, { first: read(next + 16), next: read(next) });
  if (last === 0) return;
  write(last, left.next);
  write(last + 16, left.first);
}

/** Bytes of what an executed program was told of one signal: its number, and 1 to ignore it. */
const DISPOSITION_SIZE = 2;

export function procSignalsSizesGet({ guest, process }: Call, count: number): void {
  guest.setPointer(count, process.signals.dispositions.size);
}

export function procSignalsGet({ guest, process }: Call, at: number): void {
  const { dispositions } = process.signals;
  guest.check(at, dispositions.size * DISPOSITION_SIZE);
  let next = at;
  for (const [signal, disposition] of dispositions) {
    guest.setU8(next, signal);
    guest.setU8(next + 1, disposition);
    next += DISPOSITION_SIZE;
  }
}

/** Reads what a program is told of signals. INVAL: an unknown one. */
export function dispositionsAt({ guest }: Call, at: number, count: number): ReadonlyMap<number, number> {
  if (count > SIGNALS.length) throw refused('INVAL');
  guest.check(at, count * DISPOSITION_SIZE);
  const found = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const signal = guest.u8(at + DISPOSITION_SIZE * i);
    check(signal);
    found.set(signal, guest.u8(at + DISPOSITION_SIZE * i + 1));
  }
  return found;
}
