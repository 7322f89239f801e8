// How modules meet the system interface: functions are compared by type when linking, and pointers mean the memory of
// the instance that calls, whenever and from wherever it does.
import { describe, expect, it } from 'vitest';
import { compile, engine, instantiate, LinkError, Trap, UnsupportedError } from '../../src/index.ts';
import WebAssembly from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { BufferOutput, WASI } from '../../src/wasi/index.ts';
import { native } from '../native.ts';
import { signature, SYSTEM_FUNCTIONS, wrongTypes } from '../cli/odd-modules.ts';

const { imports } = new WASI();

function importing(module: string, name: string, type: string): Uint8Array<ArrayBuffer> {
  return assemble(`(module (import "${module}" "${name}" (func${type})))`) as Uint8Array<ArrayBuffer>;
}

describe('functions of the system interface', () => {
  it('are 46 of preview 1, 45 of preview 0 and thread-spawn, and link with their types', () => {
    expect(SYSTEM_FUNCTIONS).toHaveLength(92);
    for (const { module, name, params, results } of SYSTEM_FUNCTIONS) {
      const bytes = importing(module, name, signature(params, results));
      expect(() => instantiate(compile(bytes), imports), name).not.toThrow();
      expect(() => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports), name).not.toThrow();
      const { name: called, length } = (imports[module] as Record<string, unknown>)[name] as (
        ...args: unknown[]
      ) => unknown;
      expect([called, length]).toEqual([name, params.length]);
    }
  });

  it('do not link with another type: fewer, more or other parameters, none, two or other results', () => {
    let refused = 0;
    for (const one of SYSTEM_FUNCTIONS) {
      for (const type of wrongTypes(one)) {
        // WasmEdge's function of that name has it: src/wasi/wasmedge/link.test.ts.
        if (one.name === 'sock_accept' && type === signature(['i32', 'i32'], ['i32'])) continue;
        const what = `${one.module} ${one.name}${type}`;
        const bytes = importing(one.module, one.name, type);
        expect(() => instantiate(compile(bytes), imports), what).toThrow(
          new RegExp(`^incompatible import type: "${one.module}" "${one.name}" is a function .*, imported as `),
        );
        expect(() => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports), what).toThrow(
          WebAssembly.LinkError,
        );
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1_283);
  });

  it('do not link as anything but a function', () => {
    for (const kind of ['(global i32)', '(memory 1)', '(table 1 funcref)', '(tag)']) {
      for (const { module, name } of SYSTEM_FUNCTIONS) {
        const bytes = assemble(`(module (import "${module}" "${name}" ${kind}))`);
        expect(() => instantiate(compile(bytes), imports), `${name} ${kind}`).toThrow(LinkError);
      }
    }
  });

  it('do not link with a type that is equal but for being open to subtypes', () => {
    const bytes = assemble(`(module (type $t (sub (func (param i32) (result i32))))
      (import "wasi_snapshot_preview1" "fd_close" (func (type $t))))`);
    expect(() => instantiate(compile(bytes), imports)).toThrow(/imported as sub \[i32\] -> \[i32\]/);
  });

  it('are one function each: what is exported again is equal to what another instance imports', () => {
    const close = `(import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))`;
    const first = instantiate(compile(assemble(`(module ${close} (export "f" (func $close)))`)), imports);
    const second = instantiate(compile(assemble(`(module ${close} (export "f" (func $close)))`)), imports);
    expect(first.exports['f']).toBe(second.exports['f']);
  });

  it('functions of embedders have no type: they take what they are called with', () => {
    const wrapped = { wasi_snapshot_preview1: { fd_close: (...given: unknown[]) => given.length } };
    const bytes = assemble(`(module
      (import "wasi_snapshot_preview1" "fd_close" (func $f (param i32 i32) (result i32)))
      (func (export "g") (result i32) (call $f (i32.const 1) (i32.const 2))))`);
    expect(instantiate(compile(bytes), wrapped).call('g')).toBe(2);
  });
});

const WRITE = '(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))';
const HI = `(data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n")`;
const SAY_HI = '(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))';

describe('the memory of a call', () => {
  it('is that of the instance that calls, from its start function on', () => {
    const stdout = new BufferOutput();
    const wasi = new WASI({ stdout });
    const text = `(module ${WRITE} (memory (export "memory") 1) ${HI} (func $s ${SAY_HI}) (start $s))`;
    instantiate(compile(assemble(text)), wasi.imports);
    expect(stdout.text()).toBe('hi\n');
    new WebAssembly.Instance(new WebAssembly.Module(assemble(text) as Uint8Array<ArrayBuffer>), wasi.imports);
    expect(stdout.text()).toBe('hi\nhi\n');
  });

  it('of a second instance is its own, also while the first one has been started', () => {
    const stdout = new BufferOutput();
    const wasi = new WASI({ stdout });
    const saying = (letter: string): ReturnType<typeof instantiate> =>
      instantiate(
        compile(
          assemble(`(module ${WRITE} (memory (export "memory") 1)
            (data (i32.const 0) "\\08\\00\\00\\00\\01\\00\\00\\00${letter}") (func (export "say") ${SAY_HI}))`),
        ),
        wasi.imports,
      );
    const [first, second] = [saying('a'), saying('b')];
    for (const instance of [first, second, first, first, second]) instance.call('say');
    expect(stdout.text()).toBe('abaab');
  });

  it('of a function that another instance lends is that of the caller', () => {
    const stdout = new BufferOutput();
    const wasi = new WASI({ stdout });
    const lender = instantiate(compile(assemble(`(module ${WRITE} (export "write" (func $write)))`)), wasi.imports);
    const caller = compile(
      assemble(`(module (import "lib" "write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) ${HI} (func (export "say") ${SAY_HI}))`),
    );
    instantiate(caller, { lib: { write: lender.exports['write'] } } as never).call('say');
    expect(stdout.text()).toBe('hi\n');
  });

  it.each([
    ['there is none', ''],
    ['it is not exported', '(memory 1)'],
    ['it is exported by another name', '(memory (export "mem") 1)'],
    ['a global is exported by its name', '(memory 1) (global (export "memory") i32 (i32.const 0))'],
    ['a function is exported by its name', '(memory 1) (func (export "memory"))'],
  ])('is missing where %s: a trap that the guest cannot catch, and that names it', (_what, memory) => {
    const bytes = assemble(`(module ${WRITE} ${memory}
      (func (export "f") (block $h (try_table (catch_all $h) ${SAY_HI}))))`);
    const call = (): unknown => instantiate(compile(bytes), new WASI().imports).call('f');
    expect(call).toThrow(Trap);
    expect(call).toThrow(/^missing memory: a system call needs the memory that the module exports as "memory"/);
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
      new WASI().imports,
    );
    expect(exports['f'] as () => void).toThrow(WebAssembly.RuntimeError);
  });

  it('is not needed by calls that have no pointers', () => {
    const bytes = assemble(`(module
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
      (func (export "f") (result i32) (i32.add (call $yield) (call $close (i32.const 77)))))`);
    expect(instantiate(compile(bytes), new WASI().imports).call('f')).toBe(8);
  });

  it('is the one that was bound, for all callers, where the embedder says so', () => {
    const stdout = new BufferOutput();
    const wasi = new WASI({ stdout });
    const bytes = assemble(`(module ${WRITE} (func (export "f") ${SAY_HI}))`);
    const memory = { bytes: new Uint8Array(64) };
    memory.bytes.set([8, 0, 0, 0, 3, 0, 0, 0, 0x68, 0x69, 0x0a]);
    wasi.bind({ memory });
    instantiate(compile(bytes), wasi.imports).call('f');
    expect(stdout.text()).toBe('hi\n');
  });
});

describe('start and initialize', () => {
  const program = (entry: string): Uint8Array<ArrayBuffer> =>
    assemble(
      `(module ${WRITE} (memory (export "memory") 1) ${HI} (func (export "${entry}") ${SAY_HI}))`,
    ) as Uint8Array<ArrayBuffer>;

  it.each(['sync', 'async'] as const)('take an instance of ours, in mode %s', async (mode) => {
    const stdout = new BufferOutput();
    const command = new WASI({ stdout, mode });
    expect(await command.start(instantiate(compile(program('_start')), command.imports))).toBe(0);
    const reactor = new WASI({ stdout, mode });
    await reactor.initialize(instantiate(compile(program('_initialize')), reactor.imports));
    expect(stdout.text()).toBe('hi\nhi\n');
  });

  it('say what to give where they are given exports that they cannot call', () => {
    const wasi = new WASI();
    const { exports } = instantiate(compile(program('_start')), wasi.imports);
    expect(() => wasi.start({ exports })).toThrow(/give start the Instance itself/);
  });

  it('see of entries of another engine how many parameters they have', () => {
    const wasi = new WASI();
    const bytes = assemble('(module (func (export "_start") (param i32 i32)))') as Uint8Array<ArrayBuffer>;
    const instance = new native.Instance(new native.Module(bytes));
    expect(() => wasi.start(instance)).toThrow(
      'incompatible export type: "_start" is a function of 2 parameters, and has to be a function [] -> []',
    );
  });

  it('see the types of entries of our namespace', () => {
    const bytes = assemble('(module (func (export "_start") (result i32) (i32.const 1)))') as Uint8Array<ArrayBuffer>;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    expect(() => new WASI().start(instance)).toThrow(/"_start" is a function \[\] -> \[i32\]/);
  });

  it('mean the memory of the last instance with engines that do not tell who calls', async () => {
    const stdout = new BufferOutput();
    const wasi = new WASI({ stdout, mode: 'sync' });
    const saying = (letter: string): InstanceType<typeof native.Instance> => {
      const bytes = assemble(`(module ${WRITE} (memory (export "memory") 1)
        (data (i32.const 0) "\\08\\00\\00\\00\\01\\00\\00\\00${letter}") (func (export "_initialize") ${SAY_HI}))`);
      return new native.Instance(new native.Module(bytes as Uint8Array<ArrayBuffer>), wasi.imports as never);
    };
    for (const instance of [saying('a'), saying('b')]) wasi.initialize(instance);
    expect(stdout.text()).toBe('ab');
  });
});

describe('a function of the host that is exported again', () => {
  const text = '(module (import "m" "f" (func $f)) (export "_start" (func $f)))';
  const imports = { m: { f: () => undefined } } as never;

  it('can be called, but has no steps', async () => {
    const instance = instantiate(compile(assemble(text)), imports);
    expect(instance.call('_start')).toBeUndefined();
    expect(await instance.callAsync('_start')).toBeUndefined();
    expect(() => instance.begin('_start')).toThrow(UnsupportedError);
  });

  it('is an entry where there are no threads to be run in steps', () => {
    const wasi = new WASI({ mode: 'sync' });
    expect(wasi.start(instantiate(compile(assemble(text)), imports))).toBe(0);
    expect(() => new WASI({ mode: 'sync' }).run(engine, compile(assemble(text)), { imports })).toThrow(
      'incompatible export type: "_start" is a function of the host, and has to be one of a module',
    );
  });
});
