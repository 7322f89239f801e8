// Which generated loop runs: the switch of switch.ts, or another one that was registered (closures.ts, for hosts without a
// JIT). Both run the same code on the same stack and stop at the same places, so the choice may change at any time.
import { run } from './switch.ts';

export type Loop = typeof run;

/** The loop that driver.ts enters. */
export const loop: { run: Loop } = { run };
