// Calls of functions by index, closures, and reflection, in both modes and by both loops.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLoop } from '../../closures.ts';
import { compile, engine } from '../../index.ts';
import { assemble } from '../../text/index.ts';
import { WASI } from '../index.ts';

const IMPORTS = `
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasix_32v1" "thread_sleep" (func $sleep (param i64) (result i32)))
  (import "wasix_32v1" "proc_fork" (func $fork (param i32 i32) (result i32)))
  (import "wasix_32v1" "proc_join" (func $join (param i32 i32 i32) (result i32)))
  (import "wasix_32v1" "dl_invalid_handle" (func $invalid (param i32) (result i32)))
  (import "wasix_32v1" "call_dynamic" (func $dynamic (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "closure_allocate" (func $allocate (param i32) (result i32)))
  (import "wasix_32v1" "closure_prepare" (func $prepare (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "closure_free" (func $free (param i32) (result i32)))
  (import "wasix_32v1" "reflect_signature" (func $reflect (param i32 i32 i32 i32 i32 i32) (result i32)))
  (global $sp (export "__stack_pointer") (mut i32) (i32.const 0x8000))
  (memory (export "memory") 1)`;

/** Writes so many bytes of memory, from 1024 on, to stdout, and the program ends. */
const tell = (bytes: number): string =>
  `(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const ${bytes}))
   (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))`;

interface Ran {
  readonly code: number;
  readonly out: Uint8Array;
}

async function run(
  body: string,
  mode: 'async' | 'sync',
  more: { fuel?: number; tableElements?: number } = {},
): Promise<Ran> {
  const out: number[] = [];
  const stdout = (bytes: Uint8Array): void => {
    out.push(...bytes);
  };
  const { fuel, tableElements } = more;
  const wasi = new WASI({ args: ['it'], stdout, mode, ...(tableElements && { limits: { tableElements } }) });
  const module = compile(assemble(`(module ${IMPORTS} ${body})`));
  const code = await wasi.run(engine, module, { deadline: Date.now() + 20_000, ...(fuel && { fuel }) });
  return { code, out: Uint8Array.from(out) };
}

/** Stores a number in a word, from address 1024 on. */
const word = (i: number, value: string): string => `(i32.store (i32.const ${1024 + 4 * i}) ${value})`;

const words = ({ out }: Ran): number[] => [...new Int32Array(out.slice().buffer)];

const CASES = (['async', 'sync'] as const).flatMap((mode) =>
  (['switch', 'closures'] as const).map((loop) => [mode, loop] as const),
);

describe.each(CASES)('in mode %s, by the loop %s,', (mode, loop) => {
  beforeAll(() => useLoop(loop));
  afterAll(() => useLoop('switch'));

  const MIXED = `
    (table 8 funcref) (elem (i32.const 1) $mixed $fd_write $twice)
    (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func $mixed (param i32 i64 f32 f64 v128) (result f64 i32 v128 i64 f32)
      (local.get 3) (local.get 0) (local.get 4) (local.get 1) (local.get 2))`;
  /** Bytes 1 to 40 from 512 on. */
  const BYTES = `(data (i32.const 512) "${Array.from({ length: 40 }, (_, i) => `\\${(i + 1).toString(16).padStart(2, '0')}`).join('')}")`;
  const dynamic = (index: number, values: number, results: number, strict: number): string =>
    `(call $dynamic (i32.const ${index}) (i32.const 512) (i32.const ${values}) (i32.const 1028) (i32.const ${results})
      (i32.const ${strict}))`;
  const SWAPPED = [17, 24, 1, 4, 25, 40, 5, 12, 13, 16].reduce<number[]>((all, one, i, pairs) => {
    if (i % 2 === 1) for (let byte = pairs[i - 1]; byte <= one; byte++) all.push(byte);
    return all;
  }, []);

  it('a function is called with packed arguments of all types, and its results are packed', async () => {
    const ran = await run(
      `${MIXED} ${BYTES} (func (export "_start") ${word(0, dynamic(1, 40, 40, 1))} ${tell(44)})`,
      mode,
    );
    expect([...ran.out]).toEqual([0, 0, 0, 0, ...SWAPPED]);
  });

  it('a strict call is refused where a byte is missing or too much, and another takes 0 for it', async () => {
    for (const [values, results] of [
      [39, 40],
      [41, 40],
      [40, 39],
      [40, 41],
    ]) {
      const body = `${MIXED} ${BYTES} (func (export "_start") ${word(0, dynamic(1, values, results, 1))} ${tell(44)})`;
      expect([...(await run(body, mode)).out]).toEqual([28, ...new Array(43).fill(0)]);
    }
    for (let length = 0; length <= 42; length++) {
      const body = `${MIXED} ${BYTES} (func (export "_start") ${word(0, dynamic(1, length, 40, 0))} ${tell(44)})`;
      const expected = SWAPPED.map((byte) => (byte <= length ? byte : 0));
      expect([...(await run(body, mode)).out], `${length}`).toEqual([0, 0, 0, 0, ...expected]);
      const less = `${MIXED} ${BYTES} (func (export "_start") ${word(0, dynamic(1, 40, length, 0))} ${tell(44)})`;
      const cut = SWAPPED.map((byte, i) => (i < length ? byte : 0));
      expect([...(await run(less, mode)).out], `${length}`).toEqual([0, 0, 0, 0, ...cut]);
    }
  });

  it('functions of the host are called so, too, and what is none is refused', async () => {
    const body = `${MIXED} (data (i32.const 512) "\\01\\00\\00\\00\\40\\02\\00\\00\\01\\00\\00\\00\\08\\00\\00\\00")
      (data (i32.const 576) "\\80\\02\\00\\00\\04\\00\\00\\00") (data (i32.const 640) "text")
      (func (export "_start") ${word(0, dynamic(2, 16, 4, 1))} ${word(2, dynamic(5, 0, 0, 1))}
        ${word(3, dynamic(99, 0, 0, 0))} ${word(4, '(call $invalid (i32.const 0))')} ${tell(20)})`;
    const ran = await run(body, mode);
    expect(String.fromCharCode(...ran.out.slice(0, 4))).toBe('text');
    expect(words({ ...ran, out: ran.out.slice(4) })).toEqual([0, 0, 28, 28, 28]);
  });

  it('a function that is called so may wait, fork, and call others so', async () => {
    const body = `(table 4 funcref) (elem (i32.const 1) $outer $inner)
      (func $inner (param $n i32) (result i32)
        (drop (call $sleep (i64.const 1000000)))
        (drop (call $fork (i32.const 1) (i32.const 2000)))
        (i32.add (local.get $n) (i32.eqz (i32.load (i32.const 2000)))))
      (func $outer (param $n i32) (result i32)
        (i32.store (i32.const 600) (i32.add (local.get $n) (i32.const 10)))
        (drop (call $dynamic (i32.const 2) (i32.const 600) (i32.const 4) (i32.const 604) (i32.const 4) (i32.const 1)))
        (i32.add (i32.load (i32.const 604)) (i32.const 100)))
      (func (export "_start")
        (i32.store (i32.const 512) (i32.const 1000))
        ${word(0, dynamic(1, 4, 4, 1))}
        (if (i32.load (i32.const 2000)) (then
          (i32.store8 (i32.const 700) (i32.const 0))
          (drop (call $join (i32.const 700) (i32.const 0) (i32.const 720)))))
        ${tell(8)})`;
    expect(words(await run(body, mode))).toEqual([0, 1111, 0, 1110]);
  });

  it('a trap in a function that is called so ends the program, and calls without an end are exhausted', async () => {
    const trap = `(table 4 funcref) (elem (i32.const 1) $f) (func $f unreachable)
      (func (export "_start") (drop ${dynamic(1, 0, 0, 1)}))`;
    await expect(run(trap, mode)).rejects.toThrow(/unreachable/);
    const deep = `(table 4 funcref) (elem (i32.const 1) $f) (func $f (drop ${dynamic(1, 0, 0, 1)}))
      (func (export "_start") (drop ${dynamic(1, 0, 0, 1)}))`;
    await expect(run(deep, mode)).rejects.toThrow(/call stack exhausted/);
    const endless = `(table 4 funcref) (elem (i32.const 1) $f) (func $f)
      (func (export "_start") (loop (drop ${dynamic(1, 0, 0, 1)}) (br 0)))`;
    await expect(run(endless, mode, { fuel: 1e5 })).rejects.toThrow(/fuel/);
  });

  const CLOSURE = `(table (export "table") 4 20 funcref) (elem (i32.const 1) $back)
    (type $t (func (param i64 i32) (result i32 f64)))
    (data (i32.const 512) "\\01\\00") (data (i32.const 516) "\\00\\03")
    ;; Adds both and the user's number; the second result is the first as a float.
    (func $back (param $values i32) (param $results i32) (param $user i32)
      (drop (call $sleep (i64.const 1000)))
      (i32.store (local.get $results) (i32.add (local.get $user)
        (i32.add (i32.wrap_i64 (i64.load (local.get $values))) (i32.load offset=8 (local.get $values)))))
      (f64.store offset=4 (local.get $results) (f64.convert_i32_s (i32.load (local.get $results)))))
    (func $use (param $at i32) (result i32) (local $f f64)
      (i64.const 30) (i32.const 4) (call_indirect (type $t) (local.get $at))
      (local.set $f)
      (i32.trunc_f64_s (local.get $f)) (i32.add))
    (func $make (param $at i32) (param $user i32) (result i32)
      (call $prepare (i32.const 1) (local.get $at) (i32.const 512) (i32.const 2) (i32.const 516) (i32.const 2)
        (local.get $user)))`;

  it('a closure is called by call_indirect, waits, is defined anew, and is copied by fork', async () => {
    const body = `${CLOSURE} (func (export "_start") (local $at i32)
      ${word(0, '(call $allocate (i32.const 600))')} (local.set $at (i32.load (i32.const 600)))
      ${word(1, '(local.get $at)')} ${word(2, '(call $make (local.get $at) (i32.const 500))')}
      ${word(3, '(call $use (local.get $at))')}
      (drop (call $make (local.get $at) (i32.const 1000)))
      (drop (call $fork (i32.const 1) (i32.const 2000)))
      ${word(4, '(call $use (local.get $at))')} ${word(5, '(global.get $sp)')}
      (if (i32.load (i32.const 2000)) (then
        (i32.store8 (i32.const 700) (i32.const 0))
        (drop (call $join (i32.const 700) (i32.const 0) (i32.const 720)))))
      ${tell(24)})`;
    const expected = [0, 4, 0, 1068, 2068, 0x8000];
    expect(words(await run(body, mode))).toEqual([...expected, ...expected]);
  });

  it('elements of closures are allocated, given back, and refused where the table may not grow', async () => {
    const body = `${CLOSURE} (func (export "_start") (local $i i32)
      ${word(0, '(call $make (i32.const 3) (i32.const 0))')} ${word(1, '(call $free (i32.const 3))')}
      (loop (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if 0 (i32.eqz (call $allocate (i32.const 600)))))
      ${word(2, '(local.get $i)')} ${word(3, '(call $allocate (i32.const 600))')}
      ${word(4, '(call $free (i32.const 7))')} ${word(5, '(call $free (i32.const 7))')}
      ${word(6, '(call $allocate (i32.const 600))')} ${word(7, '(i32.load (i32.const 600))')} ${tell(32)})`;
    expect(words(await run(body, mode))).toEqual([28, 28, 17, 48, 0, 28, 0, 7]);
    const free = `${CLOSURE} (func (export "_start")
      (drop (call $allocate (i32.const 600))) (drop (call $make (i32.const 4) (i32.const 0)))
      (drop (call $free (i32.const 4))) (drop (call $use (i32.const 4))))`;
    await expect(run(free, mode)).rejects.toThrow(/uninitialized element/);
    expect(words(await run(body, mode, { tableElements: 6 }))).toEqual([28, 28, 3, 48, 28, 28, 48, 5]);
  });

  it('the types of functions are told, with how many there are where there is no room', async () => {
    const reflect = (index: number, args: number, results: number): string =>
      `(call $reflect (i32.const ${index}) (i32.const 1036) (i32.const ${args}) (i32.const 1044) (i32.const ${results})
        (i32.const 1028))`;
    const told = async (index: number, args: number, results: number, first = ''): Promise<number[]> => [
      ...(
        await run(
          `${MIXED} (func (export "_start") ${first} ${word(0, reflect(index, args, results))} ${tell(26)})`,
          mode,
        )
      ).out,
    ];
    const head = (errno: number, cacheable: number, args: number, results: number): number[] => [
      errno,
      0,
      0,
      0,
      cacheable,
      0,
      args,
      0,
      results,
      0,
      0,
      0,
    ];
    expect(await told(1, 5, 5)).toEqual([...head(0, 1, 5, 5), 0, 1, 2, 3, 4, 0, 0, 0, 3, 0, 4, 1, 2, 0]);
    expect(await told(1, 4, 5)).toEqual([...head(61, 1, 5, 5), ...new Array(14).fill(0)]);
    expect(await told(0, 5, 5)).toEqual([...head(28, 0, 0, 0), ...new Array(14).fill(0)]);
    const closure = `(drop (call $allocate (i32.const 600))) (i32.store8 (i32.const 640) (i32.const 2))
      (drop (call $prepare (i32.const 4) (i32.load (i32.const 600)) (i32.const 640) (i32.const 1) (i32.const 640)
        (i32.const 1) (i32.const 0)))`;
    const back = '(elem (i32.const 4) $back) (func $back (param i32 i32 i32))';
    const ran = await run(
      `${MIXED} ${back} (func (export "_start") ${closure} ${word(0, reflect(8, 8, 8))} ${tell(26)})`,
      mode,
    );
    expect([...ran.out]).toEqual([...head(0, 0, 1, 1), 2, ...new Array(7).fill(0), 2, ...new Array(5).fill(0)]);
  });
});
