;; The average of numbers in memory, with a mistake: of no numbers it divides by zero.
;;   wasmi-ts --trace --invoke average average.wat 2
(module $average
  (memory 1)
  (data (i32.const 16) "\03\00\00\00\05\00\00\00")
  (func $sum (param $at i32) (param $count i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (func $average (export "average") (param $count i32) (result i32)
    (i32.div_s (call $sum (i32.const 16) (local.get $count)) (local.get $count))))
