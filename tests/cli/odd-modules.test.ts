// Modules that import, export and begin in odd ways, on the command line and in the library: each ends with an exit code
// that says what happened, and what is refused is refused before anything runs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, engine, instantiate, LinkError } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { chanceFrom, EXPORT_KINDS, oddProgram } from './odd-modules.ts';
import { type Ended, runCommand } from './in-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-odd-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a command line in this process; files are those of `texts`, by name. */
async function run(texts: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(scratch, name), text);
  return runCommand(args, { cwd: scratch });
}

const FIELDS = `
  (import "wasi_snapshot_preview1" "sched_yield" (func $sys (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "env" "odd" (func $odd (param v128) (result v128)))`;
const REST = `
  (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n")
  (tag $tag)
  (func $hi (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))`;

/** A module whose start function writes, with some exports: what has to be refused before is refused without it. */
function moduleOf(exports: string, shared = false): string {
  const memory = shared ? '(import "env" "memory" (memory $m 1 1 shared))' : '(memory $m 1)';
  return `(module ${FIELDS} ${memory} (export "memory" (memory $m)) ${REST} (func $begin (call $hi)) (start $begin) ${exports})`;
}

const FITTING = ['a function', 'a function that writes', 'a function that traps', 'a function that throws'];
const THREAD_FITTING = ['a function of two i32'];

describe('an entry of another kind or type', () => {
  const trap = ['--unknown-imports', 'trap'];
  it.each(Object.entries(EXPORT_KINDS))('as %s is refused before anything runs, or runs', async (kind, field) => {
    for (const shared of [false, true]) {
      for (const name of ['_start', '_initialize', 'wasi_thread_start']) {
        const fits = (name === 'wasi_thread_start' ? THREAD_FITTING : FITTING).includes(kind);
        const text = moduleOf(`${field(name)} ${EXPORT_KINDS['a function']?.('f')}`, shared);
        const ended = await run({ 'a.wat': text }, [...trap, 'a.wat']);
        if (fits) expect(ended.out).toContain('hi\n');
        else {
          expect(ended).toMatchObject({ code: 1, out: '' });
          expect(ended.err).toMatch(
            new RegExp(`a\\.wat: incompatible export type: "${name}" is a .*, and has to be a function \\[`),
          );
        }
        const invoked = await run({ 'a.wat': text }, [...trap, '--invoke', 'f', 'a.wat']);
        const linked = await run({ 'a.wat': text, 'b.wat': '(module (func (export "_start")))' }, [
          ...trap,
          ...['--module', 'a=a.wat', 'b.wat'],
        ]);
        for (const { code, out, err } of [invoked, linked]) {
          if (name !== '_initialize') expect([code, out]).toEqual([0, 'hi\n']);
          else if (fits) expect(out).toContain('hi\n');
          else expect([code, out, err]).toEqual([1, '', expect.stringContaining('incompatible export type')]);
        }
        const calling = async (): Promise<unknown> => {
          const bytes = assemble(text.replace('"env" "odd"', '"env" "f"'));
          const module = compile(bytes);
          const wasi = new WASI();
          const imports = { env: { f: () => undefined } } as never;
          if (name === 'wasi_thread_start' || shared) return wasi.run(engine, module, { imports });
          const instance = instantiate(module, { ...wasi.imports, ...(imports as object) });
          return name === '_start' ? wasi.start(instance) : wasi.initialize(instance);
        };
        if (!fits) await expect(calling()).rejects.toThrow(LinkError);
      }
    }
  });

  it('of a command and of a reactor in one module is refused, on every way', async () => {
    const both = moduleOf('(func (export "_start")) (func (export "_initialize")) (func (export "f"))');
    for (const args of [[], ['--invoke', 'f'], ['--invoke', '_start'], ['--module', 'a=a.wat']]) {
      const ended = await run({ 'a.wat': both }, ['--unknown-imports=trap', ...args, 'a.wat']);
      expect(ended).toMatchObject({ code: 1, out: '' });
      expect(ended.err).toContain('"_start" is of a command and "_initialize" of a reactor');
    }
    const instance = instantiate(compile(assemble('(module (func (export "_start")) (func (export "_initialize")))')));
    expect(() => new WASI().start(instance)).toThrow(LinkError);
    expect(() => new WASI().initialize(instance)).toThrow(LinkError);
    expect(() => new WASI({ mode: 'sync' }).run(engine, instance.module)).toThrow(LinkError);
    await expect(new WASI().run(engine, instance.module)).rejects.toThrow(LinkError);
  });
});

describe('the start function', () => {
  it('is the program where a shared memory is imported, too, and --invoke and libraries get one', async () => {
    const text = moduleOf('(func (export "f"))', true);
    for (const args of [[], ['--invoke', 'f'], ['--module', 'a=a.wat']]) {
      expect(await run({ 'a.wat': text }, ['--unknown-imports=trap', ...args, 'a.wat'])).toMatchObject({
        code: 0,
        out: args[0] === '--module' ? 'hi\nhi\n' : 'hi\n',
      });
    }
  });

  it('that starts a thread makes no more instances than their memories have room', async () => {
    const text = `(module
      (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 16)
      (func $s (drop (call $spawn (i32.const 0)))) (start $s)
      (func (export "wasi_thread_start") (param i32 i32) (loop $l (br $l)))
      (func (export "_start") (local $i i32)
        (loop $more
          (local.set $i (call $spawn (i32.const 0)))
          (br_if $more (i32.gt_s (local.get $i) (i32.const 0))))
        (call $exit (i32.sub (i32.const 0) (local.get $i)))))`;
    // AGAIN is 6: 10 MiB have room for ten instances.
    expect((await run({ 'a.wat': text }, ['--max-memory', '10MiB', 'a.wat'])).code).toBe(6);
  });
});

describe('--dir and --listen', () => {
  it('are refused before a library runs, and where the program asks for neither', async () => {
    const library = moduleOf('');
    for (const [option, value] of [
      ['--dir', 'missing'],
      ['--dir', 'a.wat'],
      ['--listen', '192.0.2.1:0'],
    ]) {
      for (const text of ['(module (func (export "_start")))', moduleOf('(func (export "_start"))')]) {
        const args = [option, value, '--unknown-imports=trap', '--module', 'lib=lib.wat', 'a.wat'];
        const ended = await run({ 'a.wat': text, 'lib.wat': library }, args);
        expect([ended.code, ended.out, ended.err]).toEqual([1, '', expect.stringContaining(`${option} `)]);
      }
    }
  });
});

describe('--invoke', () => {
  it('judges name and arguments before anything runs', async () => {
    const text = moduleOf('(func (export "f") (param i32)) (global (export "g") i32 (i32.const 0))');
    for (const [rest, code] of [
      [['f', '1'], 0],
      [['f'], 2],
      [['f', 'x'], 2],
      [['g'], 1],
      [['h'], 1],
    ] as const) {
      const [name, ...args] = rest;
      const ended = await run({ 'a.wat': text }, ['--unknown-imports=trap', '--invoke', name, 'a.wat', ...args]);
      expect([ended.code, ended.out]).toEqual([code, code === 0 ? 'hi\n' : '']);
    }
  });

  it('does not give null for a reference that is never null', async () => {
    const text = '(module (func (export "f") (param (ref func))))';
    const ended = await run({ 'a.wat': text }, ['--invoke', 'f', 'a.wat', 'null']);
    expect([ended.code, ended.err]).toEqual([2, expect.stringContaining('never null')]);
  });

  it('of a system function that is exported again means the memory of the module', async () => {
    const text = `(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (export "w" (func $write)) MEMORY (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n"))`;
    const args = ['--invoke', 'w', 'a.wat', '1', '0', '1', '16'];
    const exported = await run({ 'a.wat': text.replace('MEMORY', '(memory (export "memory") 1)') }, args);
    expect([exported.code, exported.out]).toEqual([0, 'hi\n0\n']);
    const inside = await run({ 'a.wat': text.replace('MEMORY', '(memory 1)') }, args);
    expect([inside.code, inside.err]).toEqual([134, expect.stringContaining('missing memory')]);
  });
});

describe('stand-ins', () => {
  const text = (type: string, body: string): string =>
    `(module (import "x" "y" (func $y ${type})) (func (export "_start") ${body}))`;

  it('trap when they are called, whatever their type', async () => {
    const vector = text('(param v128) (result v128)', '(drop (call $y (v128.const i64x2 1 2)))');
    expect(await run({ 'a.wat': vector }, ['--unknown-imports=trap', 'a.wat'])).toMatchObject({
      code: 134,
      err: expect.stringContaining('trap: unreachable: unknown import "x" "y" was called') as string,
    });
    const bytes = assemble(vector);
    const instance = instantiate(compile(bytes), {}, { unknownImports: 'trap' });
    expect(() => instance.call('_start')).toThrow('unknown import: "x" "y" was called');
  });

  it('return zeros of every type, and are refused for references that are never null', async () => {
    const zeros = text(
      '(result v128 i64 funcref)',
      `(call $y)
      (if (i32.eqz (ref.is_null)) (then unreachable))
      (if (i64.ne (i64.const 0)) (then unreachable))
      (if (v128.any_true) (then unreachable))`,
    );
    expect((await run({ 'a.wat': zeros }, ['--unknown-imports=default', 'a.wat'])).code).toBe(0);
    const never = text('(result (ref func))', '(drop (call $y))');
    const refused = await run({ 'a.wat': never }, ['--unknown-imports=default', 'a.wat']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('cannot be null')]);
  });
});

describe('random odd modules', () => {
  const ROUNDS = Number(process.env['WASMI_TS_ODD_ROUNDS'] ?? 400);
  const KNOWN = new Set([0, 1, 2, 5, 124, 125, 134]);

  it(`end with an exit code that says what happened: ${ROUNDS} of them`, async () => {
    const seed = Number(process.env['WASMI_TS_ODD_SEED'] ?? 1);
    for (let round = 0; round < ROUNDS; round++) {
      const { text, library, options, rest } = oddProgram(chanceFrom(seed * 1_000_003 + round));
      const files = { 'a.wat': text, ...(library === undefined ? {} : { 'lib.wat': library }) };
      const linked = library === undefined ? [] : ['--module', 'env=lib.wat'];
      const ended = await run(files, [...options, ...linked, 'a.wat', ...rest]);
      const what = `round ${round}: ${[...options, ...linked].join(' ')} a.wat ${rest.join(' ')}\n${text}\n${ended.err}`;
      expect(KNOWN, what).toContain(ended.code);
      expect(ended.err, what).not.toMatch(/^ +at .*\.[jt]s|internal error/m);
      // What is refused for its entries is refused before anything runs.
      if (/incompatible exports?/.test(ended.err)) expect(ended.out, what).toBe('');
    }
  });
});
