// What calls use in fuel is the same number on every host: docs/fuel.md. These are recorded, and change where prices do.
import { compile, instantiate } from '../../../src/index.ts';
import { assemble } from '../../../src/text/index.ts';
import type { Tally } from './types.ts';

const wide = (count: number, text: string): string => new Array(count + 1).join(text);

/** Modules whose `f` is called with 12, and the units of the first call and of a later one. */
const PROGRAMS: Readonly<Record<string, readonly [text: string, first: number, later: number]>> = {
  recursion: [
    `(func $f (export "f") (param i32) (result i32)
      (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
        (else (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (call $f (i32.sub (local.get 0) (i32.const 2)))))))`,
    930,
    929,
  ],
  'code without branches': [
    `(func (export "f") (param i32) ${wide(3000, '(drop (i32.mul (local.get 0) (local.get 0)))')})`,
    328,
    46,
  ],
  memories: [
    `(memory 1 40) (data $d "abcdef") (func (export "f") (param i32)
      (drop (memory.grow (i32.const 1))) (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))
      (memory.copy (i32.const 9) (i32.const 0) (i32.const 40000)) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 6)))`,
    175,
    175,
  ],
  tables: [
    `(table $t 1 externref) (func (export "f") (param i32)
      (drop (table.grow $t (ref.null extern) (i32.const 1000)))
      (table.fill $t (i32.const 1) (ref.null extern) (i32.const 999)) (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 500)))`,
    44,
    43,
  ],
  'structs and arrays': [
    `(type $s (struct ${wide(700, '(field i64)')})) (type $a (array (mut i8)))
    (func (export "f") (param i32) (drop (struct.new_default $s)) (drop (array.new $a (i32.const 1) (i32.const 5000)))
      (array.copy $a $a (array.new_default $a (i32.const 900)) (i32.const 0) (array.new_default $a (i32.const 900)) (i32.const 0) (i32.const 900)))`,
    134,
    133,
  ],
  exceptions: [
    `(tag $e (param i32)) (func $deep (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 7)))) (call $deep (i32.sub (local.get 0) (i32.const 1))))
    (func (export "f") (param i32) (drop (block $h (result i32)
      (try_table (catch $e $h) (call $deep (i32.mul (local.get 0) (i32.const 50)))) (i32.const 0))))`,
    1213,
    1211,
  ],
  'branches and vectors': [
    `(func (export "f") (param i32) (local v128)
      (loop $l (block $b (block $a (br_table $a $b (i32.and (local.get 0) (i32.const 1))))
        (local.set 1 (i32x4.add (local.get 1) (i32x4.splat (local.get 0)))))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))`,
    24,
    23,
  ],
};

/** Units that a call of `f` uses, in one go or a few at a time. */
function used(instance: ReturnType<typeof instantiate>, slice: number): number {
  const call = instance.begin('f', [12]);
  call.fuel = 1e6;
  while (call.step(slice) !== 'done');
  return 1e6 - call.fuel;
}

export function checkFuel(): Tally {
  let passed = 0;
  const failures: string[] = [];
  for (const name of Object.keys(PROGRAMS)) {
    const [text, first, later] = PROGRAMS[name];
    const module = compile(assemble(`(module ${text})`));
    for (const slice of [Number.POSITIVE_INFINITY, 3]) {
      const instance = instantiate(module);
      const found = [used(instance, slice), used(instance, slice)];
      if (found.join() === [first, later].join()) passed++;
      else failures.push(`${name}, ${slice} at a time: ${found.join(' and ')} units, expected ${first} and ${later}`);
    }
  }
  return { passed, failures };
}
