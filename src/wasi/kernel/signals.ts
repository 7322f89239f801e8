// Signals: their numbers, what they do to a process that has no handler, and what a process has of them. When its handler is
// called is in delivery.ts. Who may send signals to whom is the business of the interface.
// https://wasix.org

// biome-ignore format: a list
export const SIGNALS = [
  'NONE', 'HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM', 'TERM',
  'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'POLL', 'PWR',
  'SYS',
] as const;

export type SignalName = (typeof SIGNALS)[number];

export function numberOfSignal(name: SignalName): number {
  return SIGNALS.indexOf(name);
}

export type Action = 'terminate' | 'ignore' | 'stop' | 'continue';

const IGNORED: readonly SignalName[] = ['NONE', 'PIPE', 'STKFLT', 'CHLD', 'URG', 'WINCH'];
const STOPPING: readonly SignalName[] = ['STOP', 'TSTP', 'TTIN', 'TTOU'];

/** What a signal does to a process that has no handler. */
export function actionOf(signal: number): Action {
  const name = SIGNALS[signal];
  if (IGNORED.includes(name)) return 'ignore';
  if (STOPPING.includes(name)) return 'stop';
  return name === 'CONT' ? 'continue' : 'terminate';
}

/** What a process has of signals. */
export class Signals {
  /** The export that handles them, which may not be there: then they wait. Undefined: nobody has said, and actions are usual. */
  handler: string | undefined;
  /** Those that were sent to the process and have not arrived at any thread. */
  readonly waiting = new Set<number>();
  /** Those that an executed program was told to ignore, or not: by number. */
  dispositions: ReadonlyMap<number, number> = new Map();

  /** Those of a child. */
  fork(): Signals {
    const made = new Signals();
    made.handler = this.handler;
    made.dispositions = this.dispositions;
    return made;
  }

  /** Another program is executed. */
  reset(): void {
    this.handler = undefined;
    this.waiting.clear();
  }
}
