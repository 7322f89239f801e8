// The guest that hostile values are handed to. Every function that takes one from the host stands between canaries: its
// caller and itself fill locals of all kinds, and look at them again afterwards. `nested`, which code of the host calls in
// the middle, does the same above. A local that changed is counted in the global `damage`.

/** Types that a host value enters as: name, type, and what to do with it once it is there. */
// biome-ignore format: a table
export const TYPES = [
  ['i32', 'i32', 'drop'], ['i64', 'i64', 'drop'], ['f32', 'f32', 'drop'], ['f64', 'f64', 'drop'],
  ['externref', 'externref', '(call $look)'],
  ['anyref', 'anyref', 'extern.convert_any (call $look)'],
  ['eqref', 'eqref', 'drop'], ['i31ref', 'i31ref', 'drop'],
  ['structref', 'structref', 'drop'], ['arrayref', 'arrayref', 'drop'],
  ['s', '(ref null $s)', 'drop'], ['a', '(ref null $a)', 'drop'],
  ['funcref', 'funcref', 'drop'], ['f', '(ref null $f)', 'drop'],
] as const;

const MANY = '(result i32 externref f64 i64)';

const SET = `(local.set $c0 (i32.const 1111)) (local.set $c1 (i32.const 2222)) (local.set $c2 (i64.const 3333333333))
    (local.set $c3 (f64.const 4.5)) (local.set $c4 (f32.const 5.5)) (local.set $c5 (ref.i31 (i32.const 6666)))
    (local.set $c6 (i32.const 7777)) (local.set $c7 (i32.const 8888))`;
const LOCALS =
  '(local $c0 i32) (local $c1 i32) (local $c2 i64) (local $c3 f64) (local $c4 f32) (local $c5 i31ref) (local $c6 i32) (local $c7 i32)';
const CHECK = `(if (i32.eqz (i32.and (i32.and (i32.and (i32.eq (local.get $c0) (i32.const 1111)) (i32.eq (local.get $c1) (i32.const 2222)))
      (i32.and (i64.eq (local.get $c2) (i64.const 3333333333)) (f64.eq (local.get $c3) (f64.const 4.5))))
      (i32.and (i32.and (f32.eq (local.get $c4) (f32.const 5.5)) (ref.eq (local.get $c5) (ref.i31 (i32.const 6666))))
        (i32.and (i32.eq (local.get $c6) (i32.const 7777)) (i32.eq (local.get $c7) (i32.const 8888))))))
      (then (global.set $damage (i32.add (global.get $damage) (i32.const 1)))))`;

/** An exported function that does something below a frame of its own and within another. */
function guarded(name: string, params: string, pass: string, body: string): string {
  return `(func $in_${name} ${params} ${LOCALS} ${SET} ${body} ${CHECK})
  (func (export "${name}") ${params} ${LOCALS} ${SET} (call $in_${name} ${pass}) ${CHECK})`;
}

const dropped = (use: string, value: string): string => `${value} ${use}`;

const ENTRIES = TYPES.map(([name, type, use]) => {
  const imported = `(import "h" "${name}" (func $h_${name} (result ${type})))`;
  const result = guarded(`result_${name}`, '', '', dropped(use, `(call $h_${name})`));
  const argument = guarded(
    `argument_${name}`,
    `(param i32 ${type} i32)`,
    '(local.get 0) (local.get 1) (local.get 2)',
    `${dropped(use, '(local.get 1)')}
      (if (i32.eqz (i32.and (i32.eq (local.get 0) (i32.const 41)) (i32.eq (local.get 2) (i32.const 43))))
        (then (global.set $damage (i32.add (global.get $damage) (i32.const 1)))))`,
  );
  return { imported, code: `${result}\n  ${argument}` };
});

const GLOBALS = TYPES.map(([name, type]) => {
  const zero = ['i32', 'i64', 'f32', 'f64'].includes(type) ? `${type}.const 0` : undefined;
  const init = zero ?? `ref.null ${{ s: '$s', a: '$a', f: '$f' }[name as string] ?? type.replace('ref', '')}`;
  return `(global (export "global_${name}") (mut ${type}) (${init}))`;
});

export const GUEST = `(module
  (type $s (struct (field (mut i32)) (field externref))) (type $a (array (mut i32))) (type $f (func (result i32)))
  (import "h" "void" (func $h_void)) (import "h" "many" (func $h_many ${MANY}))
  (import "h" "tag" (tag $tag (param i32 externref f64 (ref null $s))))
  (import "h" "jstag" (tag $js (param externref)))
  ${ENTRIES.map((one) => one.imported).join('\n  ')}
  (memory (export "memory") 1 40)
  (table (export "table") 8 40 externref)
  (global $damage (export "damage") (mut i32) (i32.const 0))
  ${GLOBALS.join('\n  ')}
  (func (export "make_s") (result (ref $s)) (struct.new $s (i32.const 9) (ref.null extern)))
  (func (export "make_a") (result (ref $a)) (array.new $a (i32.const 7) (i32.const 3)))
  (func (export "make_f") (type $f) (i32.const 5))
  ;; Casts of every kind: none of them may call out, and a struct that passes is one.
  (func $look (param externref) (local anyref)
    (local.set 1 (any.convert_extern (local.get 0)))
    (drop (ref.test (ref struct) (local.get 1))) (drop (ref.test (ref array) (local.get 1)))
    (drop (ref.test (ref i31) (local.get 1))) (drop (ref.test (ref eq) (local.get 1)))
    (if (ref.test (ref $s) (local.get 1))
      (then (if (i32.ne (struct.get $s 0 (ref.cast (ref $s) (local.get 1))) (i32.const 9))
        (then (global.set $damage (i32.add (global.get $damage) (i32.const 1)))))))
    (if (ref.test (ref $a) (local.get 1))
      (then (if (i32.ne (array.len (ref.cast (ref $a) (local.get 1))) (i32.const 3))
        (then (global.set $damage (i32.add (global.get $damage) (i32.const 1)))))))
    (block $b (result anyref) (br_on_cast $b anyref (ref $s) (local.get 1))) drop
    (block $c (result anyref) (br_on_cast_fail $c anyref (ref $a) (local.get 1))) drop
    (block $d (result anyref) (br_on_cast $d anyref (ref i31) (local.get 1))) drop)
  ${guarded('casts', '(param externref)', '(local.get 0)', '(call $look (local.get 0))')}
  ${guarded('cast', '(param externref)', '(local.get 0)', '(drop (ref.cast (ref $s) (any.convert_extern (local.get 0))))')}
  ${guarded('result_void', '', '', '(call $h_void)')}
  ${guarded('result_many', '', '', '(call $h_many) drop drop (call $look) drop')}
  ${guarded('caught_all', '', '', '(block $h (try_table (catch_all $h) (call $h_void)))')}
  ${guarded('caught_js', '', '', '(block $h (result externref) (try_table (catch $js $h) (call $h_void)) (ref.null extern)) (call $look)')}
  ${guarded('caught_tag', '', '', '(block $h (result i32 externref f64 (ref null $s)) (try_table (catch $tag $h) (call $h_void)) (i32.const 0) (ref.null extern) (f64.const 0) (ref.null $s)) drop drop (call $look) drop')}
  ${guarded('table_get', '', '', '(call $look (table.get 0 (i32.const 1)))')}
  (func $spread (param i32 i32 i32 i32) (result i32) (local i32 i32 i32 i32)
    (local.set 4 (local.get 0)) (local.set 5 (local.get 1)) (local.set 6 (local.get 2)) (local.set 7 (local.get 3))
    (local.get 4))
  (func $above (param i32) (result i32) ${LOCALS} ${SET}
    (drop (call $spread (local.get 0) (local.get 0) (local.get 0) (local.get 0))) ${CHECK} (local.get 0))
  (func (export "nested") (param i32) (result i32) (call $above (local.get 0))))`;
