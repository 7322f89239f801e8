// The class WASI with other engines: the host's own WebAssembly, and our namespace in the shape of the JavaScript API.
// Where no call has to wait any engine will do; where one has to, an engine that cannot suspend says so.
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../src/index.ts';
import ours from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { I64 } from '../../src/syntax/types.ts';
import {
  ERRNO,
  BufferOutput,
  memoryDirectory,
  QueueInput,
  readText,
  WASI,
  type WasiOptions,
} from '../../src/wasi/index.ts';
import { NodeWASI } from '../../src/wasi/hosts/node.ts';
import { typeOf } from '../../src/wasi/kernel/table.ts';
import { FUNCTIONS } from '../../src/wasi/preview1/abi.ts';
import { V1, V2, V2_CHANGED } from '../../src/wasi/wasmedge/abi.ts';
import { native } from '../native.ts';

/** Writes argument 0 to standard output and to the new file `out`, then reads a byte of standard input and exits with it. */
const PROGRAM = assemble(`(module
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "out")
  (func $check (param i32) (if (local.get 0) (then (call $exit (i32.add (i32.const 100) (local.get 0))))))
  (func (export "_start")
    (call $check (call $sizes (i32.const 0) (i32.const 4)))
    (call $check (call $args (i32.const 128) (i32.const 1024)))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.sub (i32.load (i32.const 4)) (i32.const 1)))
    (call $check (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3) (i32.const 1)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
    (call $check (call $write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 4) (i32.const 1))
    (call $check (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.load8_u (i32.const 1024)))))`);

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-engines-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** What both namespaces have in common. */
interface Namespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => Instance;
}

const ENGINES: [string, Namespace][] = [
  ['the native WebAssembly', native as unknown as Namespace],
  ['our namespace', ours as unknown as Namespace],
];

describe.each(ENGINES)('with %s', (_title, { Module, Instance }) => {
  const module = new Module(PROGRAM);

  it.each(['sync', 'async'] as const)('a program that never waits runs to its end at once, in mode %s', (mode) => {
    const stdout = new BufferOutput();
    const root = memoryDirectory();
    const options: WasiOptions = { args: ['hello'], preopens: { '/': root.reopen() }, stdin: '*', stdout, mode };
    const wasi = new WASI(options);
    const instance = new Instance(module, wasi.getImportObject());
    expect(wasi.start(instance)).toBe(42);
    expect([stdout.text(), readText(root, 'out')]).toEqual(['hello', 'hello']);
  });

  it('a call that has to wait is a clear error in mode async, and NOTSUP in mode sync', () => {
    const start = (mode: 'async' | 'sync'): unknown => {
      const wasi = new WASI({ preopens: { '/': memoryDirectory() }, args: [''], stdin: new QueueInput(), mode });
      return wasi.start(new Instance(module, { wasi_snapshot_preview1: wasi.wasiImport }));
    };
    expect(start('sync')).toBe(158);
    expect(() => start('async')).toThrow(/has to wait|returned a promise/);
  });

  it('the class of wasmi-ts/node takes the options of node:wasi', () => {
    const root = mkdtempSync(join(scratch, 'root-'));
    symlinkSync('..', join(root, 'up'));
    const [input, output] = [join(scratch, 'input'), join(scratch, 'output')];
    writeFileSync(input, '!');
    const [stdin, stdout] = [openSync(input, 'r'), openSync(output, 'w')];
    const wasi = new NodeWASI({
      version: 'preview1',
      args: ['from node', 'x'],
      env: { KEY: 'value', UNSET: undefined },
      preopens: { '/sandbox': root },
      returnOnExit: true,
      stdin,
      stdout,
    });
    expect(wasi.start(new Instance(module, wasi.getImportObject()))).toBe(33);
    for (const fd of [stdin, stdout]) closeSync(fd);
    expect(readFileSync(output, 'utf8')).toBe('from node\0x');
    expect(readFileSync(join(root, 'out'), 'utf8')).toBe('from node\0x');
  });

  it('a reactor is prepared by initialize', () => {
    const reactor = new Module(
      assemble(`(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (global $ready (export "ready") (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $ready (i32.add (i32.const 1) (call $random (i32.const 0) (i32.const 8))))))`),
    );
    const wasi = new WASI();
    const instance = new Instance(reactor, wasi.getImportObject());
    wasi.initialize(instance);
    expect((instance.exports['ready'] as { value: number }).value).toBe(1);
    expect(() => wasi.start(instance)).toThrow(/_start/);
  });
});

describe('mistakes of those who come from node:wasi', () => {
  it('paths and descriptors, which only a host knows, are refused with what to write instead', () => {
    const wrong = (options: unknown) => () => new WASI(options as WasiOptions);
    expect(wrong({ preopens: { '/': '/tmp' } })).toThrow(/nodeDirectory\("\/tmp"\)/);
    expect(wrong({ stdin: 0 })).toThrow(/inputFromFd\(0\)/);
    expect(wrong({ stdout: 1 })).toThrow(/outputToFd\(1\)/);
  });

  it('limits of NodeWASI are those of WASI, with the errors of node:wasi', () => {
    const wrong = (limits: unknown) => () =>
      new NodeWASI({ version: 'preview1', limits: limits as { handles: number } });
    expect(wrong({ handles: 3 })).not.toThrow();
    expect(wrong({ handle: 3 })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(wrong({ handles: -3 })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    expect(() => new NodeWASI({ version: 'preview1', preopens: { '/': scratch }, limits: { handles: 3 } })).toThrow(
      expect.objectContaining({ code: 'UVWASI_EMFILE' }),
    );
  });

  it('a guest never ends the process, and a missing directory is an error at once', () => {
    expect(() => new NodeWASI({ version: 'preview1', returnOnExit: false })).toThrow(TypeError);
    expect(
      () => new NodeWASI({ version: 'preview1', preopens: { '/': scratch, '/x': join(scratch, 'missing') } }),
    ).toThrow(/NOENT/);
  });

  it('the error of an engine that cannot suspend is an UnsupportedError', () => {
    const wasi = new WASI({ stdin: new QueueInput(), args: [''], preopens: { '/': memoryDirectory() } });
    const instance = new native.Instance(new native.Module(PROGRAM), wasi.getImportObject() as never);
    let thrown: unknown;
    try {
      wasi.start(instance);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnsupportedError);
  });
});

describe('values that another engine hands over as they are', () => {
  const OTHERS: unknown[] = [
    undefined,
    null,
    '',
    '1',
    [],
    [1],
    {},
    { valueOf: () => 1 },
    true,
    false,
    1.5,
    -0,
    Number.NaN,
  ];
  const NO_I32 = [...OTHERS, 1n, Symbol.iterator, 2 ** 32 + 1, -(2 ** 31) - 1];
  const NO_I64 = [...OTHERS, 0, Symbol.iterator];
  const outcome = (call: () => unknown): unknown => {
    try {
      return call();
    } catch (error) {
      return error instanceof TypeError ? error.message : error;
    }
  };

  /** The kinds of parameters that functions of a name have: WasmEdge's may have other ones than preview 1's. */
  const formsOf = (name: string): string[][] =>
    ([FUNCTIONS, V1, V2_CHANGED, V2] as Readonly<Record<string, string>>[])
      .flatMap((table) => table[name] ?? [])
      .map((row) => typeOf(row).params.map((one) => (one === I64 ? 'i64' : 'i32')));

  it('are INVAL for every function, and never become descriptors or numbers of their kind', () => {
    const lines: string[] = [];
    const wasi = new WASI({ mode: 'sync', strace: (line) => lines.push(line) });
    wasi.bind({ memory: { buffer: new ArrayBuffer(65536) } });
    for (const [module, functions] of Object.entries(wasi.imports)) {
      for (const [name, call] of Object.entries(functions)) {
        const forms = module === 'wasi' ? [['i32']] : formsOf(name);
        const wrong: unknown[][] = [];
        for (const params of forms) {
          const right = params.map((kind) => (kind === 'i64' ? 0n : 0));
          // A name may have another form that takes as many.
          const others = [right.slice(1), [...right, 0]].filter(({ length }) =>
            forms.every((one) => one.length !== length),
          );
          wrong.push(...others);
          params.forEach((kind, at) => {
            for (const value of kind === 'i64' ? NO_I64 : NO_I32)
              wrong.push(right.map((one, i) => (i === at ? value : one)));
          });
        }
        const refused =
          module === 'wasi'
            ? -ERRNO.INVAL
            : name === 'proc_exit'
              ? expect.stringContaining('proc_exit is a function')
              : ERRNO.INVAL;
        for (const args of wrong) {
          expect([name, args, outcome(() => (call as (...all: unknown[]) => unknown)(...args))]).toEqual([
            name,
            args,
            refused,
          ]);
        }
      }
    }
    expect(lines).toEqual([]);
  });

  it('close nothing where a module imports a function with another type', () => {
    for (const type of ['externref', 'f64', 'i64', '']) {
      const [param, get] = type === '' ? ['', ''] : [`(param ${type})`, '(local.get 0)'];
      const bytes = assemble(`(module
        (import "wasi_snapshot_preview1" "fd_close" (func $close ${param} (result i32)))
        (memory (export "memory") 1)
        (func (export "close") ${param} (result i32) (call $close ${get})))`);
      const wasi = new WASI({ mode: 'sync' });
      const { exports } = new native.Instance(new native.Module(bytes), wasi.getImportObject() as never);
      for (const value of type === 'i64' ? [1n] : type === 'f64' ? [1.5, Number.NaN] : NO_I32) {
        expect([type, exports['close'](value)]).toEqual([type, ERRNO.INVAL]);
      }
      const { fd_sync: sync } = wasi.wasiImport;
      expect([0, 1, 2].map((fd) => sync?.(fd) !== ERRNO.BADF)).toEqual([true, true, true]);
    }
  });
});
