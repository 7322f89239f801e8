// Allocates in a wasm loop under the heap that node was given, and drops references of the host: run by garbage.test.ts
// with small numbers, and by hand in full:
//   node --expose-gc --max-old-space-size=256 --import tsx tests/engine/garbage-child.ts 50000000
// It prints how many objects it made, the largest heap it saw afterwards in MB, and how many of the dropped are gone.
import { encodeModule } from '../../src/encoder/encode.ts';
import { compile, instantiate } from '../../src/index.ts';
import { parseModule } from '../../src/text/parser.ts';

const TEXT = `(module
  (type $n (struct (field i32) (field (mut (ref null $n)))))
  (type $a (array (mut i64)))
  (global $list (mut (ref null $n)) (ref.null $n))
  (table $t 4 externref)
  (func (export "allocate") (param $k i32) (result i32) (local $all i32)
    (loop $l
      ;; A list of 1,024 objects and an array, dropped again and again.
      (global.set $list (struct.new $n (local.get $k) (global.get $list)))
      (if (i32.eqz (i32.and (local.get $k) (i32.const 1023)))
        (then
          (local.set $all (i32.add (local.get $all) (array.len (array.new_default $a (i32.const 200)))))
          (global.set $list (ref.null $n))))
      (br_if $l (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    (local.get $all))
  (func (export "keep") (param externref) (table.set $t (i32.const 1) (local.get 0)))
  (func (export "pass") (param externref) (result i32) (local $r externref)
    (local.set $r (local.get 0)) (ref.is_null (local.get $r))))`;

const count = Number(process.argv[2]);
const collect = (globalThis as { gc?: () => void }).gc as () => void;
const instance = instantiate(compile(encodeModule(parseModule(TEXT))));

instance.call('allocate', count);
collect();
const heap = process.memoryUsage().heapUsed / 1e6;

// The library of ES2020 does not have the type.
interface Weak {
  deref(): object | undefined;
}
const { WeakRef: WeakReference } = globalThis as unknown as { WeakRef: new (target: object) => Weak };

// Passed and forgotten, kept in a table, and held by a function of the host for a while.
const refs: Weak[] = [];
const passed = (exported: string): void => {
  const object = { big: new Array(100).fill(exported) };
  refs.push(new WeakReference(object));
  instance.call(exported, object);
};
passed('pass');
passed('keep');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
const alive = async (): Promise<string> => {
  await turn();
  collect();
  await turn();
  return refs.map((one) => (one.deref() === undefined ? 'gone' : 'alive')).join(' ');
};
const before = await alive();
instance.call('keep', null);
const after = await alive();
console.log(JSON.stringify({ count, heap: Math.round(heap), before, after }));
