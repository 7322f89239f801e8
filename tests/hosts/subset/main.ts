// What runs inside each host: scripts of the testsuite, checks of the namespace, bits of floats, fuel, real programs, one
// timed loop.
// build.ts bundles it, with the data; the host loads a bundle of the package before it, under the global name wasmiTs.
// It uses nothing but the language: no timers, no console, no text decoder.
import type { Data, Namespace, Part, Report } from './types.ts';
import { fromBase64 } from './base64.ts';
import { checkFloatBits } from './float-bits.ts';
import { checkFuel } from './fuel-numbers.ts';
import { checkNamespace } from './namespace-checks.ts';
import { nanosecondsPerIteration } from './loop.ts';
import { runPrograms } from './programs.ts';
import { runScripts } from './scripts.ts';

/**
 * Each of some thousand operands for each operator again and again: cold at first, hot in the end. What V8's compilers do
 * differs, and each has a while of its own.
 */
const FLOAT_ROUNDS = [1, 5, 20, 20];

/** Runs everything. `now` are milliseconds; hosts whose clock stands still pass their own. */
export async function runSubset(W: Namespace, data: Data, now: () => number = Date.now): Promise<Report> {
  const started = now();
  const parts: Part[] = [
    { name: 'scripts', ...runScripts(data.scripts) },
    { name: 'JS API', ...(await checkNamespace(W)) },
    { name: 'float bits', ...checkFloatBits(W, fromBase64(data.floatBits), FLOAT_ROUNDS) },
    { name: 'fuel', ...checkFuel() },
    { name: 'programs', ...runPrograms(W, data.programs) },
  ];
  const nanoseconds = nanosecondsPerIteration(W, data.loop, now);
  return { parts, nanoseconds, seconds: (now() - started) / 1000 };
}
