// Two calls of a guest that both count what is reached, in turns: each count marks the objects that the other one has marked.
import { expect, test } from 'vitest';
import { compile, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';

const SOURCE = `(module
  (type $node (struct (field (mut (ref null $node))) (field i32) (field i32)))
  (global $head (mut (ref null $node)) (ref.null $node))
  (func (export "ring") (param i32) (local $first (ref null $node)) (local $last (ref null $node))
    (local.set $first (struct.new $node (ref.null $node) (i32.const 0) (i32.const 0)))
    (local.set $last (local.get $first))
    (loop $more
      (local.set $last (struct.new $node (local.get $last) (i32.const 0) (i32.const 0)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (struct.set $node 0 (local.get $first) (local.get $last))
    (global.set $head (local.get $last)))
  (func (export "churn") (param i32)
    (loop $more (drop (struct.new $node (ref.null $node) (i32.const 0) (i32.const 0)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`;

test('went on for ever, each undoing the other', () => {
  const instance = instantiate(compile(assemble(SOURCE)), {}, { limits: { objectBytes: 3_000_000 } });
  instance.call('ring', 15_000);
  const calls = [0, 1].map(() => {
    const call = instance.begin('churn', [20_000]);
    call.fuel = Number.POSITIVE_INFINITY;
    return call;
  });
  let rounds = 0;
  while (calls.some((call) => !call.done) && rounds < 2000) {
    for (const call of calls) if (!call.done) call.step(undefined, { deadline: Date.now() - 1 });
    rounds++;
  }
  expect(calls.map((call) => call.done)).toEqual([true, true]);
});
