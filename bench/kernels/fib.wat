;; Calls and nothing else: Fibonacci numbers by the definition.
(module
  (func $fib (export "run") (param $n i32) (result i32)
    (if (i32.lt_u (local.get $n) (i32.const 2)) (then (return (local.get $n))))
    (call $fib (i32.sub (local.get $n) (i32.const 1)))
    (call $fib (i32.sub (local.get $n) (i32.const 2)))
    i32.add))
