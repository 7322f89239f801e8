// Guests whose instructions do much at once, by what they do. Each has an export `f`.
import { assemble } from '../../src/text/index.ts';
import { many, random } from './part.ts';

/** An endless loop of a body. */
const loop = (body: string): string => `(func (export "f") (local $n i32) (loop $again ${body} (br $again)))`;

const times = (count: number, body: string): string => loop(many(count, `${body} `));

type Guest = readonly [name: string, text: string];

const BYTES = [0, 1, 63, 1023, 1024, 1025, 65_535, 65_536, 65_537, 1_000_000, 30_000_000];
const ELEMENTS = [0, 1, 63, 64, 65, 4_095, 4_096, 4_097, 100_000, 1_000_000];

/** A bulk operation of all lengths, alone in a loop and a hundred times in a row. */
function bulk(name: string, lengths: readonly number[], head: string, body: (length: string) => string): Guest[] {
  return lengths.flatMap((length) => {
    const one = body(`(i32.const ${length})`);
    return [
      [`${name} of ${length}`, `${head} ${loop(one)}`] as const,
      [`${name} of ${length}, 100 in a row`, `${head} ${times(100, one)}`] as const,
    ];
  });
}

const REFS = '(type $r (array (mut anyref))) (type $v (array (mut v128))) (type $b (array (mut i8)))';
const holder = (type: string): string =>
  `${REFS} (global $a (ref $${type}) (array.new_default $${type} (i32.const 2000000)))`;

function bulkGuests(draw: () => number): Guest[] {
  const upTo = (most: number) => Math.floor(most ** draw());
  const bytes = [...BYTES, upTo(30_000_000), upTo(30_000_000)];
  const elements = [...ELEMENTS, upTo(1_000_000), upTo(1_000_000)];
  return [
    ...bulk('memory.fill', bytes, '(memory 1000)', (n) => `(memory.fill (i32.const 1) (i32.const 7) ${n})`),
    ...bulk('memory.copy down', bytes, '(memory 1000)', (n) => `(memory.copy (i32.const 0) (i32.const 1) ${n})`),
    ...bulk('memory.copy up', bytes, '(memory 1000)', (n) => `(memory.copy (i32.const 1) (i32.const 0) ${n})`),
    ...bulk(
      'memory.init',
      [0, 1, 1023, 1024, 65_537],
      `(memory 2) (data $d "${many(66_000, 'x')}")`,
      (n) => `(memory.init $d (i32.const 0) (i32.const 0) ${n})`,
    ),
    ...bulk(
      'table.fill',
      elements,
      '(table 2000000 externref)',
      (n) => `(table.fill (i32.const 0) (ref.null extern) ${n})`,
    ),
    ...bulk(
      'table.copy',
      elements,
      '(table 2000000 externref)',
      (n) => `(table.copy (i32.const 1) (i32.const 0) ${n})`,
    ),
    ...bulk(
      'table.init',
      [0, 1, 64, 5000],
      `(table 5000 funcref) (elem $e func ${many(5000, '$g ')}) (func $g)`,
      (n) => `(table.init $e (i32.const 0) (i32.const 0) ${n})`,
    ),
    ...bulk('array.new_default of references', elements, REFS, (n) => `(drop (array.new_default $r ${n}))`),
    ...bulk('array.new_default of vectors', elements, REFS, (n) => `(drop (array.new_default $v ${n}))`),
    ...bulk('array.new of vectors', elements, REFS, (n) => `(drop (array.new $v (v128.const i64x2 1 2) ${n}))`),
    ...bulk(
      'array.fill of references',
      elements,
      holder('r'),
      (n) => `(array.fill $r (global.get $a) (i32.const 0) (ref.null any) ${n})`,
    ),
    ...bulk(
      'array.fill of vectors',
      elements,
      holder('v'),
      (n) => `(array.fill $v (global.get $a) (i32.const 0) (v128.const i64x2 1 2) ${n})`,
    ),
    ...bulk(
      'array.copy of references',
      elements,
      holder('r'),
      (n) => `(array.copy $r $r (global.get $a) (i32.const 1) (global.get $a) (i32.const 0) ${n})`,
    ),
    ...bulk(
      'array.copy of vectors',
      elements,
      holder('v'),
      (n) => `(array.copy $v $v (global.get $a) (i32.const 1) (global.get $a) (i32.const 0) ${n})`,
    ),
    ...bulk(
      'array.init_data',
      [0, 1, 63, 64, 65_537],
      `${holder('b')} (data $d "${many(66_000, 'x')}")`,
      (n) => `(array.init_data $b $d (global.get $a) (i32.const 0) (i32.const 0) ${n})`,
    ),
    ...bulk(
      'array.new_elem',
      [0, 1, 64, 5000],
      `${REFS} (elem $e anyref ${many(5000, '(ref.null any) ')})`,
      (n) => `(drop (array.new_elem $r $e (i32.const 0) ${n}))`,
    ),
  ];
}

const GROWTH: readonly Guest[] = [
  ['memory.grow by a page', `(memory 1) ${loop('(drop (memory.grow (i32.const 1)))')}`],
  ['memory.grow by 64 pages', `(memory 1) ${loop('(drop (memory.grow (i32.const 64)))')}`],
  ['memory.grow by nothing, of 400 MiB', `(memory 6400) ${loop('(drop (memory.grow (i32.const 0)))')}`],
  ['memory.grow that fails', `(memory 1 1) ${loop('(drop (memory.grow (i32.const 1)))')}`],
  ['memory.grow that the limits refuse', `(memory 1) ${loop('(drop (memory.grow (i32.const 30000)))')}`],
  ['memory.grow of a shared memory', `(memory 1 5000 shared) ${loop('(drop (memory.grow (i32.const 1)))')}`],
  ['table.grow by 1', `(table 1 externref) ${loop('(drop (table.grow (ref.null extern) (i32.const 1)))')}`],
  ['table.grow by 100,000', `(table 1 externref) ${loop('(drop (table.grow (ref.null extern) (i32.const 100000)))')}`],
  [
    'table.grow by 5,000,000',
    `(table 1 externref) ${loop('(drop (table.grow (ref.null extern) (i32.const 5000000)))')}`,
  ],
  ['table.grow that fails', `(table 1 1 externref) ${loop('(drop (table.grow (ref.null extern) (i32.const 1)))')}`],
];

const WIDE = many(1000, 'v128 ');
const wideValues = many(1000, '(v128.const i64x2 1 2) ');
const handler = (inner: string, clause = '(catch_all $out)'): string => `(block $out (try_table ${clause} ${inner}))`;

/** A function that calls itself so deep, and throws. */
const deep = (body: string): string => `(tag $t) (func $g (param i32) (local i64 i64)
  (if (local.get 0) (then (call $g (i32.sub (local.get 0) (i32.const 1))))) ${body})`;

const EXCEPTIONS: readonly Guest[] = [
  ['throws', `(tag $t) ${loop(handler('(throw $t)'))}`],
  ['throws, 100 in a row', `(tag $t) ${times(100, handler('(throw $t)'))}`],
  ['throws of 1,000 vectors', `(tag $w (param ${WIDE})) ${loop(handler(`${wideValues} (throw $w)`))}`],
  [
    'throws of 1,000 vectors that are caught with their values',
    `(tag $w (param ${WIDE})) ${loop(`(block $out (result ${WIDE}) (try_table (result ${WIDE}) (catch $w $out) ${wideValues} (throw $w))) ${many(1000, 'drop ')}`)}`,
  ],
  ['throws past 100 frames', `${deep('(throw $t)')} ${loop(handler('(call $g (i32.const 100))'))}`],
  ['throws past 20,000 frames', `${deep('(throw $t)')} ${loop(handler('(call $g (i32.const 20000))'))}`],
  [
    'throws past 1,000 clauses',
    `(tag $t) (tag $o) ${loop(`(block $out ${handler('(throw $t)', `${many(1000, '(catch $o $out) ')} (catch_all $out)`).replace('block $out', 'block $in')})`)}`,
  ],
  [
    'throws past 200 blocks',
    `(tag $t) (tag $o) ${loop(`(block $end (block $out ${many(200, '(try_table (catch $o $out) ')} (try_table (catch_all $out) (throw $t)) ${many(200, ')')}))`)}`,
  ],
  [
    'throws past handlers of 2,000 frames',
    `${deep('(throw $t)').replace('(call $g', '(block $no (try_table (catch $o $no) (call $g').replace('(i32.const 1))))', '(i32.const 1))))))').replace('(tag $t)', '(tag $t) (tag $o)')} ${loop(handler('(call $g (i32.const 2000))'))}`,
  ],
  [
    'throw_ref of one exception',
    `(tag $t) (func (export "f") (local $e exnref) (local.set $e (block $x (result exnref) (try_table (catch_all_ref $x) (throw $t)) (unreachable)))
    (loop $again ${handler('(throw_ref (local.get $e))')} (br $again)))`,
  ],
];

const leb = (n: number): number[] => (n < 128 ? [n] : [128 | (n & 127), ...leb(n >>> 7)]);

/** Functions of 256 KiB each that `f` calls in turn: of `i32.eqz`, a byte that becomes two words. */
function largeFunctions(count: number): Uint8Array {
  const size = 2 ** 18;
  const all = Array.from({ length: count }, (_, i) => i);
  const section = (id: number, bytes: readonly number[]): number[] => [id, ...leb(bytes.length), ...bytes];
  const calls = [0, 0x03, 0x40, ...all.flatMap((i) => [0x10, i]), 0x0c, 0, 0x0b, 0x0b];
  const codeBytes = 1 + count * (leb(size).length + size) + leb(calls.length).length + calls.length;
  const parts: Uint8Array[] = [
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, [1, 0x60, 0, 0])),
    Uint8Array.from([...section(3, [count + 1, ...all.map(() => 0), 0]), ...section(7, [1, 1, 0x66, 0, count])]),
    Uint8Array.of(10, ...leb(codeBytes), count + 1),
    ...all.flatMap(() => [
      Uint8Array.of(...leb(size), 0, 0x41, 0),
      new Uint8Array(size - 5).fill(0x45),
      Uint8Array.of(0x1a, 0x0b),
    ]),
    Uint8Array.of(...leb(calls.length), ...calls),
  ];
  return Uint8Array.from(Buffer.concat(parts));
}

/** Guests whose text would be too long. */
const BINARIES: ReadonlyMap<string, () => Uint8Array> = new Map([
  ['functions whose code has no room, in turn', () => largeFunctions(24)],
]);

const CALLS: readonly Guest[] = [
  ['recursion without end', '(func $f (export "f") (call $f))'],
  ['recursion of many locals', `(func $f (export "f") (local ${many(300, 'i64 ')}) (call $f))`],
  ['recursion of many references', `(func $f (export "f") (local ${many(300, 'externref ')}) (call $f))`],
  [
    'recursion of 1,000 vectors',
    `(func $g (param ${WIDE}) ${Array.from({ length: 1000 }, (_, i) => `(local.get ${i})`).join(' ')} (call $g)) (func (export "f") ${wideValues} (call $g))`,
  ],
  [
    'tail calls of 1,000 vectors',
    `(func $g (param ${WIDE}) ${Array.from({ length: 1000 }, (_, i) => `(local.get ${i})`).join(' ')} (return_call $g)) (func (export "f") ${wideValues} (call $g))`,
  ],
  ['calls with 50,000 locals', `(func $g (local ${many(50_000, 'i64 ')})) ${loop('(call $g)')}`],
  ['calls with 50,000 references', `(func $g (local ${many(50_000, 'externref ')})) ${loop('(call $g)')}`],
  ['calls of 1,000 results', `(func $g (result ${WIDE}) ${wideValues}) ${loop(`(call $g) ${many(1000, 'drop ')}`)}`],
  [
    'call_indirect of 10,000 functions',
    `(type $t (func)) (table 10000 funcref) (elem (i32.const 0) func ${Array.from({ length: 10_000 }, (_, i) => `$g${i}`).join(' ')}) ${Array.from({ length: 10_000 }, (_, i) => `(func $g${i})`).join(' ')}
    ${loop('(call_indirect (type $t) (i32.rem_u (local.get $n) (i32.const 10000))) (local.set $n (i32.add (local.get $n) (i32.const 1)))')}`,
  ],
  ['calls of the host', `(import "host" "nothing" (func $h)) ${loop('(call $h)')}`],
  ['calls of the host, 100 in a row', `(import "host" "nothing" (func $h)) ${times(100, '(call $h)')}`],
  [
    'calls of the host with 100 values',
    `(import "host" "many" (func $h (param ${many(100, 'f64 ')}) (result ${many(100, 'f64 ')}))) ${loop(`${many(100, '(f64.const 1) ')} (call $h) ${many(100, 'drop ')}`)}`,
  ],
];

const BRANCHES: readonly Guest[] = [
  [
    'br_table of 10,000 labels',
    `(func (export "f") (local $n i32) (loop $again (block $out (br_table ${many(10_000, '$out ')} (local.get $n))) (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $again)))`,
  ],
  [
    'br_table with 1,000 values',
    loop(
      `(block $out (result ${WIDE}) (i32.const 1) ${wideValues} (br_table $out $out (local.get $n))) ${many(1000, 'drop ')}`,
    ),
  ],
  [
    'br_if with 1,000 values',
    loop(
      `(block $out (result ${WIDE}) (i32.const 1) ${wideValues} ${many(50, '(br_if $out (i32.const 0)) ')} (br $out)) ${many(1000, 'drop ')}`,
    ),
  ],
  ['an empty loop', loop('')],
  ['a body of 200,000 instructions', `(func (export "f") ${many(100_000, '(drop (i32.const 1)) ')})`],
  ['200,000 operands', `(func (export "f") ${many(200_000, '(i32.const 0) ')} ${many(200_000, 'drop ')})`],
];

/** A type of its own for each number. */
const wideTypes = (count: number): string =>
  Array.from({ length: count }, (_, i) => `(type $s${i} (struct ${many(1000 + i, '(field v128)')}))`).join('');

const OBJECTS: readonly Guest[] = [
  [
    'structs of 400 wide types that are named and never made',
    `${wideTypes(400)} (func (export "f") (if (i32.const 0) (then ${Array.from({ length: 400 }, (_, i) => `(drop (struct.new_default $s${i}))`).join('')})))`,
  ],
  ...[1, 1000, 4000, 4097, 10_000].map(
    (cells): Guest => [
      `structs of ${cells} vectors`,
      `(type $s (struct ${many(cells, '(field v128)')})) ${times(20, '(drop (struct.new_default $s))')}`,
    ],
  ),
  ...[0, 1, 100, 10_000].map(
    (length): Guest => [
      `array.new_fixed of ${length}`,
      `(type $a (array anyref)) ${loop(`${many(length, '(ref.null any) ')} (array.new_fixed $a ${length}) drop`)}`,
    ],
  ),
  [
    'memory.atomic.wait that has no time',
    `(memory 1 1 shared) ${loop('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))')}`,
  ],
  [
    'memory.atomic.wait for what is not there',
    `(memory 1 1 shared) ${loop('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const 1000000000)))')}`,
  ],
  [
    'memory.atomic.wait for a microsecond',
    `(memory 1 1 shared) ${loop('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1000)))')}`,
  ],
  ['memory.atomic.notify', `(memory 1 1 shared) ${loop('(drop (memory.atomic.notify (i32.const 0) (i32.const -1)))')}`],
];

/** The texts of guests by name. Bulk operations have the lengths around which something changes, and two that the seed draws. */
function texts(seed: number): ReadonlyMap<string, string> {
  return new Map([...EXCEPTIONS, ...CALLS, ...BRANCHES, ...OBJECTS, ...GROWTH, ...bulkGuests(random(seed))]);
}

/** The names of all guests. */
export function guestNames(seed: number): string[] {
  return [...texts(seed).keys(), ...BINARIES.keys()];
}

/** The module of a guest, in binary form. */
export function guestNamed(name: string, seed: number): Uint8Array {
  return BINARIES.get(name)?.() ?? assemble(`(module ${texts(seed).get(name)})`);
}

/** Fuel for a stretch of a guest, in which it does all that it does. */
export function leastFuel(name: string): number {
  return BINARIES.has(name) ? 20_000 : 100;
}
