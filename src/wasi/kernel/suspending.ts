// What suspends a guest thread: a promise of the number that its call returns, or what passes for one.
import { UnsupportedError } from '../../errors.ts';
import { cannotSuspend } from '../messages.ts';

/**
 * An engine that cannot suspend a guest takes the promise for the result and makes a number of it: 0, which would say
 * that all went well. So the attempt to make a number throws.
 */
export function onlySuspending(answer: Promise<number>): Promise<number> {
  const refuse = (): never => {
    answer.catch(() => undefined);
    throw new UnsupportedError('blocking-wait', cannotSuspend());
  };
  return Object.defineProperty(answer, Symbol.toPrimitive, { value: refuse });
}

/** What settles as soon as it is listened to: that suspends a caller, and is done when it is parked. */
export function settling(
  run: (answered: (errno: number) => void, failed: (error: unknown) => void) => void,
): PromiseLike<number> {
  const then = (answered: (errno: number) => void, failed: (error: unknown) => void): void => run(answered, failed);
  return { then } as PromiseLike<number>;
}
