;; Answers a request of HTTP as WAGI has it: headers, an empty line, the body. It greets whom the query names.
;;   wasmi-ts serve greet.wat   and then   http://localhost:3000/greet?Ada
(module $greet
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param $pointers i32) (param $texts i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovecs i32) (param $count i32) (param $written i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "content-type: text/plain\n\nHello, ")
  (data (i32.const 64) "world")
  (data (i32.const 72) "!\n")

  (func $print (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  ;; A text's length up to its NUL.
  (func $length (param $at i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $at))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $at)))

  (func (export "_start")
    (local $name i32)
    (call $print (i32.const 16) (i32.const 33))
    (local.set $name (i32.const 64))
    (drop (call $args_sizes_get (i32.const 8) (i32.const 12)))
    ;; The first argument is the path, the second the first part of the query. Requests are shorter than a page.
    (if (i32.gt_u (i32.load (i32.const 8)) (i32.const 1))
      (then
        (drop (call $args_get (i32.const 1024) (i32.const 65536)))
        (local.set $name (i32.load (i32.const 1028)))))
    (call $print (local.get $name) (call $length (local.get $name)))
    (call $print (i32.const 72) (i32.const 2))))
