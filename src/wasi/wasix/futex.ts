// Futexes: waits at an address, in the same queues as memory.atomic.wait and notify.
// C libraries trap on any error of these, so that there is none but for addresses outside of memory.
import type { Memory } from '../../runtime/memory.ts';
import { notify } from '../../runtime/notify.ts';
import type { Waiter } from '../../runtime/waiters.ts';
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Guest } from '../kernel/guest.ts';
import { type Pollable, READABLE, Subscribers } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';

/** A guest thread in the queue of an address. */
class FutexWait implements Waiter, Pollable {
  isWoken = false;
  private readonly memory: Memory;
  private readonly address: number;
  private readonly subscribers = new Subscribers();

  constructor(memory: Memory, address: number) {
    this.memory = memory;
    this.address = address;
    const here = memory.waiters.get(address) ?? new Set();
    memory.waiters.set(address, here.add(this));
  }

  ready(): number {
    return this.isWoken ? READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  handedOut(): void {
    // Other threads of the host notify their own; those of the guest find this one here.
  }

  finish(): void {
    this.leave();
    this.isWoken = true;
    this.subscribers.wakeAll();
  }

  leave(): void {
    const { waiters } = this.memory;
    const here = waiters.get(this.address);
    if (here?.delete(this) && here.size === 0) waiters.delete(this.address);
  }
}

/**
 * Waits while the 32 bits at `futex` are what is expected, and writes a bool: 0 when the time is over, else 1, also when they
 * are something else. `timeout` is an option_timestamp, `0 tag u8 | 8 nanoseconds u64`; without one it waits for ever.
 */
export function futexWait(
  call: Call,
  futex: number,
  expected: number,
  timeout: number,
  woken: number,
): WouldBlock | undefined {
  const { guest, process } = call;
  checkFutex(guest, futex);
  guest.check(woken, 1);
  guest.check(timeout, 16);
  if (call.kept === undefined && guest.u32(futex) !== expected) {
    guest.setU8(woken, 1);
    return undefined;
  }
  const wait = (call.kept as FutexWait | undefined) ?? new FutexWait(guest.memory, futex);
  call.keep(wait);
  // Woken for nothing, which may happen at any time.
  const interrupted = (): void => {
    wait.leave();
    guest.setU8(woken, 1);
  };
  const deadline = guest.u8(timeout) === 0 ? undefined : call.began() + guest.u64(timeout + 8);
  const isOver = deadline !== undefined && process.clock.monotonic() >= deadline;
  if (!wait.isWoken && !isOver) {
    return new WouldBlock([{ pollable: wait, interest: READABLE }], deadline, interrupted);
  }
  wait.leave();
  guest.setU8(woken, wait.isWoken ? 1 : 0);
  return undefined;
}

/** Wakes one thread that waits at an address, and writes whether there was one. */
export function futexWake({ guest }: Call, futex: number, woken: number): void {
  wake({ guest }, futex, woken, 1);
}

/** Wakes all. */
export function futexWakeAll({ guest }: Call, futex: number, woken: number): void {
  wake({ guest }, futex, woken, Number.POSITIVE_INFINITY);
}

function wake({ guest }: Pick<Call, 'guest'>, futex: number, woken: number, most: number): void {
  checkFutex(guest, futex);
  guest.check(woken, 1);
  guest.setU8(woken, notify(guest.memory, futex, most) > 0 ? 1 : 0);
}

/** FAULT; INVAL for what is no multiple of 4. */
function checkFutex(guest: Guest, futex: number): void {
  guest.check(futex, 4);
  if (futex % 4 !== 0) throw refused('INVAL');
}
