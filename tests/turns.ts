// How the host's event loop fares beside a guest: how many turns it has, and how long a timer of 5 ms waits.

/** Something that is answered, and the turns that the event loop had meanwhile. */
export async function turnsOf<T>(answer: PromiseLike<T> | T): Promise<[value: T, turns: number]> {
  let turns = 0;
  let over = false;
  const turn = (): void => {
    if (over) return;
    turns++;
    setImmediate(turn);
  };
  setImmediate(turn);
  try {
    return [await answer, turns];
  } finally {
    over = true;
  }
}

/** What a timer of 5 ms saw, in milliseconds of CPU time of this process: a busy machine makes those of the clock longer. */
export interface Gaps {
  readonly count: number;
  readonly median: number;
  /** 99 of 100 are no longer; of few, all but one. */
  readonly most: number;
  readonly longest: number;
  /** From the deadline to the end. */
  readonly late: number;
  /** What it ended with where that is not its deadline. */
  readonly error: unknown;
}

/** Milliseconds of CPU time of this process until now, of all its threads. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs something that has to end at a deadline, so many milliseconds from now, beside a timer of 5 ms. */
export async function besideTimer(milliseconds: number, run: (deadline: number) => Promise<unknown>): Promise<Gaps> {
  const gaps: number[] = [];
  const deadline = Date.now() + milliseconds;
  let last = cpu();
  let atEnd: number | undefined;
  const tick = (): void => {
    const now = cpu();
    gaps.push(now - last);
    last = now;
    if (Date.now() < deadline) atEnd = now;
  };
  const timer = setInterval(tick, 5);
  let error: unknown;
  try {
    await run(deadline);
  } catch (thrown) {
    if ((thrown as { reason?: unknown }).reason !== 'deadline') error = thrown;
  }
  clearInterval(timer);
  tick();
  gaps.sort((a, b) => a - b);
  const at = (index: number): number => gaps[Math.max(0, index)];
  const most = at(Math.min(Math.floor((gaps.length - 1) * 0.99), gaps.length - 2));
  return {
    count: gaps.length,
    median: at(gaps.length >> 1),
    most,
    longest: at(gaps.length - 1),
    late: last - (atEnd ?? last),
    error,
  };
}
