;; A factorial, for a first look at a trace:
;;   wasmi-ts --trace --invoke run factorial.wat
(module $factorial
  (memory 1)
  (func $fac (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else
        (i64.mul
          (local.get $n)
          (call $fac (i64.sub (local.get $n) (i64.const 1)))))))
  (func $run (export "run") (result i64)
    (local $result i64)
    (local.set $result (call $fac (i64.const 2)))
    (i64.store offset=8 (i32.const 0) (local.get $result))
    (local.get $result)))
