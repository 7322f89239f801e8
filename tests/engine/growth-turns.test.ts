// Memories that are moved because they grow, by calls that stop at a moment.
import { expect, test } from 'vitest';
import { compile, type Execution, type Instance, instantiate, type Memory, type Value } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { useLoop } from '../../src/closures.ts';

const PAGES = 256;
const SOURCE = `(module
  (memory (export "m") ${PAGES} 1000)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow2") (result i32 i32) (memory.grow (i32.const 1)) (memory.grow (i32.const 600)))
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "size") (result i32) (memory.size)))`;
/** To it that memory is the second one: accesses go other ways than those of memory 0. */
const SECOND = `(module
  (import "a" "own" (memory $own 1))
  (import "a" "m" (memory $m 1))
  (func (export "store") (param i32 i32) (i32.store $m (local.get 0) (local.get 1)))
  (func (export "vector") (param i32 i32) (v128.store $m (local.get 0) (i32x4.splat (local.get 1))))
  (func (export "fill") (param i32 i32) (memory.fill $m (local.get 0) (local.get 1) (i32.const 4)))
  (func (export "atomic") (param i32 i32) (drop (i32.atomic.rmw.xchg $m (local.get 0) (local.get 1)))))`;

/** A call without end of fuel. */
function begun(instance: Instance, name: string, args: readonly Value[] = []): Execution<Value> {
  const execution = instance.begin(name, args);
  execution.fuel = Number.POSITIVE_INFINITY;
  return execution;
}

/** Of a moment that has passed: each step does as little as it can. */
const PAST = { deadline: Date.now() };

function steps(execution: Execution<Value>, between: (step: number) => void): number {
  let count = 0;
  while (execution.step(undefined, PAST) !== 'done') {
    between(count++);
    if (count > 1000) throw new Error('it does not end');
  }
  return count;
}

test.each(['switch', 'closures'] as const)('growth stops at a moment and goes on with what it moved (%s)', (loop) => {
  useLoop(loop);
  try {
    const instance = instantiate(compile(assemble(SOURCE)));
    for (let i = 0; i < PAGES; i++) instance.call('store', 65_536 * i, i + 1);
    const execution = begun(instance, 'grow', [5]);
    const count = steps(execution, () => undefined);
    expect(count).toBeGreaterThanOrEqual(4);
    expect(execution.results).toEqual([PAGES]);
    expect(instance.call('size')).toBe(PAGES + 5);
    for (let i = 0; i < PAGES; i++) expect(instance.call('load', 65_536 * i)).toBe(i + 1);
    expect(instance.call('load', 65_536 * PAGES)).toBe(0);
  } finally {
    useLoop('switch');
  }
});

type Write = (at: number, value: number) => unknown;
interface World {
  readonly instance: Instance;
  readonly memory: Memory;
  /** Has the memory as its first one, and behind one of its own. */
  readonly others: readonly Instance[];
}

const WRITERS: readonly (readonly [string, (world: World) => Write])[] = [
  [
    'another call',
    ({ instance }) =>
      (at, value) =>
        instance.call('store', at, value),
  ],
  [
    'the host',
    ({ memory }) =>
      (at, value) =>
        memory.bytes.set([value], at),
  ],
  [
    'a module that is made then',
    ({ memory }) =>
      (at, value) => {
        const source = `(module (import "a" "m" (memory 1)) (data (i32.const ${at}) "\\${value.toString(16).padStart(2, '0')}"))`;
        instantiate(compile(assemble(source)), { a: { m: memory } });
      },
  ],
  ...['store', 'vector', 'fill', 'atomic'].flatMap((name) =>
    [0, 1].map(
      (i) =>
        [
          `${name} of an instance to which it is memory ${1 - i}`,
          ({ others }: World): Write =>
            (at, value) =>
              others[i].call(name, at, value),
        ] as const,
    ),
  ),
];

test.each(WRITERS)('what is written in the middle is there afterwards, and growth ends: %s', (_, writerOf) => {
  const instance = instantiate(compile(assemble(SOURCE)));
  const memory = instance.exports['m'] as Memory;
  const own = instantiate(compile(assemble('(module (memory (export "m") 1))'))).exports['m'];
  const imports = { a: { m: memory, own } };
  const others = [SECOND, SECOND.replace('(import "a" "own" (memory $own 1))', '')].map((source) =>
    instantiate(compile(assemble(source)), imports),
  );
  const write = writerOf({ instance, memory, others });
  let written = 0;
  const count = steps(begun(instance, 'grow', [5]), (step) => {
    written = step + 1;
    write(1024, written);
  });
  expect([written, instance.call('load', 1024)].map((n) => (n as number) & 255)).toEqual([count, count]);
  expect(instance.call('size')).toBe(PAGES + 5);
});

test('one that is given up in the middle leaves the memory as it was', () => {
  const instance = instantiate(compile(assemble(SOURCE)));
  instance.call('store', 65_536, 7);
  const execution = begun(instance, 'grow', [5]);
  for (let i = 0; i < 3; i++) expect(execution.step(undefined, PAST)).toBe('slice');
  execution.abandon();
  expect([instance.call('size'), instance.call('load', 65_536), instance.call('grow', 1)]).toEqual([PAGES, 7, PAGES]);
});

test('a call whose deadline passes in the middle ends there, and goes on when it gets another one', () => {
  const instance = instantiate(compile(assemble(SOURCE)));
  instance.call('store', 65_536, 7);
  const execution = begun(instance, 'grow', [5]);
  for (let i = 0; i < 2; i++) execution.step(undefined, PAST);
  execution.deadline = PAST.deadline;
  expect(() => execution.step()).toThrow('the deadline has passed');
  expect(instance.call('load', 65_536)).toBe(7);
  execution.deadline = undefined;
  expect(execution.run()).toEqual([PAGES]);
  expect(instance.call('load', 65_536)).toBe(7);
});

test('two growths in a row stop and go on, each with the size before it', () => {
  const instance = instantiate(compile(assemble(SOURCE)));
  const execution = begun(instance, 'grow2');
  expect(steps(execution, () => undefined)).toBeGreaterThanOrEqual(4);
  expect(execution.results).toEqual([PAGES, PAGES + 1]);
});
