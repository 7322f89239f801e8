// Small programs that use much of the engine, for tests that stop, park, trace or move them. Each exports `run` with one
// i32 parameter, and whatever of its state is to be compared.

export interface Program {
  readonly name: string;
  readonly text: string;
  /** Arguments to call `run` with, one after the other on the same instance. */
  readonly args: readonly number[];
}

const FIB = `(module
  (func $fib (export "run") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2))))))))`;

// Collatz lengths into memory, mixed into an i64 global; traps past the end of memory for large arguments.
const COLLATZ = `(module
  (memory (export "m") 1 3)
  (global $sum (export "sum") (mut i64) (i64.const 0x123456789abcdef))
  (global $f (export "f") (mut f64) (f64.const 0.5))
  (global $g (export "g") (mut f32) (f32.const 1.5))
  (func $length (param $n i64) (result i32) (local $count i32)
    (block $done
      (loop $next
        (br_if $done (i64.le_u (local.get $n) (i64.const 1)))
        (local.set $n
          (select
            (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1))
            (i64.shr_u (local.get $n) (i64.const 1))
            (i32.wrap_i64 (i64.and (local.get $n) (i64.const 1)))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br $next)))
    (local.get $count))
  (func (export "run") (param $n i32) (result i32 i64 f64 f32) (local $i i32) (local $l i32)
    (loop $all
      (local.set $l (call $length (i64.extend_i32_u (local.get $i))))
      (i32.store16 (i32.mul (local.get $i) (i32.const 601)) (local.get $l))
      (global.set $sum (i64.rotl (i64.xor (global.get $sum) (i64.extend_i32_s (local.get $l))) (i64.const 7)))
      (global.set $f (f64.add (f64.mul (global.get $f) (f64.const 1.0009765625)) (f64.convert_i32_s (local.get $l))))
      (global.set $g (f32.sqrt (f32.add (global.get $g) (f32.convert_i32_u (local.get $l)))))
      (br_if $all (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $l) (global.get $sum) (global.get $f) (global.get $g)))`;

// A tiny machine: br_table in a loop, call_indirect to functions of several types, references in locals and a table.
const MACHINE = `(module
  (type $op (func (param i32 i64) (result i32)))
  (type $other (func (result i32)))
  (table $ops (export "t") 8 funcref)
  (elem (table $ops) (i32.const 0) func $add $xor $rot $trap $odd)
  (memory (export "m") 1)
  (global $seed (export "seed") (mut i32) (i32.const 12345))
  (func $add (type $op) (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))
  (func $xor (type $op) (i32.xor (local.get 0) (i32.wrap_i64 (i64.shr_u (local.get 1) (i64.const 3)))))
  (func $rot (type $op) (i32.rotl (local.get 0) (i32.wrap_i64 (i64.and (local.get 1) (i64.const 31)))))
  (func $trap (type $op) (i32.div_u (local.get 0) (i32.const 0)))
  (func $odd (type $other) (i32.const 1))
  (func $random (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.shr_u (global.get $seed) (i32.const 8)))
  (func (export "run") (param $n i32) (result i32) (local $acc i32) (local $f funcref) (local $i i32)
    (local.set $f (ref.func $xor))
    (loop $next
      (block $d (block $c (block $b (block $a
        (br_table $a $b $c $d (i32.rem_u (call $random) (i32.const 5))))
        (local.set $acc (call_indirect $ops (type $op)
          (local.get $acc) (i64.extend_i32_u (local.get $i)) (i32.rem_u (call $random) (i32.const 3))))
        (br $d))
        (table.set $ops (i32.const 6) (local.get $f))
        (local.set $acc (call_indirect $ops (type $op) (local.get $acc) (i64.const -77) (i32.const 6)))
        (br $d))
        (i32.store (i32.and (local.get $acc) (i32.const 0xfffc)) (local.get $i))
        (memory.copy (i32.const 100) (i32.const 60) (i32.const 5000)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (if (i32.gt_u (local.get $n) (i32.const 90))
      (then (drop (call_indirect $ops (type $op) (i32.const 0) (i64.const 0)
        (select (i32.const 3) (i32.const 4) (i32.and (local.get $acc) (i32.const 1)))))))
    (local.get $acc)))`;

// Deep recursion with many live values of all types, tail calls, multiple results; ends in unreachable for 33.
const DEEP = `(module
  (global $depth (export "depth") (mut i32) (i32.const 0))
  (func $down (param i32 i64 f32 f64) (result f64 f32 i64 i32) (local $i i32)
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (if (i32.eqz (local.get 0)) (then
      (if (i32.eq (i32.and (global.get $depth) (i32.const 63)) (i32.const 34)) (then unreachable))
      (return (local.get 3) (local.get 2) (local.get 1) (i32.const -1))))
    (loop $twice
      (local.set 1 (i64.mul (i64.add (local.get 1) (i64.const 11)) (i64.const 0x100000001b3)))
      (br_if $twice (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2))))
    (call $down (i32.sub (local.get 0) (i32.const 1))
      (i64.xor (local.get 1) (i64.extend_i32_s (local.get 0)))
      (f32.add (local.get 2) (f32.const 0.25)) (f64.div (local.get 3) (f64.const 3)))
    (i32.sub (local.get 0)))
  (func $even (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $odd (i32.const 0) (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (param i32 i32) (result i32)
    (if (i32.eqz (local.get 1)) (then (return (i32.const 0))))
    (return_call $even (i32.sub (local.get 1) (i32.const 1))))
  (func (export "run") (param i32) (result i32 f64 f32 i64 i32)
    (call $even (i32.mul (local.get 0) (i32.const 3)))
    (call $down (local.get 0) (i64.const 1) (f32.const 0) (f64.const 1e300))))`;

// Sorting in memory, bulk operations, growth.
const SORT = `(module
  (memory (export "m") 1 4)
  (func $at (param i32) (result i32) (i32.load (i32.shl (local.get 0) (i32.const 2))))
  (func $sort (param $lo i32) (param $hi i32) (local $i i32) (local $j i32) (local $p i32) (local $t i32)
    (br_if 0 (i32.ge_s (local.get $lo) (local.get $hi)))
    (local.set $p (call $at (i32.shr_u (i32.add (local.get $lo) (local.get $hi)) (i32.const 1))))
    (local.set $i (i32.sub (local.get $lo) (i32.const 1)))
    (local.set $j (i32.add (local.get $hi) (i32.const 1)))
    (block $out (loop $part
      (loop $up (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $up (i32.lt_s (call $at (local.get $i)) (local.get $p))))
      (loop $down (local.set $j (i32.sub (local.get $j) (i32.const 1)))
        (br_if $down (i32.gt_s (call $at (local.get $j)) (local.get $p))))
      (br_if $out (i32.ge_s (local.get $i) (local.get $j)))
      (local.set $t (call $at (local.get $i)))
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (call $at (local.get $j)))
      (i32.store (i32.shl (local.get $j) (i32.const 2)) (local.get $t))
      (br $part)))
    (call $sort (local.get $lo) (local.get $j))
    (call $sort (i32.add (local.get $j) (i32.const 1)) (local.get $hi)))
  (func (export "run") (param $n i32) (result i32) (local $i i32) (local $x i32)
    (local.set $x (i32.const 2463534242))
    (loop $fill
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
      (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $x))
      (br_if $fill (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (call $sort (i32.const 0) (i32.sub (local.get $n) (i32.const 1)))
    (drop (memory.grow (i32.const 1)))
    (memory.fill (i32.const 40000) (i32.const 7) (i32.const 25000))
    (memory.copy (i32.const 50000) (i32.const 0) (i32.const 4000))
    (i32.load (i32.shl (local.get $n) (i32.const 1)))))`;

export const PROGRAMS: readonly Program[] = [
  { name: 'fib', text: FIB, args: [14] },
  { name: 'collatz', text: COLLATZ, args: [40, 70, 200] },
  { name: 'machine', text: MACHINE, args: [60, 80, 100] },
  { name: 'deep', text: DEEP, args: [20, 33, 33, 50] },
  { name: 'sort', text: SORT, args: [300] },
];

/** The kernels of the data folder `experiments`: compiled C, each with a small argument for `run`. */
export const KERNELS: Readonly<Record<string, number>> = {
  crc32: 1,
  fib: 12,
  i64mix: 500,
  mandel: 12,
  matmul: 4,
  qsort: 300,
  sieve: 1,
  state: 1,
};
