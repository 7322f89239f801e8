// Waiting for something open, for as long as it says that it may be waited for.
import { refused } from '../host/errno.ts';
import type { Call } from './dispatcher.ts';
import type { Open } from './open/open.ts';
import type { Pollable } from './pollable.ts';
import { WouldBlock } from './wait.ts';

/** @throws SystemError TIMEDOUT in the try after the limit. */
export function waitFor(call: Call, open: Open, interest: number, pollable: Pollable): WouldBlock {
  const limit = open.timeout(interest);
  if (limit === undefined) return new WouldBlock([{ pollable, interest }]);
  const deadline = call.began() + limit;
  if (call.waited && call.process.clock.monotonic() >= deadline) throw refused('TIMEDOUT');
  return new WouldBlock([{ pollable, interest }], deadline);
}
