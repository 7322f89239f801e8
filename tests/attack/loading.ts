// Texts and binaries of two sizes, the second twice the first: loading takes time by size, and not more than it may for a
// megabyte. One piece of a module again and again, as text; the binary is what the text becomes.
import { assemble, printModule } from '../../src/text/index.ts';
import { compile, decodeModule } from '../../src/index.ts';
import { BOUNDS, cpu, type Figure, many, type Part, random, type Settings } from './part.ts';

/** A kind of text of so many pieces. */
type Kind = (pieces: number) => string;

const list = (pieces: number, one: (i: number) => string): string =>
  Array.from({ length: pieces }, (_, i) => one(i)).join(' ');
const inBody =
  (one: (i: number) => string, end: (pieces: number) => string = () => ''): Kind =>
  (pieces) =>
    `(module (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const 0)) (tag $e) (type $s (struct (field (mut i32)) (field (mut i32))))
    (func $f (param i32) (result i32) (local.get 0)) (func (local $l i32) ${list(pieces, one)} ${end(pieces)}))`;
const fields =
  (one: (i: number) => string): Kind =>
  (pieces) =>
    `(module ${list(pieces, one)})`;

const KINDS: readonly (readonly [name: string, kind: Kind])[] = [
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

/** Milliseconds of CPU time: the least of some attempts; and the last result. */
function least<T>(attempts: number, run: () => T): { ms: number; result: T | undefined; error: string } {
  let [ms, error] = [Number.POSITIVE_INFINITY, ''];
  let result: T | undefined;
  for (let i = 0; i < attempts; i++) {
    const before = cpu();
    try {
      result = run();
    } catch (thrown) {
      error = String(thrown).slice(0, 100);
      if (/^(RangeError|TypeError|InternalError)|Maximum call stack/.test(error)) error = `FAULT ${error}`;
    }
    ms = Math.min(ms, cpu() - before);
  }
  return { ms, result, error };
}

/** The number of pieces that make a text of about so many bytes. */
function piecesFor(kind: Kind, size: number): number {
  const base = kind(100).length;
  const each = Math.max(0.5, (kind(200).length - base) / 100);
  return Math.max(100, Math.floor((size - base + 100 * each) / each));
}

/** How often time may be multiplied where the size is doubled: garbage collection takes more of large heaps. */
const RATIO = 3;
/** Milliseconds below which a ratio says nothing. */
const TOO_SHORT = 40;

/** What is done with a module, by name. */
function stepsOf(text: string, attempts: number): { what: string; ms: number; bytes: number; error: string }[] {
  const parsed = least(attempts, () => assemble(text));
  const steps = [{ what: 'text', ms: parsed.ms, bytes: text.length, error: parsed.error }];
  const bytes = parsed.result;
  if (bytes === undefined) return steps;
  const compiled = least(attempts, () => compile(bytes));
  steps.push({ what: 'compile', ms: compiled.ms, bytes: bytes.length, error: compiled.error });
  const printed = least(1, () => printModule(decodeModule(bytes)));
  steps.push({ what: 'print', ms: printed.ms, bytes: text.length, error: printed.error });
  return steps;
}

function measure(name: string, { seed, short }: Settings): Figure[] {
  const kind = new Map(KINDS).get(name) as Kind;
  // Sizes that the seed changes a little, so that thresholds are met.
  const size = (short ? 60_000 : 500_000) * (0.8 + 0.4 * random(seed)());
  const pieces = piecesFor(kind, size);
  stepsOf(kind(100), 1);
  const attempts = short ? 1 : 2;
  const small = stepsOf(kind(pieces), attempts);
  const large = stepsOf(kind(2 * pieces), attempts);
  return large.flatMap(({ what, ms, bytes, error }, i): Figure[] => {
    const before = small[i]?.ms ?? ms;
    const note = `${before.toFixed(0)}, ${ms.toFixed(0)} ms for ${bytes} bytes${error === '' ? '' : `; ${error}`}`;
    const perMegabyte = ms / 1000 / Math.max(0.1, bytes / 1e6);
    return [
      { what: `${what}, a MB`, value: perMegabyte, unit: 's/MB', bound: BOUNDS.megabyte, note },
      { what: `${what}, twice the size`, value: ms < TOO_SHORT ? 0 : ms / before, unit: 'times', bound: RATIO, note },
      { what: `${what}, kind of error`, value: error.startsWith('FAULT') ? 1 : 0, unit: '', bound: 0, note },
    ];
  });
}

export const LOADING: Part = {
  cases: ({ short }) => KINDS.map(([name]) => name).filter((_, i) => !short || i % 10 === 0),
  measure,
};
