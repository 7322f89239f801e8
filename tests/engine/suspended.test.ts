// What is done with calls that do not run: checkpoints that they go back to, copies, functions that are called first.
import { describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { engine, type Execution, type Instance, instantiate, Limits, type Value } from '../../src/index.ts';
import { startGeneration } from '../../src/interpreter/code/lowered.ts';
import { Checkpoints } from '../../src/runtime/checkpoints.ts';
import { Copies } from '../../src/runtime/copies.ts';
import { wat } from './support.ts';

const { calls } = engine;

/** A guest that makes checkpoints and goes back to them, as its host lets it. */
class Guest {
  readonly limits = new Limits();
  readonly checkpoints = new Checkpoints(this.limits);
  readonly said: Value[] = [];
  readonly instance: Instance;
  execution!: Execution<Value>;
  /** Called between two stays. */
  between = (): void => {};

  constructor(text: string) {
    const e = {
      checkpoint: () =>
        this.later((answer) => {
          const id = this.checkpoints.save(calls.placeOf(this.execution));
          answer(id);
        }),
      restore: (id: number, value: number) =>
        this.later((_answer, fail) => {
          const place = this.checkpoints.restore(id, calls.placeOf(this.execution));
          if (place === undefined) fail(new Error(`no checkpoint ${id}`));
          else calls.goOnAt(this.execution, place, value);
        }),
      say: (value: number) => {
        this.said.push(value);
      },
      count: () => this.checkpoints.size,
      signal: (value: number) =>
        this.later((answer) => {
          calls.callFirst(this.execution, this.instance.func('handler'), [value]);
          answer(value);
        }),
    };
    this.instance = instantiate(wat(text), { e: e as never }, { limits: this.limits });
  }

  private later(run: (answer: (value: unknown) => void, fail: (error: unknown) => void) => void): never {
    // biome-ignore lint/suspicious/noThenProperty: it suspends the guest
    return { then: run } as never;
  }

  run(...args: number[]): readonly Value[] {
    this.execution = this.instance.begin('run', args, { async: true });
    this.execution.fuel = 1e9;
    for (let outcome = ''; outcome !== 'done'; ) {
      this.between();
      outcome = this.execution.step(50);
    }
    return this.execution.results;
  }
}

const IMPORTS = `
  (import "e" "checkpoint" (func $checkpoint (result i32)))
  (import "e" "restore" (func $restore (param i32 i32)))
  (import "e" "say" (func $say (param i32)))
  (import "e" "count" (func $count (result i32)))
  (import "e" "signal" (func $signal (param i32) (result i32)))
  (global $id (mut i32) (i32.const 0))
  ;; As setjmp of C is: it has returned when somebody goes back. 0 the first time.
  (func $setjmp (result i32) (local $answer i32)
    (local.set $answer (call $checkpoint))
    (if (i32.lt_s (local.get $answer) (i32.const 100))
      (then (global.set $id (local.get $answer)) (return (i32.const 0))))
    (local.get $answer))`;

/** From some frames deeper. */
const DEEP = `(func $deep (param $n i32)
    (if (i32.eqz (local.get $n)) (then (call $restore (global.get $id) (i32.const 777))))
    (call $deep (i32.sub (local.get $n) (i32.const 1))))`;

const ONCE = `(module ${IMPORTS} ${DEEP}
  (func (export "run") (param $n i32) (result i32) (local $a i32) (local $b i32)
    (local.set $a (i32.const 5))
    (local.set $b (call $setjmp))
    (call $say (local.get $b))
    (if (local.get $b) (then (return (i32.add (local.get $a) (local.get $b)))))
    (local.set $a (i32.const 6))
    (call $deep (local.get $n))
    (i32.const -1)))`;

describe.each(['switch', 'closures'] as const)('on the loop %s', (loop) => {
  test.beforeEach(() => {
    useLoop(loop);
    return () => useLoop('switch');
  });

  test('a call returns again where a checkpoint was made, from any number of frames deeper', () => {
    for (const depth of [0, 1, 10, 1000]) {
      const guest = new Guest(ONCE);
      expect(guest.run(depth)).toEqual([782]);
      expect(guest.said).toEqual([0, 777]);
    }
  });

  test('a checkpoint is found again in code that was lowered anew since', () => {
    const guest = new Guest(ONCE);
    guest.between = () => {
      startGeneration([]);
    };
    expect(guest.run(300)).toEqual([782]);
    expect(guest.said).toEqual([0, 777]);
  });

  test('checkpoints of one place in one frame are one, which is kept as long as that frame lives', () => {
    const guest = new Guest(`(module ${IMPORTS} ${DEEP}
      (func $loop (param $n i32)
        (loop (drop (call $setjmp))
          (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func $inner (call $loop (i32.const 500)) (call $say (call $count)))
      (func (export "run") (param $n i32) (result i32)
        (local $first i32)
        (if (call $setjmp) (then (return (call $count))))
        (local.set $first (global.get $id))
        (call $inner)
        (drop (call $setjmp))
        (call $say (call $count))
        (call $restore (local.get $first) (i32.const 100))
        (i32.const -1)))`);
    const before = guest.limits.leftOf('stackBytes');
    expect(guest.run(0)).toEqual([2]);
    expect(guest.said).toEqual([2, 2]);
    guest.checkpoints.clear();
    expect(guest.limits.leftOf('stackBytes')).toBe(before);
  });

  test('nobody goes back to a frame that has returned', () => {
    const guest = new Guest(`(module ${IMPORTS}
      (func $returns (drop (call $setjmp)))
      (func (export "run") (param i32) (call $returns) (call $restore (global.get $id) (i32.const 100))))`);
    expect(() => guest.run(0)).toThrow('no checkpoint 1');
  });

  test('frames that were left by going back have not returned: a guest may go back to them again, as coroutines do', () => {
    const guest = new Guest(`(module ${IMPORTS}
      (global $a (mut i32) (i32.const 0)) (global $b (mut i32) (i32.const 0))
      (func $inner (local $n i32) (local $again i32)
        (local.set $n (i32.const 40))
        (loop $more
          (local.set $again (call $setjmp))
          (if (i32.eqz (local.get $again)) (then
            (global.set $b (global.get $id))
            (call $restore (global.get $a) (i32.const 100))))
          (call $say (i32.add (local.get $n) (local.get $again)))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $more)))
      (func $outer (param $rounds i32) (result i32)
        (loop $more
          (if (call $setjmp)
            (then
              (call $say (local.get $rounds))
              (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
              (if (i32.eqz (local.get $rounds)) (then (return (call $count))))
              (drop (call $setjmp))
              (if (i32.eqz (call $setjmp)) (then
                (global.set $a (global.get $id))
                (call $restore (global.get $b) (i32.const 200))))
              (br $more))
            (else (global.set $a (global.get $id)) (call $inner))))
        (i32.const -1))
      (func (export "run") (param $n i32) (result i32) (call $outer (local.get $n))))`);
    const before = guest.limits.leftOf('stackBytes');
    guest.run(3);
    expect(guest.said).toEqual([3, 240, 2, 240, 1]);
    guest.checkpoints.clear();
    expect(guest.limits.leftOf('stackBytes')).toBe(before);
  });

  test('a function is called before a guest goes on that waits, and what it waits for is not lost', () => {
    const guest = new Guest(`(module ${IMPORTS}
      (func (export "handler") (param i32) (call $say (local.get 0)) (if (i32.gt_s (local.get 0) (i32.const 40))
        (then (drop (call $signal (i32.sub (local.get 0) (i32.const 1)))))))
      (func (export "run") (param $n i32) (result i32) (i32.mul (call $signal (local.get $n)) (i32.const 2))))`);
    expect(guest.run(42)).toEqual([84]);
    expect(guest.said).toEqual([42, 41, 40]);
    expect(guest.execution.depth).toBe(0);
  });

  test('a copy and its checkpoints go on by themselves', () => {
    const guest = new Guest(ONCE.replace('(i32.add (local.get $a) (local.get $b))', '(call $count)'));
    let copy: Execution<Value> | undefined;
    let copied: Checkpoints | undefined;
    guest.between = () => {
      if (copy !== undefined || guest.checkpoints.size === 0) return;
      const copies = new Copies(guest.limits, false);
      copy = calls.copy(guest.execution, copies, 1);
      copied = guest.checkpoints.copy(copies);
      copies.complete();
    };
    expect(guest.run(20)).toEqual([1]);
    expect(copied?.size).toBe(1);
    Object.assign(guest, { execution: copy, checkpoints: copied });
    const second = copy as Execution<Value>;
    second.fuel = 1e9;
    while (second.step() !== 'done');
    expect(second.results).toEqual([1]);
    expect(guest.said).toEqual([0, 777, 0, 777]);
  });
});
