// System calls that change their caller: they are done while it is parked, when its stack is plain data that can be copied,
// put elsewhere, or given up. Until they say how they have ended, the caller is suspended.
// What is done with a parked call is the engine's business (calls.ts).

/** Says that a call has ended: with success, or with an error number. */
export type Done = (errno?: number) => void;

/** Says that it has failed with what ends the caller. */
export type Fail = (error: unknown) => void;

/** How a system call goes on that is done when its caller is parked. It may throw what other calls throw. */
export class Control {
  readonly run: (done: Done, fail: Fail) => void;

  constructor(run: (done: Done, fail: Fail) => void) {
    this.run = run;
  }
}
