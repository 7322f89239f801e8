// How long an iteration of a small loop takes: load, multiply, add, store, compare, branch on a memory of one page.
import { fromBase64 } from './base64.ts';
import type { Namespace } from './types.ts';

/** The loop in the text format; build.ts assembles it. */
export const LOOP = `(module
  (memory 1)
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $at i32) (local $sum i32)
    (loop $again
      (local.set $at (i32.and (i32.shl (local.get $i) (i32.const 2)) (i32.const 0xfffc)))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load (local.get $at))))
      (i32.store (local.get $at) (i32.xor (local.get $sum) (local.get $i)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))`;

/** Long enough for clocks that tick every 10 ms. */
const MILLISECONDS = 200;
/** The best of so many: a compiler beside the program takes a second or two for a function as large as the loop. */
const ATTEMPTS = 10;

export function nanosecondsPerIteration(W: Namespace, base64: string, now: () => number): number {
  const { run } = new W.Instance(new W.Module(fromBase64(base64))).exports as { run(n: number): number };
  const time = (n: number): number => {
    const started = now();
    run(n);
    return now() - started;
  };
  let best = Number.POSITIVE_INFINITY;
  let n = 20_000;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let elapsed = time(n);
    while (elapsed < MILLISECONDS && n < 1 << 30) {
      n *= 2;
      elapsed = time(n);
    }
    best = Math.min(best, (elapsed * 1e6) / n);
  }
  return Math.round(best * 10) / 10;
}
