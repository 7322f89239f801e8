;; Waits for somebody to wake it, but there is nobody.
(module
  (import "env" "memory" (memory 1 1 shared))
  (func (export "_start")
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
