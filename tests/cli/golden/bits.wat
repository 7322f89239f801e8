;; Values by bits through the command line: NaNs of every payload, vectors, references.
(module
  (tag $t (param i32 i64 f32 f64 v128 externref))
  (func $named (export "bits32") (param f32) (result i32) (i32.reinterpret_f32 (local.get 0)))
  (func (export "bits64") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
  (func (export "floats") (param i32 i64) (result f32 f64)
    (f32.reinterpret_i32 (local.get 0)) (f64.reinterpret_i64 (local.get 1)))
  (func (export "vector") (param v128) (result v128) (i32x4.add (local.get 0) (v128.const i32x4 1 1 1 1)))
  (func (export "references") (result anyref i31ref funcref externref)
    (ref.i31 (i32.const -5)) (ref.i31 (i32.const 5)) (ref.func $named) (ref.null extern))
  (func (export "throw")
    (throw $t (i32.const -1) (i64.const -1) (f32.const -0) (f64.const nan:0x4) (v128.const i32x4 1 2 3 4) (ref.null extern))))
