// Guests that take all that they can get, in processes with a heap of 512 MiB, under fuel, a time-out and a bound of memories:
// they have to end by one of these, or by an error of the guest's; never by the end of the process. Strings, and what only a
// host can hand in, are tried in src/jsapi/realm.test.ts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../src/text/index.ts';
import { many, type Figure, type Part, type Settings } from './part.ts';
import { runProcess } from './processes.ts';

/** A loop that begins with setting up; \`n\` counts its rounds. */
const loop = (body: string, name = 'f'): string =>
  `(func (export "${name}") (local $n i32) (loop $again ${body} (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $again)))`;

const VECTORS = many(9_999, '(field (mut v128))');
/** A list of objects of some type, each of which holds the one before it. */
const list = (fields: string): string => `(type $s (struct (field $next (mut (ref null $s))) ${fields}))
  (global $all (mut (ref null $s)) (ref.null $s)) (func (export "f") (local $one (ref $s)) (loop $again
    (local.set $one (struct.new_default $s)) (struct.set $s $next (local.get $one) (global.get $all))
    (global.set $all (local.get $one)) (br $again)))`;
/** A list whose nodes hold what an expression makes. */
const holding = (
  type: string,
  make: string,
  more = '',
): string => `(type $s (struct (field (ref null $s)) (field ${type}))) ${more}
  (global $all (mut (ref null $s)) (ref.null $s)) ${loop(`(global.set $all (struct.new $s (global.get $all) ${make}))`)}`;

const WASI = (name: string, params: string): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params}) (result i32)))`;
const started = (body: string): string => loop(body, '_start');
const SPAWN = '(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))';
const SHARED = '(memory (export "memory") 1 1 shared)';

/** Modules by what they take; those with \`_start\` are programs of WASI with a directory of the host. */
const ALLOCATORS: readonly (readonly [name: string, text: string])[] = [
  ['memories that begin large', `${many(40, '(memory 256) ')} (func (export "f"))`],
  [
    'memories that grow',
    `${many(40, '(memory 0) ')} ${loop(Array.from({ length: 40 }, (_, i) => `(drop (memory.grow ${i} (i32.const 16)))`).join(' '))}`,
  ],
  ['tables that begin large', `${many(40, '(table 10000000 funcref) ')} (func (export "f"))`],
  [
    'tables that grow',
    `${many(40, '(table 0 externref) ')} ${loop(Array.from({ length: 40 }, (_, i) => `(drop (table.grow ${i} (ref.null extern) (i32.const 100000)))`).join(' '))}`,
  ],
  ['a million tables', `${many(99_000, '(table 1 funcref) ')} (func (export "f"))`],
  [
    'tables whose initial value is an array',
    `(type $a (array (mut externref))) ${many(40, '(table 1 (ref null $a) (array.new_default $a (i32.const 10000000))) ')} (func (export "f"))`,
  ],
  [
    'globals of arrays',
    `(type $a (array externref)) ${many(40, '(global (ref $a) (array.new_default $a (i32.const 10000000))) ')} (func (export "f"))`,
  ],
  [
    'globals of arrays of vectors',
    `(type $a (array v128)) ${many(40, '(global (ref $a) (array.new_default $a (i32.const 5000000))) ')} (func (export "f"))`,
  ],
  [
    'globals of structs',
    `(type $s (struct ${VECTORS})) ${many(2000, '(global (ref $s) (struct.new_default $s)) ')} (func (export "f"))`,
  ],
  [
    'element segments of arrays',
    `(type $a (array externref)) (elem (ref $a) ${many(40, '(item (array.new_default $a (i32.const 10000000))) ')}) (func (export "f"))`,
  ],
  ['structs of 10,000 vectors', list(VECTORS)],
  ['structs of two fields', list('(field i64)')],
  ['empty structs', holding('anyref', '(struct.new_default $e)', '(type $e (struct))')],
  [
    'arrays of references',
    holding('anyref', '(array.new_default $a (i32.const 1000))', '(type $a (array (mut externref)))'),
  ],
  [
    'arrays of a million references',
    holding('anyref', '(array.new_default $a (i32.const 1000000))', '(type $a (array (mut externref)))'),
  ],
  ['arrays of bytes', holding('anyref', '(array.new_default $a (i32.const 100000))', '(type $a (array (mut i8)))')],
  ['arrays of nothing', holding('anyref', '(array.new_default $a (i32.const 0))', '(type $a (array (mut i8)))')],
  [
    'exceptions',
    `(tag $t (param ${many(500, 'v128 ')})) ${holding('exnref', `(block $x (result exnref) (try_table (catch_all_ref $x) ${many(500, '(v128.const i64x2 1 2) ')} (throw $t)) (unreachable))`)}`,
  ],
  [
    'deep recursion',
    `(func $g (param ${many(500, 'v128 ')}) ${Array.from({ length: 500 }, (_, i) => `(local.get ${i})`).join(' ')} (call $g)) (func (export "f") ${many(500, '(v128.const i64x2 1 2) ')} (call $g))`,
  ],
  [
    'threads',
    `${SPAWN} ${SHARED} (func (export "wasi_thread_start") (param i32 i32) (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))) ${started('(drop (call $spawn (i32.const 0)))')}`,
  ],
  [
    'threads that park their stacks',
    `${SPAWN} ${SHARED} (func $deep (param i32) (local ${many(100, 'i64 ')}) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))))
    (func (export "wasi_thread_start") (param i32 i32) (call $deep (i32.const 9000))) ${started('(drop (call $spawn (i32.const 0)))')}`,
  ],
  [
    'threads with large tables',
    `${SPAWN} ${SHARED} (table 100000 funcref) (func (export "wasi_thread_start") (param i32 i32) (loop (br 0))) ${started('(drop (call $spawn (i32.const 0)))')}`,
  ],
  [
    'threads with large segments',
    `${SPAWN} ${SHARED} (type $a (array (mut i64))) (global (ref $a) (array.new_default $a (i32.const 1000000))) (func (export "wasi_thread_start") (param i32 i32) (loop (br 0))) ${started('(drop (call $spawn (i32.const 0)))')}`,
  ],
  [
    'polls of a million clocks',
    `${WASI('poll_oneoff', 'i32 i32 i32 i32')} (memory (export "memory") 1000) ${started('(drop (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 1300000) (i32.const 8)))')}`,
  ],
  [
    'listings on a thousand descriptors',
    `${WASI('path_open', 'i32 i32 i32 i32 i32 i64 i64 i32 i32')} ${WASI('fd_readdir', 'i32 i32 i32 i64 i32')} (memory (export "memory") 4) (data (i32.const 256) ".")
    ${started('(drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 2) (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 512))) (drop (call $fd_readdir (i32.load (i32.const 512)) (i32.const 1024) (i32.const 100) (i64.const 0) (i32.const 512)))')}`,
  ],
  [
    'randomness',
    `${WASI('random_get', 'i32 i32')} (memory (export "memory") 200) ${started('(drop (call $random_get (i32.const 0) (i32.const 13000000)))')}`,
  ],
  [
    'exceptions in flight, and those of host functions',
    `(import "a" "b" (func $fails)) (tag $t (param anyref)) (type $a (array (mut anyref)))
    (func $f (export "f") (try_table (catch_all 0) (call $fails)) (throw $t (array.new $a (call $deep) (i32.const 100000))))
    (func $deep (result anyref) (local $x anyref) (local.set $x (array.new_default $a (i32.const 100000))) (call $f) (local.get $x))`,
  ],
  [
    'arrays from segments',
    `(type $a (array (mut anyref))) (type $b (array (mut i64))) (elem $e anyref ${many(1000, '(item (ref.i31 (i32.const 1)))')}) (data $d "${many(80_000, 'x')}")
    ${'(type $s (struct (field (ref null $s)) (field anyref))) (global $all (mut (ref null $s)) (ref.null $s))'}
    ${loop('(global.set $all (struct.new $s (global.get $all) (array.new_elem $a $e (i32.const 0) (i32.const 1000)))) (global.set $all (struct.new $s (global.get $all) (array.new_data $b $d (i32.const 0) (i32.const 10000))))')}`,
  ],
  [
    'arrays of vectors in a table',
    `(type $a (array (mut v128))) (table $t 1000000 anyref) ${loop('(table.set $t (local.get $n) (array.new $a (v128.const i64x2 1 2) (i32.const 10000)))')}`,
  ],
  [
    'functions that are values',
    `${many(300_000, '(func) ')} (func (export "f")) (elem func ${Array.from({ length: 300_000 }, (_, i) => i).join(' ')})`,
  ],
  [
    'functions that are exported',
    `${Array.from({ length: 200_000 }, (_, i) => `(func (export "f${i}"))`).join(' ')} (func (export "f"))`,
  ],
  ['global variables', `${many(300_000, '(global (mut v128) (v128.const i64x2 1 2)) ')} (func (export "f"))`],
  ['element segments', `${many(300_000, '(elem funcref) ')} (func (export "f"))`],
  ['segments of numbers', `(elem anyref ${many(500_000, '(item (ref.i31 (i32.const 1)))')}) (func (export "f"))`],
  ['tags', `${many(300_000, '(tag (param i32)) ')} (func (export "f"))`],
  [
    'objects on the stack of a deep recursion',
    `(type $a (array (mut i32))) (func $g (export "f") (result anyref) (local $x anyref) (local.set $x (array.new_default $a (i32.const 10000))) (drop (call $g)) (local.get $x))`,
  ],
  ['data segments', `(memory 100) ${many(60, `(data "${many(100_000, 'x')}") `)} (func (export "f"))`],
  ['code', `(func (export "f")) ${many(20_000, `(func ${many(100, '(drop (i32.const 1)) ')}) `)}`],
  [
    'code that is called',
    `${Array.from({ length: 3000 }, (_, i) => `(func $g${i} (param i32) ${many(300, '(drop (i32.add (i32.const 1) (local.get 0))) ')})`).join(' ')} (func (export "f") ${Array.from({ length: 3000 }, (_, i) => `(call $g${i} (i32.const 1))`).join(' ')})`,
  ],
];

/** What a guest may end by: itself, its time, its fuel, a trap or what is used up. */
const CODES: readonly (number | string)[] = [0, 124, 125, 134];

/** Options that bound a guest, and what each is called. */
const UNDER: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['fuel', ['--fuel', '300000']],
  ['time', ['--timeout', '5s']],
];

/** MiB of V8's heap. */
const HEAP = 512;

async function measure(name: string, { loop: used }: Settings): Promise<Figure[]> {
  const [what, under] = name.split(', under ');
  const folder = mkdtempSync(join(tmpdir(), 'attack-allocator-'));
  try {
    const file = join(folder, 'guest.wasm');
    const text = new Map(ALLOCATORS).get(what) as string;
    writeFileSync(file, assemble(`(module ${text})`));
    for (let i = 0; i < 2000; i++) writeFileSync(join(folder, `a long name of an entry of a directory ${i}`), '');
    const bounds = new Map(UNDER).get(under) as readonly string[];
    const entry = text.includes('(export "_start")') ? ['--dir', `${folder}::/`] : ['--invoke', 'f'];
    const args = ['--loop', used, ...bounds, '--max-memory', '16MiB', '--unknown-imports', 'default', ...entry, file];
    const { cpu, rss, how, said } = await runProcess(args, { heap: HEAP, most: 60, mostMiB: 2000 });
    const note = `ended by ${how}, ${cpu.toFixed(1)} s; ${said}`;
    return [
      { what: 'end of the process', value: CODES.includes(how) ? 0 : 1, unit: '', bound: 0, note },
      { what: 'memory', value: rss, unit: 'MiB', bound: MOST_MEMORY, note },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** MiB of memory that such a process may have: its heap, what V8 has besides, and the memories. */
const MOST_MEMORY = 900;

export const ALLOCATORS_PART: Part = {
  ownProcesses: true,
  cases: ({ short }) =>
    ALLOCATORS.flatMap(([name]) => UNDER.map(([under]) => `${name}, under ${under}`)).filter(
      (_, i) => !short || i % 30 === 0,
    ),
  measure,
};
