;; Names by annotation: directly after the keyword, or after the identifier. Names may be equal, or empty.
(module
  (type (struct (field (@name "f") i32) (field $f (@name "") i32)))
  (func (param (@name "p") i32) (param $q (@name "p") i32) (local (@name "l") i64) (local $x i32)
    (local.set $x (local.get $q))
    (block (@name "") (br 0))))
