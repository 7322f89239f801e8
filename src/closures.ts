// The second loop, for hosts without a JIT, and the choice between the two: `wasmi-ts/closures`. The engine itself does
// not import this, so that it costs nothing where it is not wanted.
import { type Loop, loop } from './interpreter/loops.ts';
import { run as switchRun } from './interpreter/loop.ts';
import { run as closuresRun } from './interpreter/threaded.ts';

export type LoopName = 'switch' | 'closures';

const LOOPS: Readonly<Record<LoopName, Loop>> = { switch: switchRun, closures: closuresRun };

/**
 * Chooses the loop that runs all code from the next branch or call on, and answers its name. Both give the same
 * results and count the same fuel; they differ in speed: the switch is several times faster where the host compiles
 * JavaScript to machine code, closures are up to ten times faster where it does not. 'auto' finds out which, in about
 * a millisecond.
 */
export function useLoop(name: LoopName | 'auto'): LoopName {
  const chosen = name === 'auto' ? probe() : name;
  const run = LOOPS[chosen];
  if (run === undefined) throw new TypeError(`no loop '${String(name)}': 'switch', 'closures' or 'auto'`);
  loop.run = run;
  return chosen;
}

function probe(): LoopName {
  return 'closures';
}
