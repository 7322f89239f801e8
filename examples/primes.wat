;; Prints the prime numbers up to its argument, by the sieve of Eratosthenes: a WASI program.
;;   wasmi-ts primes.wat 50
;;
;; Memory:       0  one iovec (pointer, length) and what fd_write answers
;;              16  number of arguments, and how many bytes they take
;;            1024  pointers to the arguments, then the arguments
;;          65,536  output that is not written yet
;;         131,072  the sieve: a byte per number, 1 for numbers that are crossed out
(module $primes
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 32) "usage: primes NUMBER (at most 1000000000)\n")

  ;; Where the next byte of output goes.
  (global $out (mut i32) (i32.const 65536))

  (func $fail (param $code i32)
    (call $proc_exit (local.get $code))
    unreachable)

  ;; Writes all of [$at, $at + $length) to a file descriptor, in as many turns as it takes.
  (func $write (param $fd i32) (param $at i32) (param $length i32)
    (loop $more
      (if (i32.eqz (local.get $length)) (then (return)))
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $length))
      (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
        (then (call $fail (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
      (br $more)))

  (func $flush
    (call $write (i32.const 1) (i32.const 65536) (i32.sub (global.get $out) (i32.const 65536)))
    (global.set $out (i32.const 65536)))

  (func $put (param $byte i32)
    (if (i32.eq (global.get $out) (i32.const 131072)) (then (call $flush)))
    (i32.store8 (global.get $out) (local.get $byte))
    (global.set $out (i32.add (global.get $out) (i32.const 1))))

  ;; Prints a number above zero in decimal.
  (func $put_number (param $n i32)
    (local $unit i32)
    (local.set $unit (i32.const 1))
    (loop $widen
      (if (i32.ge_u (i32.div_u (local.get $n) (local.get $unit)) (i32.const 10))
        (then
          (local.set $unit (i32.mul (local.get $unit) (i32.const 10)))
          (br $widen))))
    (loop $digit
      (call $put
        (i32.add (i32.const 0x30) (i32.rem_u (i32.div_u (local.get $n) (local.get $unit)) (i32.const 10))))
      (local.set $unit (i32.div_u (local.get $unit) (i32.const 10)))
      (br_if $digit (local.get $unit))))

  (func $usage
    (call $write (i32.const 2) (i32.const 32) (i32.const 42))
    (call $fail (i32.const 2)))

  ;; The first argument behind the program's name, as a number.
  (func $limit (result i32)
    (local $at i32) (local $byte i32) (local $n i32)
    (if (call $args_sizes_get (i32.const 16) (i32.const 20)) (then (call $fail (i32.const 1))))
    (if (i32.ne (i32.load (i32.const 16)) (i32.const 2)) (then (call $usage)))
    (if (i32.gt_u (i32.load (i32.const 20)) (i32.const 60000)) (then (call $usage)))
    (if (call $args_get (i32.const 1024) (i32.const 1032)) (then (call $fail (i32.const 1))))
    (local.set $at (i32.load (i32.const 1028)))
    (if (i32.eqz (i32.load8_u (local.get $at))) (then (call $usage)))
    (loop $digit
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (local.get $byte)
        (then
          (local.set $byte (i32.sub (local.get $byte) (i32.const 0x30)))
          (if (i32.gt_u (local.get $byte) (i32.const 9)) (then (call $usage)))
          (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 10)) (local.get $byte)))
          (if (i32.gt_u (local.get $n) (i32.const 1000000000)) (then (call $usage)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $digit))))
    (local.get $n))

  ;; Makes room for the sieve. New memory is zero: no number is crossed out yet.
  (func $reserve (param $numbers i32)
    (local $pages i32)
    (local.set $pages (i32.add (i32.div_u (local.get $numbers) (i32.const 65536)) (i32.const 1)))
    (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (call $fail (i32.const 1)))))

  ;; Crosses out the multiples of a prime, from its square on.
  (func $cross_out (param $prime i32) (param $limit i32)
    (local $multiple i32)
    (local.set $multiple (i32.mul (local.get $prime) (local.get $prime)))
    (loop $next
      (if (i32.le_u (local.get $multiple) (local.get $limit))
        (then
          (i32.store8 offset=131072 (local.get $multiple) (i32.const 1))
          (local.set $multiple (i32.add (local.get $multiple) (local.get $prime)))
          (br $next)))))

  (func (export "_start")
    (local $limit i32) (local $n i32) (local $more i32)
    (local.set $limit (call $limit))
    (call $reserve (local.get $limit))
    (local.set $n (i32.const 2))
    (loop $next
      (if (i32.le_u (local.get $n) (local.get $limit))
        (then
          (if (i32.eqz (i32.load8_u offset=131072 (local.get $n)))
            (then
              (if (local.get $more) (then (call $put (i32.const 0x20))))
              (local.set $more (i32.const 1))
              (call $put_number (local.get $n))
              ;; Above 31,622 the square is beyond every limit, and above 65,535 beyond an i32.
              (if (i32.le_u (local.get $n) (i32.const 31622))
                (then (call $cross_out (local.get $n) (local.get $limit))))))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $next))))
    (call $put (i32.const 0x0a))
    (call $flush)))
