// Every limit of src/syntax/limits.ts at n - 1, n and n + 1, in every way to reach it: module bytes, text, the JavaScript
// API's constructors and methods, instructions, in both loops. What is above a limit is refused before room is taken.
// Not here: bytes of memories (src/runtime/memory.test.ts), types and operands that body validation bounds by the size of
// a body.
import { afterAll, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../src/closures.ts';
import { type Part, bytes, moduleOf, name, section, u32 } from '../src/decoder/bytes.suite.ts';
import { decodeModule } from '../src/decoder/decode.ts';
import { Writer } from '../src/encoder/writer.ts';
import { compile, ExhaustionError, instantiate, tagOf } from '../src/index.ts';
import { namespace as api } from '../src/jsapi/index.ts';
import { enableTypeReflection } from '../src/jsapi/reflection.ts';
import * as limits from '../src/syntax/limits.ts';
import { assemble } from '../src/text/index.ts';

enableTypeReflection();

/** `count` copies of the bytes. */
function times(count: number, ...parts: readonly Part[]): Uint8Array {
  const one = bytes(...parts);
  const all = new Uint8Array(count * one.length);
  for (let i = 0; i < count; i++) all.set(one, i * one.length);
  return all;
}

const vector = (count: number, ...parts: readonly Part[]): Part => [u32(count), times(count, ...parts)];
function u64(value: bigint): Uint8Array {
  const writer = new Writer();
  writer.u64(value);
  return writer.take();
}

type Try = (n: number) => unknown;
const compiled =
  (module: (n: number) => Uint8Array): Try =>
  (n) =>
    compile(module(n));
const decoded =
  (module: (n: number) => Uint8Array): Try =>
  (n) =>
    decodeModule(module(n));
const inApi =
  (module: (n: number) => Uint8Array): Try =>
  (n) =>
    new api.Module(module(n));
const text =
  (write: (n: number) => string): Try =>
  (n) =>
    compile(assemble(write(n)));
const repeat = (n: number, one: string): string => new Array<string>(n).fill(one).join(' ');

const FUNC: readonly Part[] = [section(1, 1, 0x60, 0, 0), section(3, 1, 0)];
function withBody(...body: readonly Part[]): Uint8Array {
  const inside = bytes(...body);
  return moduleOf(...FUNC, section(10, 1, u32(inside.length), inside));
}
const paramsModule = (n: number): Uint8Array => moduleOf(section(1, 1, 0x60, vector(n, 0x7f), 0));
const resultsModule = (n: number): Uint8Array => moduleOf(section(1, 1, 0x60, 0, vector(n, 0x7f)));
const fieldsModule = (n: number): Uint8Array => moduleOf(section(1, 1, 0x5f, vector(n, 0x7f, 0)));
const localsModule = (n: number): Uint8Array => withBody(1, u32(n), 0x7f, 0x0b);
/** A body of `n` bytes. */
const bodyModule = (n: number): Uint8Array => withBody(0, new Uint8Array(n - 2).fill(1), 0x0b);
/** A chain of supertypes: `n` above the last. */
const chainModule = (n: number): Uint8Array =>
  moduleOf(
    section(
      1,
      u32(n + 1),
      Array.from({ length: n + 1 }, (_, i): Part => (i === 0 ? [0x50, 0, 0x5f, 0] : [0x50, 1, u32(i - 1), 0x5f, 0])),
    ),
  );
const fixedArrayModule = (n: number): Uint8Array => {
  const code = bytes(0, times(n, 0x41, 0), 0xfb, 0x08, 1, u32(n), 0x1a, 0x0b);
  return moduleOf(section(1, 2, 0x60, 0, 0, 0x5e, 0x7f, 0), section(3, 1, 0), section(10, 1, u32(code.length), code));
};
const elementsModule = (n: number): Uint8Array =>
  moduleOf(...FUNC, section(9, 1, 1, 0, u32(n), new Uint8Array(n)), section(10, 1, 2, 0, 0x0b));
const tableModule = (n: number): Uint8Array => moduleOf(section(4, 1, 0x70, 0, u32(n)));
const table64Module = (n: number): Uint8Array => moduleOf(section(4, 1, 0x70, 4, u32(n)));
const tableImport = (n: number): Uint8Array => moduleOf(section(2, 1, name('m'), name('t'), 1, 0x70, 0, u32(n)));
const memory = (flags: number, ...sizes: readonly (number | bigint)[]): Uint8Array =>
  moduleOf(section(5, 1, flags, ...sizes.map((size) => u64(BigInt(size)))));
const memoryImport = (n: number): Uint8Array => moduleOf(section(2, 1, name('m'), name('m'), 2, 4, u64(BigInt(n))));

const PAGES_32 = Number(limits.MAX_PAGES_32);
const PAGES_API = Number(limits.MAX_PAGES_64_API);
const PAGES_64 = Number(limits.MAX_PAGES_64);
const types = (n: number): string[] => new Array<string>(n).fill('i32');
const FunctionObject = (api as unknown as { Function: new (type: object, func: () => void) => unknown }).Function;

/** A limit, its number, and the ways to reach it. */
const LIMITS: readonly (readonly [string, number, Readonly<Record<string, Try>>])[] = [
  [
    'parameters',
    limits.MAX_PARAMS,
    {
      'module bytes': compiled(paramsModule),
      text: text((n) => `(type (func ${repeat(n, '(param i32)')}))`),
      'the JavaScript API': inApi(paramsModule),
      'new Tag': (n) => new api.Tag({ parameters: types(n) as 'i32'[] }),
      'new Function': (n) => new FunctionObject({ parameters: types(n), results: [] }, () => {}),
      tagOf: (n) => tagOf(types(n)),
    },
  ],
  [
    'results',
    limits.MAX_RESULTS,
    {
      'module bytes': compiled(resultsModule),
      text: text((n) => `(type (func ${repeat(n, '(result i32)')}))`),
      'new Function': (n) => new FunctionObject({ parameters: [], results: types(n) }, () => {}),
    },
  ],
  [
    'fields',
    limits.MAX_STRUCT_FIELDS,
    { 'module bytes': compiled(fieldsModule), text: text((n) => `(type (struct ${repeat(n, '(field i32)')}))`) },
  ],
  ['supertypes above a type', limits.MAX_SUBTYPE_DEPTH, { 'module bytes': compiled(chainModule) }],
  [
    'locals',
    limits.MAX_LOCALS,
    {
      'module bytes': compiled(localsModule),
      'module bytes, one of them a parameter': compiled((n) => {
        const code = bytes(1, u32(n - 1), 0x7f, 0x0b);
        return moduleOf(section(1, 1, 0x60, 1, 0x7f, 0), section(3, 1, 0), section(10, 1, u32(code.length), code));
      }),
      text: text((n) => `(func ${repeat(n, '(local i32)')})`),
    },
  ],
  ['bytes of a body', limits.MAX_BODY_BYTES, { 'module bytes': decoded(bodyModule) }],
  [
    'operands of array.new_fixed',
    limits.MAX_ARRAY_NEW_FIXED,
    {
      'module bytes': compiled(fixedArrayModule),
      'an instruction that runs': (n) =>
        instantiate(
          compile(
            assemble(`(type $a (array i32)) (func (export "f") (result i32)
              (array.len (array.new_fixed $a ${n} ${repeat(n, '(i32.const 0)')})))`),
          ),
        ).call('f'),
    },
  ],
  [
    'memories',
    limits.MAX_MEMORIES,
    {
      'module bytes': compiled((n) => moduleOf(section(5, vector(n, 0, 0)))),
      'module bytes, imported ones': compiled((n) => moduleOf(section(2, vector(n, name('m'), name('m'), 2, 0, 0)))),
      'module bytes, one imported': compiled((n) =>
        moduleOf(section(2, 1, name('m'), name('m'), 2, 0, 0), section(5, vector(n - 1, 0, 0))),
      ),
      text: text((n) => repeat(n, '(memory 0)')),
    },
  ],
  ['tables', limits.MAX_TABLES, { 'module bytes': compiled((n) => moduleOf(section(4, vector(n, 0x70, 0, 0)))) }],
  [
    'data segments',
    limits.MAX_DATA_SEGMENTS,
    { 'module bytes': compiled((n) => moduleOf(section(12, u32(n)), section(11, vector(n, 1, 0)))) },
  ],
  [
    'entries of an element segment',
    limits.MAX_ELEMENTS,
    { 'module bytes': decoded(elementsModule), 'the JavaScript API': inApi(elementsModule) },
  ],
  [
    'elements that a table begins with',
    limits.MAX_TABLE_SIZE,
    {
      'the JavaScript API': inApi(tableModule),
      'the JavaScript API, 64-bit indices': inApi(table64Module),
      'the JavaScript API, imported': inApi(tableImport),
      'new Table': (n) => new api.Table({ initial: n, element: 'anyfunc' }),
      'Table.grow': (n) => new api.Table({ initial: 1, element: 'externref' }).grow(n - 1),
      instantiation: (n) => instantiate(compile(tableModule(n))),
    },
  ],
  [
    'pages of a memory',
    PAGES_32,
    {
      'module bytes, minimum': compiled((n) => memory(0, n)),
      'module bytes, maximum': compiled((n) => memory(1, 0, n)),
      'the JavaScript API, minimum': inApi((n) => memory(0, n)),
      text: text((n) => `(memory 0 ${n})`),
      'new Memory, maximum': (n) => new api.Memory({ initial: 0, maximum: n }),
    },
  ],
  [
    'pages of a memory with 64-bit addresses, in the JavaScript API',
    PAGES_API,
    {
      minimum: inApi((n) => memory(4, n)),
      maximum: inApi((n) => memory(5, 0, n)),
      imported: inApi(memoryImport),
    },
  ],
  [
    'pages of a memory with 64-bit addresses',
    PAGES_64,
    {
      minimum: compiled((n) => memory(4, n)),
      maximum: compiled((n) => memory(5, 0, n)),
      text: text((n) => `(memory i64 0 ${n})`),
      'new Memory, maximum': (n) => new api.Memory({ address: 'i64', initial: 0n, maximum: BigInt(n) }),
    },
  ],
  ['types', limits.MAX_TYPES, { 'module bytes': decoded((n) => moduleOf(section(1, vector(n, 0x5e, 0x78, 0)))) }],
  [
    'functions',
    limits.MAX_FUNCTIONS,
    {
      'module bytes': decoded((n) =>
        moduleOf(section(1, 1, 0x60, 0, 0), section(3, vector(n, 0)), section(10, vector(n, 2, 0, 0x0b))),
      ),
    },
  ],
  ['imports', limits.MAX_IMPORTS, { 'module bytes': decoded((n) => moduleOf(section(2, vector(n, 0, 0, 0, 0)))) }],
  ['exports', limits.MAX_EXPORTS, { 'module bytes': decoded((n) => moduleOf(section(7, vector(n, 0, 0, 0)))) }],
  [
    'globals',
    limits.MAX_GLOBALS,
    { 'module bytes': decoded((n) => moduleOf(section(6, vector(n, 0x7f, 0, 0x41, 0, 0x0b)))) },
  ],
  ['tags', limits.MAX_TAGS, { 'module bytes': decoded((n) => moduleOf(section(13, vector(n, 0, 0)))) }],
];

const refused = (run: () => unknown): boolean => {
  try {
    run();
    return false;
  } catch (error) {
    // Nothing but what is documented: a stack of JavaScript that overflows is a RangeError with this message.
    expect(String(error)).not.toMatch(/^RangeError: (Maximum call stack size exceeded$|Invalid)/);
    return true;
  }
};

describe.each(LIMITS)('%s: %i are possible, and not one more:', (_, n, ways) => {
  test.each(Object.entries(ways))('%s', { timeout: 60_000 }, (_way, attempt) => {
    expect([n - 1, n, n + 1].map((one) => refused(() => attempt(one)))).toEqual([false, false, true]);
  });
});

test('more element segments than a module may have are refused by their number', () => {
  const n = limits.MAX_ELEM_SEGMENTS + 1;
  // One less is not tried: ten million segments take a gigabyte.
  expect(() => decodeModule(moduleOf(section(9, u32(n), new Uint8Array(n))))).toThrow(/10000001/);
});

test('a module of more bytes than one may have is refused by their number', () => {
  const messageOf = (size: number): string => {
    try {
      return String(decodeModule(new Uint8Array(size)));
    } catch (error) {
      return String(error);
    }
  };
  expect(messageOf(limits.MAX_MODULE_BYTES)).toMatch(/magic/);
  expect(messageOf(limits.MAX_MODULE_BYTES + 1)).toMatch(/1073741824/);
});

describe.each(['switch', 'closures'] as const)('at the limit, by instructions in the loop %s:', (loop: LoopName) => {
  afterAll(() => void useLoop('auto'));
  const load = (fields: string): ReturnType<typeof instantiate> => {
    useLoop(loop);
    return instantiate(compile(assemble(fields)));
  };

  test('table.grow answers -1 for one element more', () => {
    const n = limits.MAX_TABLE_SIZE;
    const grow = (to: number): unknown =>
      load(`(table 1 funcref) (func (export "f") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0)))`).call('f', to - 1);
    expect([n - 1, n, n + 1].map(grow)).toEqual([1, 1, -1]);
  });

  test('an array of references is used up by one more, and says so', () => {
    const n = limits.MAX_ARRAY_REFS;
    const instance = load(`(type $a (array externref)) (func (export "f") (param i32) (result i32)
      (array.len (array.new_default $a (local.get 0))))`);
    expect([instance.call('f', n - 1), instance.call('f', n)]).toEqual([n - 1, n]);
    expect(() => instance.call('f', n + 1)).toThrow(/^out of memory: an array of 10000001 elements/);
  });

  test('an array of numbers is bounded by its bytes', () => {
    const instance = load(`(type $b (array i8)) (type $l (array i64))
      (func (export "bytes") (param i32) (drop (array.new_default $b (local.get 0))))
      (func (export "longs") (param i32) (drop (array.new_default $l (local.get 0))))`);
    const n = limits.MAX_ARRAY_BYTES;
    for (const [name, count] of [
      ['bytes', n + 1],
      ['longs', n / 8 + 1],
      ['longs', -1],
    ] as const) {
      expect(() => instance.call(name, count)).toThrow(ExhaustionError);
    }
    expect(instance.call('bytes', 2 ** 20)).toBe(undefined);
  });

  test('what is used up is named: an array, not a stack', () => {
    useLoop(loop);
    const made = new api.Instance(
      new api.Module(
        assemble(`(type $a (array i64))
        (func (export "array") (drop (array.new_default $a (i32.const -1)))) (func $f (export "calls") (call $f))`),
      ),
    ).exports as { array(): void; calls(): void };
    expect(() => made.array()).toThrow(api.RuntimeError);
    expect(() => made.array()).toThrow(/^requested new array is too large: out of memory: an array of 4294967295/);
    expect(() => made.calls()).toThrow(RangeError);
    expect(() => made.calls()).toThrow(/^Maximum call stack size exceeded/);
  });

  test('bounds above 2^53 are told exactly', () => {
    const instance = load(`(memory i64 1) (table i64 3 funcref)
      (func (export "fill") (memory.fill (i64.const 15) (i32.const 0) (i64.const -1)))
      (func (export "copy") (memory.copy (i64.const 0) (i64.const -3) (i64.const 2)))
      (func (export "load") (drop (i32.load offset=5 (i64.const -9))))
      (func (export "get") (drop (table.get (i64.const -1))))
      (func (export "table") (table.fill (i64.const 1) (ref.null func) (i64.const -1)))`);
    expect(() => instance.call('fill')).toThrow('bytes 15 to 18446744073709551630 of 65536');
    expect(() => instance.call('copy')).toThrow('bytes 18446744073709551613 to 18446744073709551615 of 65536');
    expect(() => instance.call('load')).toThrow('bytes 18446744073709551612 to 18446744073709551616 of 65536');
    expect(() => instance.call('get')).toThrow('element 18446744073709551615 of 3');
    expect(() => instance.call('table')).toThrow('elements 1 to 18446744073709551616 of 3');
  });
});

describe('what the JavaScript API is given', () => {
  test('an endless list of parameters is refused', () => {
    function* endless(): Generator<'i32'> {
      for (;;) yield 'i32';
    }
    expect(() => new api.Tag({ parameters: endless() })).toThrow(TypeError);
    expect(() => new api.Tag({ parameters: types(1_000_000) as 'i32'[] })).toThrow(
      "WebAssembly.Tag(): Property 'parameters' has more than 1000 entries",
    );
  });

  test('an externref that is not given is undefined: in a new table, a grown and a set one, and in a global', () => {
    const table = new api.Table({ initial: 1, element: 'externref' });
    const given = new api.Table({ initial: 1, element: 'externref' }, undefined);
    table.grow(1);
    table.grow(1, null);
    table.set(2);
    const { value } = new api.Global({ value: 'externref' });
    expect([table.get(0), given.get(0), table.get(1), table.get(2), value]).toEqual(new Array(5).fill(undefined));
    const functions = new api.Table({ initial: 1, element: 'anyfunc' });
    functions.grow(1);
    expect([functions.get(0), functions.get(1), new api.Global({ value: 'i64' }).value]).toEqual([null, null, 0n]);
  });

  test('a SharedArrayBuffer is no source of a module', async () => {
    const shared = new SharedArrayBuffer(8) as unknown as ArrayBuffer;
    expect(() => api.validate(shared)).toThrow(TypeError);
    expect(() => new api.Module(shared)).toThrow(TypeError);
    await expect(api.compile(shared)).rejects.toThrow(TypeError);
    await expect(api.instantiate(shared)).rejects.toThrow(TypeError);
  });

  test('a promising function is named like the one that it calls', () => {
    const { f } = new api.Instance(new api.Module(assemble('(func) (func (export "f"))'))).exports as { f(): void };
    expect([f.name, api.promising(f).name]).toEqual(['1', '1']);
  });
});
