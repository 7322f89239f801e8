// What a unit of fuel costs in the string builtins, which only the JavaScript API has: loops of each, with strings of
// several lengths, in a namespace with fuel.
import { funcOf } from '../../src/jsapi/crossing.ts';
import { createWebAssembly } from '../../src/jsapi/index.ts';
import type { Func } from '../../src/runtime/instance.ts';
import { assemble } from '../../src/text/index.ts';
import { cpu, type Figure, type Part, perUnit } from './part.ts';

const TYPES: Readonly<Record<string, string>> = {
  fromCharCodeArray: '(param (ref null $a) i32 i32) (result (ref extern))',
  intoCharCodeArray: '(param externref (ref null $a) i32) (result i32)',
  fromCharCode: '(param i32) (result (ref extern))',
  charCodeAt: '(param externref i32) (result i32)',
  length: '(param externref) (result i32)',
  concat: '(param externref externref) (result (ref extern))',
  substring: '(param externref i32 i32) (result (ref extern))',
  equals: '(param externref externref) (result i32)',
  compare: '(param externref externref) (result i32)',
  test: '(param externref) (result i32)',
};
const IMPORTS = Object.entries(TYPES).map(
  ([name, type]) => `(import "wasm:js-string" "${name}" (func $${name} ${type}))`,
);

/** Strings `s` and `t` and the array `x` have as many characters as the first call says; what is in `r` may grow. */
const HEAD = `(type $a (array (mut i16))) ${IMPORTS.join(' ')}
  (global $x (mut (ref null $a)) (ref.null $a)) (global $n (mut i32) (i32.const 0))
  (global $s (mut externref) (ref.null extern)) (global $t (mut externref) (ref.null extern)) (global $r (mut externref) (ref.null extern))
  (func (export "ready") (param i32) (global.set $n (local.get 0)) (global.set $x (array.new $a (i32.const 0x4e00) (local.get 0)))
    (global.set $s (call $fromCharCodeArray (global.get $x) (i32.const 0) (local.get 0)))
    (global.set $t (call $fromCharCodeArray (global.get $x) (i32.const 0) (local.get 0)))
    (global.set $r (call $fromCharCode (i32.const 97))))`;

const BODIES = new Map([
  ['fromCharCodeArray', '(drop (call $fromCharCodeArray (global.get $x) (i32.const 0) (global.get $n)))'],
  ['intoCharCodeArray', '(drop (call $intoCharCodeArray (global.get $s) (global.get $x) (i32.const 0)))'],
  ['fromCharCode', '(drop (call $fromCharCode (i32.const 97)))'],
  ['charCodeAt', '(drop (call $charCodeAt (global.get $s) (i32.const 0)))'],
  ['length', '(drop (call $length (global.get $s)))'],
  ['concat that is read', '(drop (call $charCodeAt (call $concat (global.get $s) (global.get $t)) (i32.const 0)))'],
  ['concat of what it gave', '(global.set $r (call $concat (global.get $r) (global.get $s)))'],
  ['concat with itself', '(global.set $r (call $concat (global.get $r) (global.get $r)))'],
  [
    'concat of a rope that is read',
    '(global.set $r (call $concat (global.get $r) (call $fromCharCode (i32.const 98)))) (drop (call $charCodeAt (global.get $r) (i32.const 0)))',
  ],
  ['substring', '(drop (call $substring (global.get $s) (i32.const 1) (global.get $n)))'],
  [
    'substring of a rope',
    '(drop (call $substring (call $concat (global.get $s) (global.get $t)) (i32.const 1) (global.get $n)))',
  ],
  ['equals', '(drop (call $equals (global.get $s) (global.get $t)))'],
  ['compare', '(drop (call $compare (global.get $s) (global.get $t)))'],
  [
    'equals of ropes',
    '(drop (call $equals (call $concat (global.get $s) (global.get $t)) (call $concat (global.get $t) (global.get $s))))',
  ],
]);

const LENGTHS = [1, 1000, 100_000, 5_000_000];

/** Milliseconds that a stretch is to take. */
const STRETCH = 60;

/** The names of the loops. */
export const STRING_LOOPS = [...BODIES.keys()];

/** The loop `f` over strings of so many characters, as a function to be called. */
export function stringLoop(name: string, length: number): Func {
  const exports = load(BODIES.get(name) as string);
  exports['ready'](length);
  return funcOf(exports['f'] as never) as Func;
}

/** An instance with a loop, in a namespace with fuel where some is given. */
function load(body: string, fuel?: { left: number }): Record<string, (length?: number) => void> {
  const own = createWebAssembly(fuel === undefined ? {} : { fuel });
  const bytes = assemble(`(module ${HEAD} (func (export "f") (loop $again ${body} (br $again))))`);
  const compiled = new own.Module(bytes as never, { builtins: ['js-string'] } as never);
  return new own.Instance(compiled, {} as never).exports as never;
}

function measure(name: string): Figure[] {
  const [body, length] = name.split(', ');
  // The first that runs is not to pay for what the engine itself needs once.
  load('', { left: 1e6 })['ready'](1);
  const fuel = { left: 1e12 };
  const exports = load(BODIES.get(body) as string, fuel);
  let ended = '';
  const run = (call: () => void): { ms: number; used: number } => {
    const [before, had] = [cpu(), fuel.left];
    try {
      call();
    } catch (error) {
      ended = String(error).slice(0, 80);
    }
    return { ms: cpu() - before, used: Math.max(1, had - fuel.left) };
  };
  const ready = run(() => exports['ready'](Number(length)));
  let units = 100;
  let warm = { ms: Number.POSITIVE_INFINITY, used: 1 };
  for (let i = 0; i < 6; i++) {
    fuel.left = units;
    const one = run(() => exports['f']());
    if (one.ms / one.used < warm.ms / warm.used) warm = one;
    units = Math.min(1e6, Math.max(20, Math.floor((STRETCH * one.used) / Math.max(one.ms, 0.1))));
  }
  return [perUnit('making them', ready.ms, ready.used, ''), perUnit('warm', warm.ms, warm.used, ended)];
}

export const STRINGS: Part = {
  cases: ({ short }) =>
    [...BODIES.keys()]
      .flatMap((body) => LENGTHS.map((length) => `${body}, ${length}`))
      .filter((_, i) => !short || i % 9 === 2),
  measure,
};
