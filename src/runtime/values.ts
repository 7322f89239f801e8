// Values at the border between wasm and JavaScript. https://webassembly.github.io/spec/core/exec/runtime.html#values
// Inside, numbers are int32 words in slots and references are elements of an array; this file names both views.

/**
 * A reference as JavaScript sees it: null, a Func, or any JS value behind an externref. `undefined` and JS null are
 * different externrefs: an externref that holds JS null is wrapped as HostNull so that it is not the null reference.
 */
export type RefValue = unknown;

/**
 * A value that crosses the embedding API: i32, f32 and f64 as number, i64 as bigint, references as they are.
 * An f32 or f64 NaN may lose its payload on the way, as in the JS API; Bits keeps it.
 */
export type Value = number | bigint | RefValue;

/** A value bit for bit: a number type as the unsigned bigint of its bits (v128 too), a reference as it is. */
export type Bits = bigint | RefValue;
