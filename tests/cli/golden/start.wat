(module (global $done (mut i32) (i32.const 0)) (func $main (global.set $done (i32.const 1))) (start $main))
