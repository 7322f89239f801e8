// A guest calls a host function that returns a promise, and waits: to the guest it is an ordinary call.
//   node examples/await.mjs
import { compile, instantiate } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';

const module = compile(
  assemble(`(module
    (import "host" "price" (func $price (param i32) (result f64)))
    (func (export "total") (param $first i32) (param $last i32) (result f64)
      (local $sum f64)
      (loop $next
        (local.set $sum (f64.add (local.get $sum) (call $price (local.get $first))))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (br_if $next (i32.le_s (local.get $first) (local.get $last))))
      (local.get $sum)))`),
);

// Stands for a database or a network: each answer takes a while.
const price = (item) => new Promise((resolve) => setTimeout(resolve, 10, item * 1.5));

const shop = instantiate(module, { host: { price } });
// Both calls wait at the same time, each on a stack of its own.
const totals = await Promise.all([shop.callAsync('total', [1, 3]), shop.callAsync('total', [10, 12])]);
console.log(totals.join(' and '));

// Prints:
//   9 and 49.5
