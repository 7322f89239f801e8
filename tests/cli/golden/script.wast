(module $m
  (import "spectest" "print_i32" (func (param i32)))
  (func (export "twice") (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1))))
(assert_return (invoke "twice" (i32.const 21)) (i32.const 42))
(assert_return (invoke "twice" (i32.const 21)) (i32.const 43))
(assert_invalid (module (func (result i32))) "type mismatch")
