// Contexts: coroutines of one guest thread. Each is a call of its own, of which the thread makes one at a time; the others are
// suspended in the system call that has switched away from them, or have not begun.
import { isError, Trap } from '../../errors.ts';
import type { Budget } from '../../runtime/budget.ts';
import { refused } from '../host/errno.ts';
import type { Done, Fail } from './control.ts';
import type { GuestCall } from './scheduler.ts';

/** The thread that they are of. */
export interface Owner {
  /** The call that it is in. */
  readonly call: GuestCall | undefined;
  /** It goes on with another one. */
  change(call: GuestCall): void;
  /** A call of it is given up. */
  forget(call: GuestCall): void;
}

/** One that does not run. */
interface Aside {
  readonly call: GuestCall;
  /** How the call ends that has switched away from it. */
  readonly done: Done;
  readonly fail: Fail;
}

const NEVER_BEGUN = { done: (): void => {}, fail: (): void => {} };

/** The number of what the thread has begun with. */
const MAIN = 0n;

/** What a context takes besides its stack, which is counted while it waits. */
const BYTES = 2048;

export class Contexts {
  private readonly owner: Owner;
  private readonly aside = new Map<bigint, Aside>();
  /** The one that runs. */
  active = MAIN;
  private last = MAIN;
  private readonly budget: Budget<'stackBytes'>;
  private charged = 0;

  constructor(owner: Owner, budget: Budget<'stackBytes'>) {
    this.owner = owner;
    this.budget = budget;
  }

  /** One that begins with a call when it is first switched to. NOMEM: there are too many. */
  create(begin: () => GuestCall): bigint {
    if (!this.budget.charge('stackBytes', BYTES)) throw refused('NOMEM');
    this.charged += BYTES;
    this.last++;
    this.aside.set(this.last, { call: begin(), ...NEVER_BEGUN });
    return this.last;
  }

  /** Goes on with another one. INVAL: there is none of that number that is suspended. */
  switchTo(id: bigint, done: Done, fail: Fail): void {
    if (id === this.active) {
      done();
      return;
    }
    const next = this.aside.get(id);
    if (next === undefined) throw refused('INVAL');
    this.aside.set(this.active, { call: this.owner.call as GuestCall, done, fail });
    this.goOn(id, next);
    next.done();
  }

  /** It is there no more. INVAL for the one that runs, and for the first. */
  destroy(id: bigint): void {
    if (id === this.active || id === MAIN) throw refused('INVAL');
    const found = this.aside.get(id);
    if (found === undefined) return;
    this.aside.delete(id);
    this.owner.forget(found.call);
    found.call.abandon();
    this.credit(BYTES);
  }

  /** A call of the thread is done: a context that ends so ends the thread's first one, too. */
  returned(): void {
    if (this.active === MAIN) return;
    this.backToMain(new Trap('unreachable', 'the function of a context has returned'));
  }

  /** What ends a context is thrown in the thread's first one. */
  failed(error: unknown): boolean {
    if (this.active === MAIN || isError(error, 'exit') || isError(error, 'interrupted')) return false;
    this.backToMain(error);
    return true;
  }

  private backToMain(error: unknown): void {
    const main = this.aside.get(MAIN) as Aside;
    this.goOn(MAIN, main);
    this.credit(BYTES);
    main.fail(error);
  }

  private goOn(id: bigint, { call }: Aside): void {
    this.aside.delete(id);
    this.active = id;
    this.owner.change(call);
  }

  /** The thread is gone. */
  clear(): void {
    for (const { call } of this.aside.values()) call.abandon();
    this.aside.clear();
    this.credit(this.charged);
  }

  private credit(bytes: number): void {
    this.budget.credit('stackBytes', bytes);
    this.charged -= bytes;
  }
}
