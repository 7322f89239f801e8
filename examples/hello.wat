;; Says hello on standard output: the smallest WASI program that does something.
;;   wasmi-ts hello.wat
(module $hello
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovecs i32) (param $count i32) (param $written i32) (result i32)))
  (memory (export "memory") 1)
  ;; One iovec: pointer 8, length 13. Then the text.
  (data (i32.const 0) "\08\00\00\00\0d\00\00\00Hello, world\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))))
