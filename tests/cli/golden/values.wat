(module
  (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
    local.get 3 local.get 2 local.get 1 local.get 0)
  (func (export "none"))
  (func (export "null") (param funcref) (result funcref) (local.get 0)))
