(module $arith
  (func $divide (param $a i32) (param $b i32) (result i32)
    local.get $a
    local.get $b
    i32.div_s)
  (func $crash (export "crash") (result i32)
    i32.const 7
    i32.const 0
    call $divide))
