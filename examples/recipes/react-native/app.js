// Code that knows nothing of wasmi-ts: it uses the global WebAssembly, like any package that brings wasm along.
// The bytes are those of this module:
//   (module (func $f (export "f") (param i32) (result i32)
//     (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
//       (else (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (call $f (i32.sub (local.get 0) (i32.const 2))))))))
// biome-ignore format: a table
const bytes = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 30, 1, 28, 0,
  32, 0, 65, 2, 72, 4, 127, 32, 0, 5, 32, 0, 65, 1, 107, 16, 0, 32, 0, 65, 2, 107, 16, 0, 106, 11,
  11,
];

export async function fibonacci(n) {
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
  return instance.exports.f(n);
}
