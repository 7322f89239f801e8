// A program whose host function calls a guest that sleeps.
import { expect, test } from 'vitest';
import { compile, engine, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';

test.each(['async', 'sync'] as const)(
  'was refused the sleep as if the program had been given fuel, in mode %s',
  async (mode) => {
    const helper = instantiate(
      compile(
        assemble(`(module (memory 1 1 shared) (func (export "nap") (result i32)
          (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 5000000))))`),
      ),
    );
    const program = compile(
      assemble(`(module (import "h" "nap" (func $nap (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start") (call $exit (call $nap))))`),
    );
    const run = async (options = {}) =>
      new WASI({ mode }).run(engine, program, {
        imports: { h: { nap: () => helper.call('nap') as number } },
        ...options,
      });
    expect(await run()).toBe(2);
    expect(await run({ deadline: Date.now() + 20_000, fuel: 1000 })).toBe(2);
    await expect(run({ fuel: 1000 })).rejects.toThrow('which fuel does not bound');
  },
);
