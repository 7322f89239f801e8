// Fuel that code of the host uses for a guest: who pays is the thread that runs while the host function does.
// It is counted down in interpreter/thread.ts.

/** What is charged: a thread that is on the stack. */
export interface Payer {
  /** Uses up fuel. It is stopped when the host function returns, where that was more than there was. */
  spend(units: number): void;
}

/** The threads that are on the stack, outermost first. */
export const payers: Payer[] = [];

/**
 * Charges the guest that runs now, for a host function that does much for it: before it is done. Nothing happens where the
 * host itself called, in a guest of another engine, and in a turn of its own after the call has answered a promise: what is
 * done there is charged before.
 */
export function charge(units: number): void {
  if (payers.length > 0) payers[payers.length - 1].spend(units);
}
