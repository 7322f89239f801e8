(module
  (func $down (export "_start")
    call $down))
