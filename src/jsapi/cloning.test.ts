import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { assemble } from '../text/index.ts';
import { opened, parcelOf } from './cloning.ts';
import ours, { createWebAssembly } from './index.ts';

const BYTES = assemble(`(module (memory (export "memory") 1) (table (export "table") 1 funcref) (tag (export "tag"))
  (global (export "global") i32 (i32.const 1)) (type $s (struct)) (func (export "struct") (result (ref $s)) (struct.new $s)))`);
const module = new ours.Module(BYTES);
const instance = new ours.Instance(module);
const tag = new ours.Tag({ parameters: [] });

/** An object of each interface, made by its constructor; the compiler and the first test ask for every one. */
const MADE: Record<string, object> = {
  Module: module,
  Instance: instance,
  Memory: new ours.Memory({ initial: 1 }),
  Table: new ours.Table({ element: 'anyfunc', initial: 1 }),
  Global: new ours.Global({ value: 'i32' }),
  Tag: tag,
  Exception: new ours.Exception(tag, []),
  Suspending: new ours.Suspending(() => {}),
};

describe('no object of ours is ever cloned as an empty object', () => {
  it('every interface of the namespace is in the list', () => {
    const names = Object.getOwnPropertyNames(ours).filter((name) => /^[A-Z]/.test(name) && !/Error|^JSTag/.test(name));
    expect(Object.keys(MADE).sort()).toEqual(names.sort());
  });

  const exported = Object.entries(instance.exports).map(([name, value]): [string, unknown] => [
    `the export ${name}`,
    value,
  ]);
  const struct = (instance.exports as { struct(): object }).struct();
  const all: [string, unknown][] = [...Object.entries(MADE), ...exported, ['a struct', struct], ['JSTag', ours.JSTag]];

  it.each(all)('%s: the host refuses it', (_name, object) => {
    for (const value of [object, [object], { object }, new Map([[object, 1]])]) {
      expect(() => structuredClone(value)).toThrow(/could not be cloned/);
      expect(() => serialize(value)).toThrow(/could not be cloned/);
    }
  });

  it.each(Object.entries(MADE))('%s: the message had the name that the class has in the source', (name, object) => {
    expect(() => structuredClone(object)).toThrow(`#<${name}> could not be cloned.`);
    expect(() => structuredClone(Object.freeze({ object }))).toThrow(`#<${name}> could not be cloned.`);
    const Class = ours[name as 'Module'] as unknown as () => object;
    expect(() => Class()).toThrow(new TypeError(`Class constructor ${name} cannot be invoked without 'new'`));
  });

  it.each(['Module', 'Memory', 'Table', 'Global', 'Tag', 'Instance'] as const)(
    'classes that extend %s, too',
    (name) => {
      const Class = ours[name] as unknown as new (...args: unknown[]) => object;
      class Extended extends Class {
        readonly more = 1;
      }
      const given: Record<string, unknown[]> = {
        Module: [BYTES],
        Memory: [{ initial: 1 }],
        Table: [{ element: 'anyfunc', initial: 1 }],
        Global: [{ value: 'i32' }],
        Tag: [{ parameters: [] }],
        Instance: [module],
      };
      const made = new Extended(...given[name]);
      expect([made instanceof Extended, made instanceof Class, (made as Extended).more]).toEqual([true, true, 1]);
      expect(() => structuredClone(made)).toThrow(/could not be cloned/);
    },
  );
});

/** The same things by a namespace, as Node's console prints them. */
function printed(api: typeof ours): Record<string, string> {
  const bytes = assemble(`(module (memory (export "m") 1) (table (export "t") 1 funcref) (tag (export "x"))
    (global (export "g") i32 (i32.const 1)) (func (export "f") (param i32)))`);
  const made = new api.Module(bytes);
  const { exports } = new api.Instance(made);
  const newTag = new api.Tag({ parameters: [] });
  const things = {
    Module: made,
    Instance: new api.Instance(made),
    Memory: new api.Memory({ initial: 1 }),
    Table: new api.Table({ element: 'anyfunc', initial: 1 }),
    Global: new api.Global({ value: 'i32' }),
    Tag: newTag,
    Exception: new api.Exception(newTag, []),
    exports,
    moduleImports: api.Module.imports(made),
    moduleExports: api.Module.exports(made),
    error: new api.RuntimeError('x').toString(),
    nested: { deep: [made, exports['f']] },
  };
  return Object.fromEntries(Object.entries(things).map(([name, value]) => [name, inspect(value)]));
}

it('the console prints our objects as those of the host', () => {
  const { WebAssembly: theirs } = globalThis as unknown as { WebAssembly: typeof ours };
  expect(printed(ours)).toEqual(printed(theirs));
});

describe('a parcel', () => {
  it('is made of messages with a Module or a shared memory in them alone', () => {
    for (const message of [
      1,
      'x',
      null,
      undefined,
      {},
      [[{ a: new Map([[1, new Set([2])]]) }]],
      MADE['Memory'],
      instance,
    ]) {
      expect(parcelOf(message)).toBeUndefined();
    }
    expect(opened({ message: 1, parts: [] })).toEqual({ message: 1, parts: [] });
  });

  it('leaves the message as it was, and copies only what leads to an object of ours', () => {
    const other = { deep: [1] };
    const message = { module, other, list: [module] };
    const parcel = parcelOf(message)?.parcel as { message: typeof message } | undefined;
    expect(message).toEqual({ module, other, list: [module] });
    expect(parcel?.message.other).toBe(other);
    expect(parcel?.message.list).not.toBe(message.list);
  });

  it('holds for values nested a hundred thousand deep', () => {
    let message: unknown = module;
    for (let i = 0; i < 100_000; i++)
      message = i % 3 === 0 ? [message] : i % 3 === 1 ? { message } : new Map([[i, message]]);
    const arrived = opened(parcelOf(message)?.parcel);
    let inner: unknown = arrived;
    for (let i = 99_999; i >= 0; i--) {
      if (i % 3 === 0) [inner] = inner as [unknown];
      else inner = i % 3 === 1 ? (inner as { message: unknown }).message : (inner as Map<number, unknown>).get(i);
    }
    expect(inner).toBeInstanceOf(ours.Module);
  });

  it('getters are asked once when it is made', () => {
    let asked = 0;
    const message = {
      get module() {
        asked++;
        return module;
      },
    };
    const parcel = parcelOf(message)?.parcel as { message: object };
    expect(asked).toBe(1);
    expect(Object.getOwnPropertyDescriptor(parcel.message, 'module')?.get).toBeUndefined();
  });
});

it('a copy of a memory or module of a namespace with limits was of the global classes, which have none', () => {
  const own = createWebAssembly({ limits: { memoryBytes: 4 * 65_536 } });
  const shared = { initial: 1, maximum: 100, shared: true };
  const made = new own.Instance(new own.Module(assemble('(module (memory (export "m") 1 9 shared))')));
  for (const object of [new own.Memory(shared), new own.Module(BYTES), made.exports['m']]) {
    Object.setPrototypeOf(object, null);
    expect(parcelOf([object])).toBeUndefined();
  }
  expect(parcelOf([new ours.Memory(shared)])).toBeDefined();
});
