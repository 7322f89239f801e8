// wasmi-ts/closures: the second loop, for hosts that do not compile JavaScript to machine code, and the choice between
// the two. The engine does not import this by itself, so that it costs no bytes where it is not wanted.
// docs/decisions say how the loops compare.
import { run as closuresRun } from './interpreter/loops/closures.ts';
import { type Loop, loop } from './interpreter/loops/chosen.ts';
import { run as switchRun } from './interpreter/loops/switch.ts';

export type LoopName = 'switch' | 'closures';

const LOOPS: Readonly<Record<LoopName, Loop>> = { switch: switchRun, closures: closuresRun };

/**
 * Chooses the loop that runs all wasm code from now on, and returns its name. Both give the same results and count the
 * same fuel, and a call that one of them began goes on in the other. They differ in speed: the switch is up to ten times
 * faster where the host compiles JavaScript to machine code; where it does not, closures are two to three times faster
 * (`node --jitless`, Hermes) or five to twenty times (QuickJS). `auto` finds out, in a millisecond where it does and in 20 to 30 where it does not.
 *
 * @throws TypeError for another name.
 */
export function useLoop(name: LoopName | 'auto'): LoopName {
  const chosen = name === 'auto' ? (hasCompiler() ? 'switch' : 'closures') : name;
  if (chosen !== 'switch' && chosen !== 'closures') {
    throw new TypeError(`there is no loop ${JSON.stringify(chosen)}: it is switch, closures or auto`);
  }
  loop.run = LOOPS[chosen];
  return chosen;
}

/** What the probe computes: a few operations each time around, which compiled code does in one nanosecond or two. */
const PROBE_ROUNDS = 10_000;
/** As many of them as take compiled code less than a millisecond, and all others more than five. */
const PROBE_CALLS = 50;
/** The compiler has a thread of its own, which a busy machine keeps waiting: it may be ready after many attempts. */
const PROBE_ATTEMPTS = 10;
const PROBE_MILLISECONDS = 2;

function probeWork(start: number): number {
  let x = start;
  for (let i = 0; i < PROBE_ROUNDS; i++) x = (Math.imul(x, 31) + i) | 0;
  return x;
}

/** Does the host compile JavaScript to machine code? A clock that stands still counts as yes. */
function hasCompiler(): boolean {
  // Hermes runs what it compiled beforehand, which is bytecode.
  if ('HermesInternal' in globalThis) return false;
  let x = 1;
  for (let attempt = 0; attempt < PROBE_ATTEMPTS; attempt++) {
    const start = Date.now();
    let calls = 0;
    while (calls < PROBE_CALLS && Date.now() - start <= PROBE_MILLISECONDS) {
      x = probeWork(x);
      calls++;
    }
    if (calls === PROBE_CALLS) return true;
  }
  return false;
}
