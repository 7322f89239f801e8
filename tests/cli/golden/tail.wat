(module (func (export "f") (result i32) return_call 1) (func (result i32) i32.const 1))
