// Who pays fuel: an account that several calls share; the thread that runs while a host function does something for it; and
// what is counted outside of code, while an instance is made.
// What a thread has left, and what host functions hand in to it, is counted in interpreter/threads/thread.ts.
import { Interrupted } from '../errors.ts';
import { amount, type Check, either, misfit, shown } from '../options.ts';

/** Fuel that several calls share, one after the other or in turns: what is left, and negative what is owed. */
export interface FuelAccount {
  left: number;
}

function isAccount(value: unknown): value is FuelAccount {
  return typeof value === 'object' && typeof (value as FuelAccount | null)?.left === 'number';
}

/** What fuel as an option has to be. */
export const FUEL: Check = either(
  isAccount,
  amount('a number of units (or an account of them, an object with `left`)'),
);

/** @throws TypeError for what is no account. */
export function checkAccount(value: unknown): void {
  if (!isAccount(value)) throw misfit('an account of fuel', 'an object with `left`, a number of units', value);
}

/** What is left in an account, which the host writes. @throws RangeError for what is no amount. */
export function amountIn(account: FuelAccount): number {
  const { left } = account;
  if (typeof left === 'number' && left > Number.NEGATIVE_INFINITY) return left;
  throw new RangeError(`what is left in an account of fuel is a number of units, not ${shown(left)}`);
}

/** An amount as an account. */
export function accountOf<T extends FuelAccount | undefined>(fuel: number | T): FuelAccount | T {
  return typeof fuel === 'number' ? { left: fuel } : fuel;
}

/** What is charged: a thread that is on the stack. */
export interface Payer {
  /** Where its fuel is from. */
  readonly account: FuelAccount | undefined;
  /** Who pays for it. */
  readonly payer: Payer | undefined;
  /** What it has left. */
  readonly fuel: number;
  /** A monitor of it is at work, which does nothing for it. */
  readonly isWatched: boolean;
  /** Uses up fuel. It is stopped when the host function returns, where that was more than there was. */
  spend(units: number): void;
  /** Adds bytes to what its objects take. It is looked at when the host function has returned. */
  hold(bytes: number): void;
}

/** The threads that are on the stack, outermost first. */
export const payers: Payer[] = [];

/** Something of so many bytes comes in from the host, for the guest that runs now if one does. */
export function hold(bytes: number): void {
  if (payers.length > 0) payers[payers.length - 1].hold(bytes);
}

/** The guest whose host function is at work, if there is one. */
export function payerNow(): Payer | undefined {
  if (payers.length === 0) return undefined;
  const top = payers[payers.length - 1];
  return top.isWatched ? undefined : top;
}

/**
 * Charges the guest that runs now, or one that waits, for what a host function does for it. It is stopped after that. Nothing
 * happens where the host itself called, or a guest of another engine.
 */
export function charge(units: number, payer = payerNow()): void {
  if (payer === undefined) return;
  const { account } = payer;
  if (account === undefined || payers.includes(payer)) payer.spend(units);
  else account.left -= units;
}

/** Who pays in the end. */
function source(payer: Payer): Payer {
  let one = payer;
  while (one.payer !== undefined) one = one.payer;
  return one;
}

/** The innermost thread on the stack that is paid from an account: what is left in that is with it. */
export function holderOf(account: FuelAccount): Payer | undefined {
  for (let i = payers.length - 1; i >= 0; i--) if (source(payers[i]).account === account) return payers[i];
  return undefined;
}

/** What is left of that with which a thread is paid. */
export function leftWith(payer: Payer): number {
  return source(payer).fuel;
}

/**
 * What host functions may use for a guest above what it has. They cannot be put aside, since they stand on the JavaScript
 * stack; so they come to their end, and what they used is owed.
 */
export const OVERDRAFT = 1_000_000;

export function outOfFuel(): Interrupted {
  return new Interrupted('fuel', 'all fuel consumed: the program was stopped');
}

/** Charges work outside of code before it is done, in parts of units. @throws Interrupted where there is not so much. */
export type Pay = (units: number) => void;

/** Whole units are charged to an account; without one, to a guest, as the calls are that its host functions make. */
export function payFrom(account: FuelAccount | undefined, guest: Payer | undefined): Pay {
  let owed = 0;
  return (units) => {
    owed += units;
    if (owed < 1) return;
    const whole = Math.floor(owed);
    owed -= whole;
    const payer = account === undefined ? guest : holderOf(account);
    if (payer !== undefined) {
      payer.spend(whole);
      if (leftWith(payer) < (account === undefined ? -OVERDRAFT : 0)) throw outOfFuel();
    } else if (account !== undefined) {
      // It is not done where there is not enough, so that no more is owed than the unit that stopped it.
      const left = Math.max(-1, amountIn(account) - whole);
      account.left = left;
      if (left < 0) throw outOfFuel();
    }
  };
}
