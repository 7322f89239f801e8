// Forking: a second process that goes on where the first one stands.
import { refused } from '../host/errno.ts';
import { Control } from '../kernel/control.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { payingForStack } from './stack.ts';
import { familyOf } from '../kernel/family.ts';

/**
 * fork, or vfork: then the parent waits until the child, which has the same memory, has executed a program or ended. Writes 0 in
 * the child, and its number in the parent. AGAIN: too many processes; MFILE, NOMEM; NOTSUP: in a context, and where the embedder
 * runs the guest by itself.
 */
export function procFork(call: Call, copies: number, pid: number): Control {
  const { guest, thread } = call;
  guest.check(pid, 4);
  const family = familyOf(call.process);
  if (thread.acting !== undefined || (thread.contexts?.active ?? 0n) !== 0n) throw refused('NOTSUP');
  const pay = payingForStack(call);
  return new Control((done) => {
    guest.setU32(pid, 0);
    const child = family.fork(thread, copies === 0, pay);
    if (copies !== 0) {
      guest.setU32(pid, child.id);
      done();
      return;
    }
    child.freed = () => {
      child.freed = () => {};
      // What the child has written there, in the same memory, is no matter of the parent.
      guest.setU32(pid, child.id);
      done();
    };
  });
}

/**
 * Forks all but the flow of control: what the caller does from now on, the child does, until it ends or executes a program. Writes
 * the child's number. NOTSUP: it acts for a child already; AGAIN, MFILE.
 */
export function procForkEnv(call: Call, pid: number): void {
  const { guest, thread, process } = call;
  guest.check(pid, 4);
  const family = familyOf(call.process);
  if (thread.acting !== undefined) throw refused('NOTSUP');
  const child = family.child(process);
  thread.acting = process;
  thread.process = child;
  guest.setU32(pid, child.id);
}

/** Ends the process; where the caller acts for a child, that ends, and the caller goes on as its parent. */
export function procExit2(call: Call, code: number): void {
  const { thread, process } = call;
  if (thread.acting === undefined) process.exit(code);
  thread.actForItself();
  familyOf(process).end(process, { code, signal: undefined });
}
