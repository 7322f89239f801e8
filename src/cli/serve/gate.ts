// How many requests there may be: so many run, so many more wait for their turn, and all others are sent away. One is in
// from its first byte until its response is out, so that what it holds (its body, its output) is bounded as well.

export interface GatePlace {
  readonly enter: () => boolean;
  readonly leave: () => void;
}

export class Gate {
  private readonly most: number;
  private readonly atATime: number;
  private inside = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(atATime: number, queue: number) {
    this.atATime = atATime;
    this.most = atATime + queue;
  }

  /** A place for one, which is taken when it enters, if there is room, until it leaves. */
  place(): GatePlace {
    let taken = false;
    return {
      enter: () => {
        if (this.inside >= this.most) return false;
        this.inside++;
        taken = true;
        return true;
      },
      leave: () => {
        if (taken) this.inside--;
        taken = false;
      },
    };
  }

  /** Does something when it is its turn, in the order of the calls; not any more where the signal was aborted meanwhile. */
  async inTurn<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T | undefined> {
    if (this.running < this.atATime) this.running++;
    else if (!(await this.turn(signal))) return undefined;
    try {
      return signal.aborted ? undefined : await action();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  /** Waits for a turn; false where the signal was aborted before it came. */
  private turn(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const begin = (): void => resolve(true);
      this.waiting.push(begin);
      signal.addEventListener('abort', () => {
        const at = this.waiting.indexOf(begin);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        resolve(false);
      });
    });
  }
}
