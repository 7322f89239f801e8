// More texts for the part `loading`: instructions that name something wide, long tokens.
import { many } from './part.ts';
import { fields, inBody, type Kind, list, type Named } from './loading-texts.ts';

const THOUSAND = 1000;

/** One instruction again and again, each of which has to do with a thousand types. */
function wide(instruction: string, head = '', before = 'unreachable'): Kind {
  const types = many(THOUSAND, 'i32 ');
  return (n) => `(module (type $wide (func (param ${types}) (result ${types}))) (type $gives (func (result ${types})))
    (type $fields (struct ${many(9000, '(field i32) ')})) (type $bytes (array i8)) (table 1 funcref) (tag $e (param ${types})) ${head}
    (func $f (type $wide) unreachable)
    (func (type $gives) (block (type $gives) ${before} ${many(n, `${instruction} `)} unreachable) unreachable))`;
}

export const WIDE: readonly Named[] = [
  ['br_table of a thousand values', wide('br_table 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1')],
  ['one br_table of a thousand values', (n) => String(wide(`br_table ${many(n, '0 ')} 0`)(1))],
  [
    'one br_table of a thousand values that are there',
    (n) => String(wide(`br_table ${many(n, '0 ')} 0`, '', `${many(THOUSAND, 'i32.const 1 ')} i32.const 0`)(1)),
  ],
  ['br_if of a thousand values', wide('i32.const 0 br_if 0')],
  ['br_if of a thousand values that are there', wide('i32.const 0 br_if 0', '', many(THOUSAND, 'i32.const 1 '))],
  ['br_on_null of a thousand values', wide('ref.null func br_on_null 0 drop', '', many(THOUSAND, 'i32.const 1 '))],
  [
    'br_on_cast of a thousand values',
    wide('ref.null any br_on_cast 1 anyref eqref drop', '', `block (result anyref) ${many(THOUSAND, 'i32.const 1 ')}`),
  ],
  ['branches of a thousand values', wide('br 0')],
  ['returns of a thousand values', wide('return')],
  ['throws of a thousand values', wide('throw $e')],
  ['calls of a thousand values', wide('call $f')],
  ['calls of a thousand values that are there', wide('call $f', '', many(THOUSAND, 'i32.const 1 '))],
  ['tail calls of a thousand values', wide('return_call $f')],
  [
    'call_indirect of a thousand values',
    wide('i32.const 0 call_indirect (type $wide)', '', many(THOUSAND, 'i32.const 1 ')),
  ],
  ['call_ref of a thousand values', wide('ref.null $wide call_ref $wide', '', many(THOUSAND, 'i32.const 1 '))],
  ['blocks of a thousand values', wide('block (type $wide) end', '', many(THOUSAND, 'i32.const 1 '))],
  ['loops of a thousand values', wide('loop (type $wide) end', '', many(THOUSAND, 'i32.const 1 '))],
  ['ifs of a thousand values', wide('i32.const 1 if (type $wide) else end', '', many(THOUSAND, 'i32.const 1 '))],
  [
    'nested blocks of a thousand values',
    (n) => String(wide(`${many(n, 'block (type $wide) ')} ${many(n, 'end ')}`, '', many(THOUSAND, 'i32.const 1 '))(1)),
  ],
  [
    'ifs of a thousand values in unreachable code',
    wide('i32.const 1 if (type $wide) unreachable else unreachable end'),
  ],
  [
    'try_tables of a thousand values',
    wide('try_table (type $wide) (catch $e 0) end', '', many(THOUSAND, 'i32.const 1 ')),
  ],
  ['clauses of a thousand values', (n) => String(wide(`try_table ${many(n, '(catch $e 0) ')} end`)(1))],
  ['struct.new of 9,000 fields', wide('struct.new $fields')],
  ['array.new_fixed of 10,000', wide('array.new_fixed $bytes 10000')],
  ['selects of a type', wide('i32.const 1 i32.const 1 i32.const 0 select (result i32) drop')],
  [
    'function types of a thousand values',
    (n) =>
      `(module ${list(Math.ceil(n / THOUSAND), (i) => `(type (func (param ${many(i % THOUSAND, 'i32 ')} i64 ${many(999 - (i % THOUSAND), 'i32 ')})))`)})`,
  ],
  [
    'sets of locals in nested blocks',
    (n) =>
      `(module (func $f) (func (local ${many(Math.min(n, 40_000), '(ref func) ')}) ${list(Math.min(n, 40_000), (i) => `block (local.set ${i} (ref.func $f))`)} ${many(Math.min(n, 40_000), 'end ')}))`,
  ],
  [
    'casts of types in a chain',
    (n) =>
      `(module (type $t0 (sub (struct))) ${list(60, (i) => `(type $t${i + 1} (sub $t${i} (struct)))`)} (func (param anyref) ${list(n, (i) => `(drop (ref.cast (ref $t${i % 60}) (local.get 0)))`)}))`,
  ],
];

const numbers =
  (digit: string, type: string): Kind =>
  (n) =>
    `(module (global ${type} (${type}.const ${digit.replace('*', many(n, digit === '0*1' ? '0' : '7'))})))`;

export const TOKENS: readonly Named[] = [
  ['an integer of many zeros', numbers('0*1', 'i64')],
  ['an integer of many digits', numbers('*', 'i64')],
  ['an integer of many hexadecimal digits', numbers('0x*', 'i32')],
  ['an integer with underscores', (n) => `(module (global i64 (i64.const 0${many(n, '_0')})))`],
  ['a float of many digits', numbers('*', 'f32')],
  ['a float of many digits behind zeros', (n) => `(module (global f32 (f32.const 0.${many(n, '0')}${many(n, '7')})))`],
  ['a float with a long exponent', (n) => `(module (global f64 (f64.const 1e${many(n, '0')}5)))`],
  ['a float with a long negative exponent', (n) => `(module (global f64 (f64.const ${many(n, '9')}e-${n})))`],
  ['a hexadecimal float of zeros', (n) => `(module (global f64 (f64.const 0x0.${many(n, '0')}1p+${4 * n})))`],
  ['a nan of many digits', (n) => `(module (global f64 (f64.const nan:0x${many(n, '0')}1)))`],
  [
    'floats of 400 digits',
    (n) => `(module (func ${many(Math.ceil(n / 100), `(drop (f64.const 1.${many(400, '3')}e-30)) `)}))`,
  ],
  ['strings of escapes that are too large', (n) => `(module (data "${many(n, '\\u{10ffff}')}"))`],
  ['a string that nobody closes', (n) => `(module (data "${many(n, 'abc ')}`],
  ['comments that nobody closes', (n) => `(module ${many(n, '(; ')}`],
  ['nested comments', (n) => `(module ${many(n, '(;')} ${many(n, ';)')})`],
  ['comments of a line', fields((i) => `;; ${many(i % 70, 'x')}\n`)],
  ['nested annotations', (n) => `(module ${many(n, '(@a ')} ${many(n, ')')})`],
  ['annotations that nobody closes', (n) => `(module ${many(n, '(@a ')}`],
  ['brackets alone', (n) => many(n, '(')],
  ['lines alone', (n) => many(n, '\n')],
  ['an unknown keyword', (n) => `(module (func ${many(n, 'keyword')}))`],
  ['an unknown name', (n) => `(module (func (call $${many(n, 'name')})))`],
  ['an unknown name behind many names', (n) => `(module ${list(n, (i) => `(func $n${i})`)} (func (call $m)))`],
  ['a name that is there twice', (n) => `(module ${list(n, (i) => `(func $n${i})`)} (func $n0))`],
  ['names in quotes', fields((i) => `(func $"name \\u{${(i + 256).toString(16)}} ${i}")`)],
  [
    'names of fields',
    (n) =>
      `(module ${list(Math.ceil(n / 100), (j) => `(type (struct ${list(100, (i) => `(field $f${i}_${j} i32)`)}))`)})`,
  ],
  [
    'long exported names',
    (n) => `(module (func $f) ${list(Math.ceil(n / 100), (i) => `(export "${many(1000, 'e')}${i}" (func $f))`)})`,
  ],
  ['one long exported name', (n) => `(module (func (export "${many(n, 'exported')}")))`],
  ['one long imported name', (n) => `(module (import "${many(n, 'module')}" "${many(n, 'name')}" (func)))`],
  ['exports in place', fields((i) => `(func (export "a${i}") (export "b${i}"))`)],
  ['imports in place', fields((i) => `(func (import "m" "n${i}") (param i32))`)],
  [
    'elements as expressions',
    (n) => `(module (func $f) (elem funcref ${many(n, '(ref.func $f) (item ref.null func) ')}))`,
  ],
  ['elements in place of a table', (n) => `(module (func $f) (table funcref (elem ${many(n, '$f ')})))`],
  [
    'annotated custom sections at places',
    fields(
      (i) => `(@custom "c" (${['before', 'after'][i % 2]} ${['func', 'type', 'code', 'first', 'last'][i % 3]}) "x")`,
    ),
  ],
  ['folded ifs', (n) => `(module (func ${many(n, '(if (i32.const 1) (then ')} ${many(n, '))')}))`],
  ['folded elses', (n) => `(module (func ${many(n, '(if (i32.const 1) (then) (else ')} ${many(n, '))')}))`],
  ['folded try_tables', (n) => `(module (tag $e) (func ${many(n, '(try_table (catch $e 0) ')} ${many(n, ')')}))`],
  ['clauses of a try_table', (n) => `(module (tag $e) (func (try_table ${many(n, '(catch $e 0) ')})))`],
  ['memory arguments', inBody((i) => `(drop (i32.load offset=${i} align=1 (i32.const 0)))`)],
  [
    'lanes',
    inBody(
      (i) =>
        `(drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 ${i % 32} (v128.const i64x2 1 2) (v128.const i64x2 1 2)))`,
    ),
  ],
  [
    'groups of two types',
    fields(
      (i) => `(rec (type $a${i} (struct (field (ref null $b${i})))) (type $b${i} (struct (field (ref null $a${i})))))`,
    ),
  ],
  [
    'groups that are all different',
    fields(
      (i) =>
        `(rec (type $a${i} (struct ${list(12, (j) => `(field ${(i >> j) & 1 ? 'i32' : 'i64'})`)})) (type (array (ref $a${i}))))`,
    ),
  ],
  ['empty groups', fields(() => '(rec)')],
  [
    'supertypes of many fields',
    (n) =>
      `(module (type $t0 (sub (struct))) ${list(Math.ceil(n / 30), (i) => `(type (sub ${i === 0 ? '$t0' : ''} (struct ${many(30, '(field i64) ')})))`)})`,
  ],
];
