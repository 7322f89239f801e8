// Linking of WASIX modules: which functions they get, of which types, and what is not built.
import { describe, expect, it } from 'vitest';
import { compile, engine } from '../../index.ts';
import { assemble } from '../../text/index.ts';
import { WASI } from '../index.ts';
import { generationOf } from './generation.ts';

/** Runs a program whose `_start` is given, with some imports; returns its exit code and the lines of strace. */
async function run(imports: string, start: string): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const wasi = new WASI({ strace: (line) => lines.push(line) });
  const text = `(module ${imports}
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (func (export "_start") ${start}))`;
  return { code: await wasi.run(engine, compile(assemble(text))), lines };
}

describe('a WASIX module', () => {
  it('links whatever it imports, and is told NOSYS by what is not known', async () => {
    const { code, lines } = await run(
      `(import "wasix_32v1" "no_such_call" (func $a (param f64 externref) (result i32)))
       (import "wasix_32v1" "fd_dup" (func $b (param i64) (result i64)))
       (import "wasix_32v1" "never_heard" (func $c (result i32 i64)))`,
      `(local $wide i64) (local $sum i32)
       (local.set $sum (i32.add (call $a (f64.const 1) (ref.null extern)) (i32.wrap_i64 (call $b (i64.const 0)))))
       (call $c) (local.set $wide)
       (local.set $sum (i32.add (local.get $sum)))
       (call $exit (i32.add (local.get $sum) (i32.wrap_i64 (local.get $wide))))`,
    );
    expect(code).toBe(4 * 52);
    expect(lines.filter((line) => line.includes('NOSYS'))).toHaveLength(3);
  });

  it('is of the first generation when it imports a function of preview 1 from there', () => {
    const of = (...imports: [string, string][]) =>
      generationOf(
        compile(assemble(`(module ${imports.map(([from, name]) => `(import "${from}" "${name}" (func))`).join('')})`))
          .module,
      );
    expect(of(['wasi_snapshot_preview1', 'fd_write'])).toBeUndefined();
    expect(of(['wasi_snapshot_preview1', 'fd_write'], ['wasix_32v1', 'fd_dup'])).toMatchObject({ isFirst: false });
    expect(of(['wasix_32v1', 'fd_write'])).toMatchObject({ isFirst: true, pointer: 'i32' });
    expect(of(['wasix_64v1', 'fd_dup'])).toMatchObject({ isFirst: false, pointer: 'i64' });
  });

  it('has the meaning of preview 1 under both names, and pointers outside of memory are MEMVIOLATION', async () => {
    for (const from of ['wasix_32v1', 'wasi_snapshot_preview1']) {
      const { code } = await run(
        `(import "${from}" "args_sizes_get" (func $a (param i32 i32) (result i32)))
         (import "wasix_32v1" "fd_dup" (func (param i32 i32) (result i32)))`,
        '(call $exit (call $a (i32.const -1) (i32.const 0)))',
      );
      expect(code).toBe(78);
    }
  });

  it('reads and writes memory of 64 bits through pointers of 64 bits', async () => {
    const lines: string[] = [];
    const wasi = new WASI({ args: ['one', 'two'], strace: (line) => lines.push(line) });
    const text = `(module
      (import "wasix_64v1" "args_get" (func $args (param i64 i64) (result i32)))
      (import "wasix_64v1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") i64 1)
      (func (export "_start")
        (drop (call $args (i64.const 16) (i64.const 64)))
        (call $exit (i32.load8_u (i64.load (i64.const 24))))))`;
    expect(await wasi.run(engine, compile(assemble(text)))).toBe('t'.charCodeAt(0));
  });
});
