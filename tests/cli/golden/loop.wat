(module
  (func $spin (export "_start")
    (loop (br 0))))
