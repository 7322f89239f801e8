// Texts of one piece of a module again and again, for the part \`loading\`. More of them are in loading-tokens.ts.
import { many } from './part.ts';

/** What is loaded, made of so many pieces: a text, a script or a binary. */
export type Kind = (pieces: number) => string | Uint8Array;
export type Named = readonly [name: string, kind: Kind];

export const list = (pieces: number, one: (i: number) => string): string =>
  Array.from({ length: pieces }, (_, i) => one(i)).join(' ');
export const inBody =
  (one: (i: number) => string, end: (pieces: number) => string = () => ''): Kind =>
  (pieces) =>
    `(module (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const 0)) (tag $e) (type $s (struct (field (mut i32)) (field (mut i32))))
    (func $f (param i32) (result i32) (local.get 0)) (func (local $l i32) ${list(pieces, one)} ${end(pieces)}))`;
export const fields =
  (one: (i: number) => string): Kind =>
  (pieces) =>
    `(module ${list(pieces, one)})`;

export const TEXTS: readonly Named[] = [
  ['types, all alike', fields(() => '(type (func))')],
  [
    'types, all distinct',
    (n) => `(module (type $t0 (struct)) ${list(n, (i) => `(type $t${i + 1} (struct (field (ref null $t${i}))))`)})`,
  ],
  [
    'types of many fields',
    (n) => `(module ${list(Math.ceil(n / 100), () => `(type (struct ${many(100, '(field i32) ')}))`)})`,
  ],
  [
    'one recursive group',
    (n) => `(module (rec ${list(n, (i) => `(type $t${i} (struct (field (ref null $t${i}))))`)}))`,
  ],
  [
    'subtypes in a chain',
    (n) =>
      `(module (type $t0 (sub (struct))) ${list(Math.min(n, 60), (i) => `(type $t${i + 1} (sub $t${i} (struct)))`)} ${many(n, '(func) ')})`,
  ],
  ['functions', fields(() => '(func)')],
  ['functions with names', fields((i) => `(func $name${i})`)],
  ['calls by names', (n) => `(module ${list(n, (i) => `(func $name${i} (call $name${(i * 7) % n}))`)})`],
  ['functions with locals', fields(() => '(func (local i32 i64 f32 f64 i32 i64))')],
  [
    'locals with names',
    (n) =>
      `(module (func ${list(Math.min(n, 40_000), (i) => `(local $l${i} i32)`)} ${list(Math.min(n, 40_000), (i) => `(drop (local.get $l${i}))`)}))`,
  ],
  ['imports', fields((i) => `(import "m" "n${i}" (func))`)],
  [
    'imports and exports',
    (n) =>
      `(module ${list(n, (i) => `(import "m" "n${i}" (func $i${i}))`)} ${list(n, (i) => `(export "e${i}" (func $i${i}))`)})`,
  ],
  ['exports', (n) => `(module (func $f) ${list(n, (i) => `(export "e${i}" (func $f))`)})`],
  ['globals', fields(() => '(global i32 (i32.const 1))')],
  [
    'globals that read globals',
    (n) => `(module (global $g0 i32 (i32.const 1)) ${list(n, (i) => `(global $g${i + 1} i32 (global.get $g${i}))`)})`,
  ],
  ['long constant expressions', (n) => `(module (global i32 (i32.const 1) ${many(n, '(i32.const 1) i32.add ')}))`],
  ['elements', (n) => `(module (func $f) (table ${n} funcref) (elem (i32.const 0) func ${many(n, '$f ')}))`],
  ['element segments', (n) => `(module (func $f) ${many(n, '(elem func $f) ')})`],
  ['data', (n) => `(module (memory 10) (data "${many(n, 'abcdefgh')}"))`],
  ['data segments', (n) => `(module (memory 10) ${many(n, '(data "abc") ')})`],
  ['data with escapes', (n) => `(module (memory 10) (data "${many(n, '\\00\\ff\\u{1f600}')}"))`],
  ['tags', fields(() => '(tag)')],
  ['tables', (n) => `(module ${many(Math.min(n, 90_000), '(table 1 funcref) ')})`],
  ['custom sections', fields((i) => `(@custom "section ${i}" "content")`)],
  ['comments', fields(() => '(; (; nested ;) ;) ;; line\n')],
  ['annotations at one token', (n) => `(module (func ${list(n, (i) => `(@metadata.code.x${i} "")`)} nop))`],
  ['unknown annotations', fields(() => '(@note (a "b" c) 12)')],
  ['branch hints', inBody(() => '(@metadata.code.branch_hint "\\00") (if (i32.const 0) (then))')],
  ['long identifiers', (n) => `(module (func $${many(n, 'identifier')} ) (func (call $${many(n, 'identifier')})))`],
  ['long numbers', (n) => `(module (global f64 (f64.const 0.${many(n, '123456789')})))`],
  ['long hexadecimal numbers', (n) => `(module (global f64 (f64.const 0x1.${many(n, '123456789')}p1)))`],
  ['constants', inBody((i) => `(drop (i32.const ${i}))`)],
  ['f64 constants', inBody((i) => `(drop (f64.const ${i}.25e${i % 300}))`)],
  ['vectors', inBody((i) => `(drop (v128.const i32x4 ${i} 1 2 3))`)],
  ['additions', inBody((i) => `(drop (i32.add (i32.const ${i}) (local.get $l)))`)],
  [
    'a chain of additions',
    inBody(
      (i) => (i === 0 ? 'i32.const 0' : 'i32.const 1 i32.add'),
      () => 'drop',
    ),
  ],
  [
    'operands',
    inBody(
      () => '(i32.const 1)',
      (n) => many(n, 'drop '),
    ),
  ],
  ['loads and stores', inBody(() => '(i32.store (i32.const 0) (i32.load (i32.const 4)))')],
  ['blocks', inBody(() => '(block)')],
  [
    'nested blocks',
    inBody(
      () => 'block',
      (n) => many(n, 'end '),
    ),
  ],
  ['nested blocks in brackets', (n) => `(module (func ${many(n, '(block ')} ${many(n, ')')}))`],
  [
    'nested loops with labels',
    inBody(
      (i) => `loop $l${i}`,
      (n) => `${many(n, 'br $l0 ')} ${many(n, 'end ')}`,
    ),
  ],
  [
    'nested ifs',
    inBody(
      () => 'i32.const 1 if',
      (n) => many(n, 'end '),
    ),
  ],
  [
    'nested try_tables',
    inBody(
      () => 'try_table (catch_all 0)',
      (n) => many(n, 'end '),
    ),
  ],
  [
    'labels that are all the same',
    inBody(
      () => 'block $x',
      (n) => `${many(n, 'br $x ')} ${many(n, 'end ')}`,
    ),
  ],
  ['br_table', (n) => `(module (func (block (br_table ${many(n, '0 ')} (i32.const 0)))))`],
  [
    'br_table of labels with names',
    inBody(
      (i) => `block $l${i}`,
      (n) => `(br_table ${list(n, (i) => `$l${i}`)} (i32.const 0)) ${many(n, 'end ')}`,
    ),
  ],
  ['calls', inBody(() => '(drop (call $f (i32.const 1)))')],
  [
    'nested calls',
    (n) =>
      `(module (func $f (param i32) (result i32) (local.get 0)) (func (drop ${many(n, '(call $f ')} (i32.const 1) ${many(n, ')')})))`,
  ],
  ['calls in unreachable code', inBody((i) => (i === 0 ? 'unreachable' : 'call $f drop'))],
  [
    'struct.new in unreachable code',
    (n) =>
      `(module (type $s (struct ${many(Math.min(n, 9000), '(field i32) ')})) (func unreachable ${many(n, 'struct.new $s drop ')}))`,
  ],
  [
    'struct.new_default of wide structs',
    (n) =>
      `(module (type $s (struct ${many(Math.min(n, 9000), '(field i32) ')})) (func ${many(n, 'struct.new_default $s drop ')}))`,
  ],
  [
    'locals that are not nullable',
    (n) =>
      `(module (func $f) (func (local ${many(Math.min(n, 40_000), '(ref func) ')}) ${list(Math.min(n, 40_000), (i) => `(local.set ${i} (ref.func $f))`)}) (elem declare func $f))`,
  ],
  [
    'references of functions',
    (n) =>
      `(module ${list(n, (i) => `(func $f${i})`)} (elem declare func ${list(n, (i) => `$f${i}`)}) (func ${list(n, (i) => `(drop (ref.func $f${i}))`)}))`,
  ],
  ['function types in place', fields((i) => `(func (param ${many(i % 20, 'i32 ')}) (result i64) (i64.const 0))`)],
  [
    'an error at the end',
    inBody(
      () => '(drop (i32.const 1))',
      () => '(i64.const 0) (i32.eqz) (drop)',
    ),
  ],
  ['brackets that nobody closes', (n) => `(module (func ${many(n, '(block ')}`],
];
