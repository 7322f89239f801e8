import { afterEach, expect, test } from 'vitest';
import { namespace as api } from './namespace.ts';
import { install } from './polyfill.ts';
import { run, thrownBy, wat } from './wat.suite.ts';

const native = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly');
afterEach(() => {
  if (native) Object.defineProperty(globalThis, 'WebAssembly', native);
  else Reflect.deleteProperty(globalThis, 'WebAssembly');
});

test('compile errors are CompileErrors that say who was called and where', async () => {
  const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 9]);
  const error = thrownBy(() => new api.Module(bytes)) as Error;
  expect(error).toBeInstanceOf(api.CompileError);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('CompileError');
  expect(error.message).toMatch(/^WebAssembly\.Module\(\): /);
  await expect(api.compile(bytes)).rejects.toThrow(/^WebAssembly\.compile\(\): /);
});

test('error classes can be called without new, extended, and given a cause', () => {
  const made = api.RuntimeError('x');
  expect(made).toBeInstanceOf(api.RuntimeError);
  class Mine extends api.LinkError {}
  expect(new Mine('y')).toBeInstanceOf(Mine);
  expect(Object.getPrototypeOf(api.RuntimeError)).toBe(Error);
  expect(new api.CompileError('z', { cause: 5 })).toHaveProperty('message', 'z');
});

test('an import that does not fit is a LinkError that names it', () => {
  const module = new api.Module(wat('(module (import "env" "f" (func)))'));
  expect(() => new api.Instance(module)).toThrow(TypeError);
  const error = thrownBy(() => new api.Instance(module, { env: { f: 5 } })) as Error;
  expect(error).toBeInstanceOf(api.LinkError);
  expect(error.message).toContain('Import #0 "env" "f"');
});

test('instantiate gives both for bytes, and an instance for a module', async () => {
  const bytes = wat('(module (func (export "f") (result i32) i32.const 4))');
  const { module, instance } = await api.instantiate(bytes);
  expect(instance).toBeInstanceOf(api.Instance);
  expect(await api.instantiate(module)).toBeInstanceOf(api.Instance);
});

test('streaming wants the right type of content, and an answer that is ok', async () => {
  const bytes = wat('(module)');
  const answer = (type: string, ok = true) => ({
    ok,
    headers: { get: () => type },
    arrayBuffer: () => Promise.resolve(bytes.slice().buffer),
  });
  expect(await api.compileStreaming(Promise.resolve(answer(' Application/WASM ')))).toBeInstanceOf(api.Module);
  expect((await api.instantiateStreaming(answer('application/wasm'))).module).toBeInstanceOf(api.Module);
  await expect(api.compileStreaming(answer('application/wasm; charset=utf-8'))).rejects.toThrow(TypeError);
  await expect(api.compileStreaming(answer('text/html'))).rejects.toThrow(TypeError);
  await expect(api.compileStreaming(answer('application/wasm', false))).rejects.toThrow(TypeError);
  await expect(api.compileStreaming(bytes as never)).rejects.toThrow(TypeError);
});

test('string builtins and string constants need no imports object entries', () => {
  const text = `(module
    (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
    (import "s" "hello" (global $hello externref))
    (func (export "f") (result i32) global.get $hello call $length)
    (func (export "g") (param externref) (result i32) local.get 0 call $length))`;
  const module = new api.Module(wat(text), { builtins: ['js-string'], importedStringConstants: 's' });
  expect(api.Module.imports(module)).toEqual([]);
  const { f, g } = new api.Instance(module, {}).exports as unknown as Record<string, (...args: unknown[]) => unknown>;
  expect(f()).toBe(5);
  expect(() => g(5)).toThrow(api.RuntimeError);
});

test('an exception comes out as the object that went in', () => {
  const tag = new api.Tag({ parameters: ['i32', 'externref'] });
  const payload = {};
  const thrown = new api.Exception(tag, ['7', payload], { traceStack: true });
  const { f, own } = run(
    `(module (import "m" "f" (func $f)) (import "m" "t" (tag $t (param i32 externref)))
      (func (export "f") (block $h (result i32 externref exnref) (try_table (catch_ref $t $h) call $f) return) throw_ref)
      (func (export "own") i32.const 1 ref.null extern throw $t))`,
    {
      m: {
        t: tag,
        f: () => {
          throw thrown;
        },
      },
    },
  );
  expect(thrownBy(f)).toBe(thrown);
  expect(thrown.is(tag)).toBe(true);
  expect([thrown.getArg(tag, 0), thrown.getArg(tag, 1)]).toEqual([7, payload]);
  expect(thrown.stack).toContain('namespace.test');
  const made = thrownBy(own) as InstanceType<typeof api.Exception>;
  expect(made).toBeInstanceOf(api.Exception);
  expect(made.getArg(tag, 0)).toBe(1);
  expect(made.is(new api.Tag({ parameters: ['i32', 'externref'] }))).toBe(false);
});

test('a structure comes back as itself, and shows nothing of its inside', () => {
  const { make, same } = run(
    '(module (type $s (struct (field i32))) (func (export "make") (result anyref) i32.const 1 struct.new $s) (func (export "same") (param (ref $s)) (result eqref) local.get 0))',
  );
  const object = make() as Record<string, unknown>;
  expect(same(object)).toBe(object);
  expect(Object.keys(object)).toEqual([]);
  expect(() => same({})).toThrow(TypeError);
});

test('a promising call starts at once, waits for imports, and lets others run meanwhile', async () => {
  const log: string[] = [];
  const { f } = run(
    '(module (import "m" "wait" (func $wait (param i32) (result i32))) (func (export "f") (param i32) (result i32) local.get 0 call $wait call $wait))',
    {
      m: {
        wait: new api.Suspending(async (x: number) => {
          log.push(`wait ${x}`);
          await undefined;
          return x + 1;
        }),
      },
    },
  );
  const promise = api.promising(f)(1);
  const other = api.promising(f)(10);
  log.push('started');
  expect(await Promise.all([promise, other])).toEqual([3, 12]);
  expect(log).toEqual(['wait 1', 'wait 10', 'started', 'wait 2', 'wait 11']);
  expect(() => f(1)).toThrow(api.SuspendError);
});

test('the polyfill leaves what is there alone unless it is forced to', () => {
  expect(install()).toBe(false);
  expect(install({ force: true })).toBe(true);
  expect(Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')).toEqual({
    value: api,
    writable: true,
    enumerable: false,
    configurable: true,
  });
});

test('a detached source has no bytes, as in native engines: not valid, and a CompileError', async () => {
  const views: ((buffer: ArrayBuffer) => ArrayBuffer | ArrayBufferView)[] = [
    (buffer) => buffer,
    (buffer) => new Uint8Array(buffer),
    (buffer) => new DataView(buffer, 2, 4),
  ];
  for (const view of views) {
    const source = view(new ArrayBuffer(8));
    structuredClone(undefined, { transfer: [(ArrayBuffer.isView(source) ? source.buffer : source) as ArrayBuffer] });
    expect(api.validate(source)).toBe(false);
    expect(() => new api.Module(source)).toThrow(api.CompileError);
    await expect(api.compile(source)).rejects.toThrow(api.CompileError);
  }
});

test('an exception keeps an f32 as single precision has it', () => {
  const tag = new api.Tag({ parameters: ['f32'] });
  const kept = [1.1, 1e39, 1e-46, -0].map((value) => new api.Exception(tag, [value]).getArg(tag, 0));
  expect(kept).toEqual([Math.fround(1.1), Number.POSITIVE_INFINITY, 0, -0]);
});

test('the iterator of a sequence is read once', () => {
  let reads = 0;
  const once = {
    get [Symbol.iterator]() {
      reads++;
      return Array.prototype[Symbol.iterator].bind(['i32']);
    },
  };
  const tag = new api.Tag({ parameters: once as never });
  expect(reads).toBe(1);
  expect(() => new api.Exception(tag, once as never)).not.toThrow();
  expect(reads).toBe(2);
});
