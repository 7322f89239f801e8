// Two modules share a memory and call each other's functions by name.
//   node examples/link.mjs
import { Linker, compile } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';

const stack = compile(
  assemble(`(module
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 0))
    (func (export "push") (param $value i32)
      (i32.store (global.get $top) (local.get $value))
      (global.set $top (i32.add (global.get $top) (i32.const 4))))
    (func (export "pop") (result i32)
      (global.set $top (i32.sub (global.get $top) (i32.const 4)))
      (i32.load (global.get $top))))`),
);

const calculator = compile(
  assemble(`(module
    (import "stack" "push" (func $push (param i32)))
    (import "stack" "pop" (func $pop (result i32)))
    (import "log" "number" (func $log (param i32)))
    (func (export "run")
      (call $push (i32.const 6))
      (call $push (i32.const 7))
      (call $push (i32.mul (call $pop) (call $pop)))
      (call $log (call $pop))))`),
);

const linker = new Linker().define('log', 'number', (value) => console.log(value));
const first = linker.instantiate(stack);
linker.defineInstance('stack', first);
linker.instantiate(calculator).call('run');
console.log([...first.exports.memory.bytes.subarray(0, 8)].join(' '));

// Prints:
//   42
//   42 0 0 0 7 0 0 0
