// What embedders do wrong with the WASI class and its hosts is told at once, and for what it is.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, stdout } from 'node:process';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { compile, engine, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { nodeDirectory, nodeHost, nodeNetwork, readOnly } from '../../src/wasi/hosts/node.ts';
import { awaited, BufferOutput, memoryDirectory, SystemError, WASI, type WasiOptions } from '../../src/wasi/index.ts';

const hello = compile(
  assemble(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n")
    (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))`),
);

describe('a WASI object', () => {
  test('has one program: a second one, whose output would be lost, is refused', async () => {
    const output = new BufferOutput();
    const wasi = new WASI({ stdout: output });
    expect(await wasi.run(engine, hello)).toBe(0);
    await expect(Promise.resolve(wasi.run(engine, hello))).rejects.toThrow(/^WASI.run: this WASI object has had its/);
    expect(() => wasi.start(instantiate(hello, wasi.imports))).toThrow(/^WASI.start: this WASI object has had its/);
    expect(output.text()).toBe('hi\n');
  });

  test('has none after close, nor a second one while the first one runs', async () => {
    const closed = new WASI({ mode: 'sync' });
    closed.close();
    expect(() => closed.run(engine, hello)).toThrow(/make a new one for each program/);
    const wasi = new WASI();
    const first = wasi.run(engine, hello);
    await expect(Promise.resolve(wasi.run(engine, hello))).rejects.toThrow(TypeError);
    expect(await first).toBe(0);
  });

  test('in mode async rejects what does not fit, and in mode sync throws it', async () => {
    type Either = WASI<'async' | 'sync'>;
    const calls = [
      (wasi: Either) => wasi.run(engine, hello, { fule: 1 } as never),
      (wasi: Either) => wasi.run(engine, new Uint8Array(8) as never),
      (wasi: Either) => wasi.run({} as never, hello),
      (wasi: Either) => wasi.run(engine, compile(assemble('(module)'))),
    ];
    for (const call of calls) {
      const answer = call(new WASI());
      expect(answer).toBeInstanceOf(Promise);
      await expect(answer).rejects.toThrow(TypeError);
      expect(() => call(new WASI({ mode: 'sync' }))).toThrow(TypeError);
    }
  });

  test('has a type that says whether its exit code comes at once', async () => {
    const now: number = new WASI({ mode: 'sync' }).run(engine, hello);
    const later: Promise<number> = new WASI({ args: ['hello'] }).run(engine, hello);
    const options: WasiOptions = { mode: 'async' };
    const either: number | Promise<number> = new WASI(options).run(engine, hello);
    expect([now, await later, await either]).toEqual([0, 0, 0]);
  });

  test('in mode sync refuses a network that needs turns of the event loop, when it is made', () => {
    const options = { network: nodeNetwork(), allow: {} };
    expect(() => new WASI({ ...options, mode: 'sync' })).toThrow(/^WASI: option "network" .* mode 'async' alone/);
    new WASI(options).close();
  });

  test('names the option where a program has a name that no file can have', () => {
    for (const name of ['a/b', '', '.', '..', 'a\0']) {
      const programs = { [name]: new Uint8Array(8) };
      expect(() => new WASI({ programs })).toThrow(/^WASI: option "programs": .* is no name of a file/);
    }
  });

  test('that was given wrong options can still run its program', async () => {
    const wasi = new WASI();
    await expect(Promise.resolve(wasi.run(engine, hello, { fule: 1 } as never))).rejects.toThrow('fule');
    expect(await wasi.run(engine, hello)).toBe(0);
  });

  test('says that start takes no options', () => {
    const wasi = new WASI({ mode: 'sync' });
    const start = wasi.start.bind(wasi) as (...args: unknown[]) => unknown;
    expect(() => start(instantiate(hello, wasi.imports), { fuel: 5 })).toThrow('WASI.start takes the instance alone');
  });

  test('takes no stream of the host for an output, and says what to give', () => {
    for (const stream of [stdout, new PassThrough()]) {
      for (const name of ['stdout', 'stderr']) {
        const make = (): WASI => new WASI({ [name]: stream } as unknown as WasiOptions);
        expect(make).toThrow(TypeError);
        expect(make).toThrow(`option "${name}" is a stream of the host: give outputToFd(1)`);
      }
    }
  });

  test('reads from a stream of the host, which gives pieces', async () => {
    const stream = new PassThrough();
    stream.end('x');
    expect(await new WASI({ stdin: stream }).run(engine, hello)).toBe(0);
  });

  test.each([[['/a', '/a/']], [['/a', '//a']], [['a', './a']], [['a', 'a/.']], [['.', './']], [['/', '//']]])(
    'takes %j for one guest path that is given twice, as nodeHost does',
    (paths) => {
      expect(() => new WASI({ preopens: paths.map((path) => [path, memoryDirectory()] as const) })).toThrow(
        'given twice',
      );
      expect(() => nodeHost({ preopens: paths.map((path) => [path, '.'] as const) })).toThrow('given twice');
    },
  );

  test('takes the environment of the process, of which what is undefined is left out', () => {
    const given = { ...env, MISSING: undefined };
    expect(() => new WASI({ env: given })).not.toThrow();
    expect(() => new WASI(nodeHost({ env }))).not.toThrow();
    expect(nodeHost({ env: given }).env).not.toContainEqual(['MISSING', undefined]);
  });
});

describe('a directory that cannot be given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wrong-use-'));
  const file = join(folder, 'file');
  writeFileSync(file, '');

  test.each([
    ['nope', 'NOENT: the directory "nope": no such directory'],
    ['.:ro', 'NOENT: the directory ".:ro": no such directory'],
  ])('%s is named, with the reason', (path, message) => {
    for (const open of [() => nodeDirectory(path), () => nodeHost({ preopens: { '/': path } })]) {
      expect(open).toThrow(SystemError);
      expect(open).toThrow(message);
    }
    expect(() => nodeHost({ preopens: { '/': { path } } })).toThrow(message);
  });

  test('is named where it is a file', () => {
    expect(() => nodeHost({ preopens: { '/': file } })).toThrow(/^NOTDIR: the directory ".*: is not a directory$/);
  });

  test.each([
    ['a URL', new URL('file:///tmp/')],
    ['a Directory', memoryDirectory()],
    ['options without a path', { readOnly: true }],
    ['a number', 5],
  ])('%s in the place of a path is told that a path is wanted', (_name, value) => {
    const host = (): unknown => nodeHost({ preopens: { '/': value as never } });
    expect(host).toThrow(TypeError);
    expect(host).toThrow('option "preopens"["/"] has to be a path as a text');
    expect(() => nodeDirectory(value as never)).toThrow('the path has to be a path as a text');
  });

  test('is refused by what wraps it, before anything runs', () => {
    expect(() => readOnly('/tmp' as never)).toThrow('readOnly: the directory has to be a Directory');
    expect(() => awaited('/tmp' as never)).toThrow('awaited: the directory has to be a Directory');
  });

  test('in memory has no names that are paths, and says which', () => {
    for (const name of ['a/b', '..', '']) {
      expect(() => memoryDirectory({ [name]: '' })).toThrow(SystemError);
      expect(() => memoryDirectory({ [name]: '' })).toThrow(`memoryDirectory: ${JSON.stringify(name)} is no name`);
    }
  });
});
