// What the engine does in one piece, modules and instances, counts in its share of the host's turn.
import { expect, test } from 'vitest';
import { compile, ExhaustionError, type Instance, instantiate, instantiateAsync, Limits } from '../../src/index.ts';
import { beginInstantiate } from '../../src/instance.ts';
import { createWebAssembly } from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { turnsOf } from '../turns.ts';

const CALLS = '(module (import "h" "f" (func $f)) (func (export "go") (call $f)))';
const HOST = { h: { f: () => undefined } };
/** So many functions that compiling them takes longer than the share of a turn, on any machine. */
const LONG = `(module ${'(func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))'.repeat(20_000)})`;

const api = createWebAssembly();

/** Who comes first: the guest, called in this turn, or what the host wants to do in the next one. */
async function order(before: () => unknown): Promise<string[]> {
  const seen: string[] = [];
  const instance = instantiate(compile(assemble(CALLS)), { h: { f: () => void seen.push('guest') } });
  // A turn of its own: what was read until here is forgotten when a run has had to wait for one.
  await instance.callAsync('go');
  seen.length = 0;
  await new Promise((done) => setImmediate(done));
  before();
  setImmediate(() => seen.push('host'));
  await instance.callAsync('go');
  await new Promise((done) => setImmediate(done));
  return seen;
}

test('a call began in the turn that its module had used up, and the host waited for both', async () => {
  const bytes = assemble(LONG);
  expect(await order(() => compile(bytes))).toEqual(['host', 'guest']);
});

/** So many elements that making them takes longer, too. */
const LARGE = assemble('(module (table 10000000 funcref))');

test.each([
  ['begun, of a program', () => beginInstantiate(compile(LARGE))],
  ['of the JavaScript API', () => new api.Instance(new api.Module(LARGE))],
])('an instance %s, was made in one piece, and a call went on in the same turn', async (_what, make) => {
  expect(await order(make)).toEqual(['host', 'guest']);
});

test.each([
  ['calls that were short', (one: Instance) => one.callAsync('go')],
  ['instances that were small', (one: Instance) => instantiateAsync(one.module, HOST)],
])('%s, one after the other, had each a new share of the turn, and the host none', async (_what, begin) => {
  const instance = instantiate(compile(assemble(CALLS)), HOST);
  let turns = 0;
  const count = (): void => {
    turns++;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  for (let i = 0; i < 10_000; i++) await begin(instance);
  clearImmediate(immediate);
  expect(turns).toBeGreaterThan(3);
});

test('a call begins at once where nothing was read or made before it in its turn', async () => {
  expect(await order(() => undefined)).toEqual(['guest', 'host']);
});

/** Holds so many structs, 112 bytes each, in the place of those before. */
const MANY = `(module (type $s (struct (field (ref null $s)))) (global $last (mut (ref null $s)) (ref.null $s))
  (func (export "make") (param $n i32)
    (global.set $last (ref.null $s))
    (loop $more
      (global.set $last (struct.new $s (global.get $last)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`;
const MEGABYTES = (n: number): string =>
  `(module (type $a (array i8)) ${'(elem (ref $a) (array.new_default $a (i32.const 1000000)))'.repeat(n)})`;

test('what is reached was counted at once where an instance is made, and the host had no turn', async () => {
  const make = async (megabytes: number, how: typeof instantiate | typeof instantiateAsync): Promise<number[]> => {
    const limits = new Limits({ objectBytes: 130_000_000 });
    const many = instantiate(compile(assemble(MANY)), {}, { limits });
    for (let i = 0; i < 2; i++) many.call('make', 500_000);
    const module = compile(assemble(MEGABYTES(megabytes)));
    await new Promise((done) => setImmediate(done));
    const fuel = { left: 1e9 };
    const [, turns] = await turnsOf(how(module, {}, { limits, fuel }));
    return [turns, 1e9 - fuel.left];
  };
  const [turns, spent] = await make(30, instantiateAsync);
  const [noTurns, spentAtOnce] = await make(30, instantiate);
  expect([turns > 3, noTurns < 3]).toEqual([true, true]);
  expect(spent).toBe(spentAtOnce);
  await expect(make(90, instantiateAsync)).rejects.toThrow(ExhaustionError);
});
