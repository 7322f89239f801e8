// How the host call ends that an execution waits for, and whom it wakes. When an execution waits, and who may drive it, is in
// execution.ts; waits on memory are in waits.ts.
import { asFunc } from '../../syntax/types.ts';
import type { CallEnd } from './driver.ts';
import { valuesOf } from './host-results.ts';
import { type Pending, whenIdle } from './thread.ts';

/** How a host call ended. */
export type Settled = { readonly answer: unknown } | { readonly error: unknown };

/** What an execution knows of the host call that it waits for. */
export class Waiting {
  /** How it ended, until the next step takes it. */
  private settled: Settled | undefined;
  /** Called when it has ended. */
  private wake: (() => void) | undefined;

  /** Whether it will wake somebody. */
  get isHeard(): boolean {
    return this.wake !== undefined;
  }

  /**
   * Listens to a call, as long as `waits`: a promise that nobody hears would end the host when it is rejected, whether the
   * execution is stopped, given up or forgotten meanwhile.
   */
  hear(pending: Pending, waits: () => boolean): void {
    const settle = (settled: Settled): void => {
      if (this.settled !== undefined || !waits()) return;
      this.settled = settled;
      whenIdle(() => this.tell());
    };
    try {
      pending.promise.then(
        (answer) => settle({ answer }),
        (error: unknown) => settle({ error }),
      );
    } catch (error) {
      settle({ error });
    }
  }

  /** Calls `wake` once when the call has ended. `blocks`: other threads of the host cannot end a wait on memory meanwhile. */
  listen({ wait }: Pending, wake: () => void, blocks: boolean): void {
    this.wake = wake;
    wait?.join();
    if (!blocks) wait?.waitInHost();
    if (this.settled !== undefined) whenIdle(() => this.tell());
  }

  tell(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  /** It wakes nobody any more. */
  forget(): void {
    this.wake = undefined;
  }

  /** Takes how the call ended, if it has. */
  take({ wait }: Pending): Settled | undefined {
    const settled = wait?.answer === undefined ? this.settled : { answer: wait.answer };
    if (settled === undefined) return undefined;
    this.settled = undefined;
    this.wake = undefined;
    return settled;
  }
}

/** The same with a value per result, each read once, before the thread takes the stack. */
export function endOfCall({ type, func }: Pending, settled: Settled): CallEnd {
  if ('error' in settled) return settled;
  try {
    return { values: valuesOf(asFunc(type.comp), settled.answer, func) };
  } catch (error) {
    return { error };
  }
}
