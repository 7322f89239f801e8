// How long a guest keeps the host's event loop from its turn: a timer of 5 ms beside one hostile guest after the other.
//   npx tsx tests/attack/turns.ts [--seconds N] [--closures] [WORD...]     (cases whose name has one of the words)
// One line for each: gaps of the timer, how many, the 99th of 100 and the longest, in milliseconds of CPU time, since a busy
// machine makes those of the clock longer; and how long after its end (a deadline) the call was over.
import { parseArgs } from 'node:util';
import { useLoop } from '../../src/closures.ts';
import { compile, engine, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { besideTimer, type Gaps } from '../turns.ts';

const many = (count: number, text: string): string => text.repeat(count);

/** An endless loop of a body, entered after so many rounds of an empty one, and again and again. */
function loop(body: string, before = 0): string {
  const idle =
    before === 0
      ? ''
      : `(local.set $n (i32.const ${before})) (loop $idle (br_if $idle (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;
  return `(func (export "f") (local $n i32) (loop $again ${idle} ${body} (br $again)))`;
}

/** Modules whose export \`f\` never ends: in few bytes, what takes long. */
export const GUESTS: Readonly<Record<string, string>> = {
  'an empty loop': loop(''),
  'calls of a function with 50,000 locals': `(func $g (local ${many(50_000, 'i32 ')})) ${loop('(call $g)')}`,
  'calls of a function with 50,000 references': `(func $g (local ${many(50_000, 'externref ')})) ${loop('(call $g)')}`,
  'fills of a page': `(memory 100) ${loop('(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))')}`,
  'fills of 64 MiB': `(memory 1024) ${loop('(memory.fill (i32.const 0) (i32.const 1) (i32.const 67108864))')}`,
  '1,000 fills just below a unit': `(memory 1) ${loop(many(1000, '(memory.fill (i32.const 0) (i32.const 1) (i32.const 1023))'))}`,
  '200 slow instructions in a loop': `(memory 1) (memory 1) ${loop(many(200, '(drop (i32.load8_u 1 (i32.const 0)))'))}`,
  'divisions of i64': loop(many(100, '(drop (i64.div_s (i64.const 1234567890123456789) (i64.const 1237)))')),
  'slow instructions after fast ones': `(memory 1) (memory 1) ${loop(
    `(local.set $m (i32.const 3000)) (loop $slow ${many(200, '(drop (i32.load8_u 1 (i32.const 0)))')}
      (br_if $slow (local.tee $m (i32.sub (local.get $m) (i32.const 1)))))`,
    3_000_000,
  ).replace('(local $n i32)', '(local $n i32) (local $m i32)')}`,
  'structs of 10,000 vectors': `(type $s (struct ${many(10_000, '(field v128)')})) ${loop('(drop (struct.new_default $s))')}`,
  'arrays of 1,000,000 references': `(type $a (array externref)) ${loop('(drop (array.new_default $a (i32.const 1000000)))')}`,
  'throws past 100 frames': `(tag $t) (func $g (param i32)
      (if (local.get 0) (then (call $g (i32.sub (local.get 0) (i32.const 1))))) (throw $t))
    ${loop('(block $caught (try_table (catch $t $caught) (call $g (i32.const 100))))')}`,
  'growth of a table': `(table 1 externref) ${loop('(drop (table.grow (ref.null extern) (i32.const 1000000)))')}`,
  'growth of a memory': `(memory 1) ${loop('(drop (memory.grow (i32.const 64)))')}`,
  'a body of 200,000 instructions': `(func (export "f") ${many(100_000, '(drop (i32.const 1))')} (loop $again (br $again)))`,
  'calls of a host function': `(import "host" "short" (func $h)) ${loop('(call $h)')}`,
  'calls of one that takes 2 ms': `(import "host" "long" (func $h)) ${loop('(call $h)')}`,
  'calls of one that answers settled promises': `(import "host" "settled" (func $h)) ${loop('(call $h)')}`,
  'numbers of a system interface': `(import "wasi_snapshot_preview1" "random_get" (func $r (param i32 i32) (result i32)))
    (memory (export "memory") 100) ${loop('(drop (call $r (i32.const 0) (i32.const 6000000)))')}`,
};

/** A program of two threads that never end, run by WASI. */
const THREADS = `(module (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (export "memory") 1 1 shared)
  (func (export "wasi_thread_start") (param i32 i32) (loop $again (br $again)))
  (func (export "_start") (drop (call $spawn (i32.const 0))) (loop $again (br $again))))`;

type Run = (deadline: number) => Promise<unknown>;

function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

const HOST = { short: () => undefined, long: () => busy(2), settled: async () => undefined };

/** A call of a guest that is loaded. */
function guest(text: string): Run {
  const module = compile(assemble(`(module ${text})`));
  const { imports } = new WASI();
  const instance = instantiate(module, { host: HOST, ...imports } as never);
  return (deadline) => instance.callAsync('f', [], { deadline });
}

/** All cases by name: what makes one. */
const CASES: readonly (readonly [name: string, prepare: () => Run])[] = [
  ...Object.entries(GUESTS).map(([name, text]) => [name, () => guest(text)] as const),
  [
    'guest threads',
    () => {
      const program = compile(assemble(THREADS));
      return async (deadline) => new WASI().run(engine, program, { deadline });
    },
  ],
  [
    'fifty guests side by side',
    () => {
      const all = Array.from({ length: 50 }, () => guest(GUESTS['an empty loop']));
      return (deadline) => Promise.all(all.map((run) => run(deadline)));
    },
  ],
];

/** Measures the cases whose names have one of the words; all without words. */
export async function* turns(seconds: number, words: readonly string[] = []): AsyncGenerator<Gaps & { name: string }> {
  for (const [name, prepare] of CASES) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const gaps = await besideTimer(seconds * 1000, prepare());
    if (gaps.error !== undefined) throw gaps.error;
    yield { name, ...gaps };
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '1' }, closures: { type: 'boolean', default: false } },
  });
  if (values.closures) useLoop('closures');
  for await (const { name, count, most, longest, late } of turns(Number(values.seconds), positionals)) {
    const worst = longest > 100 ? '  OVER 100' : most > 30 ? '  OVER 30' : '';
    console.log(
      `${name.padEnd(46)} ${String(count).padStart(4)} gaps  p99 ${most.toFixed(1).padStart(7)}  longest ${longest.toFixed(1).padStart(7)}  late ${late.toFixed(1).padStart(6)}${worst}`,
    );
  }
}

if (process.argv[1]?.endsWith('turns.ts')) await main();
