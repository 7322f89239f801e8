// Checks of the namespace that every host has to pass: what a program that uses WebAssembly relies on, and the
// differences between hosts that once mattered (error classes, names after minifying, detaching, property flags).
// The tests of the specification itself need Node; see tests/jsapi.
import { assemble } from '../../../src/text/index.ts';
import type { Namespace, Tally } from './types.ts';

type Call = (...args: unknown[]) => unknown;
type Check = (W: Namespace) => unknown;

const instance = (W: Namespace, text: string, imports: object = {}) =>
  new W.Instance(new W.Module(assemble(text)), imports as never).exports as unknown as Record<string, Call>;

/** The error that a function throws. */
function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const flags = (target: object, key: PropertyKey): string => {
  const given = Object.getOwnPropertyDescriptor(target, key);
  return given === undefined
    ? 'none'
    : `${given.writable === true ? 'w' : ''}${given.enumerable ? 'e' : ''}${given.configurable ? 'c' : ''}`;
};

const ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';
const TRAPS = `(module (memory 1) (table 1 funcref)
  (func (export "unreachable") unreachable)
  (func (export "divide") (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (func (export "load") (result i32) (i32.load (i32.const 70000)))
  (func (export "indirect") (call_indirect (i32.const 0)))
  (func $deep (export "deep") (call $deep)))`;

/** What is checked -> a function that returns what it finds, and what it has to find. */
const CHECKS: Readonly<Record<string, readonly [check: Check, expected: unknown]>> = {
  'validate takes a module': [(W) => W.validate(assemble(ADD)), true],
  'validate refuses what is none': [(W) => W.validate(new Uint8Array([0, 97, 115, 109, 2, 0, 0, 0])), false],
  'a function is called': [(W) => instance(W, ADD)['add'](40, 2), 42],
  'arguments are converted': [(W) => instance(W, ADD)['add']('40', { valueOf: () => 2.9 }), 42],
  'missing arguments are undefined': [(W) => instance(W, ADD)['add'](4), 4],
  'an exported function has its index as name': [(W) => instance(W, ADD)['add'].name, '0'],
  'an exported function has its length': [(W) => instance(W, ADD)['add'].length, 2],
  'i64 is a bigint': [(W) => instance(W, '(module (func (export "f") (result i64) i64.const -2))')['f'](), BigInt(-2)],
  'i64 refuses numbers': [
    (W) => thrown(() => instance(W, '(module (func (export "f") (param i64)))')['f'](1)) instanceof TypeError,
    true,
  ],
  'bits of a float are kept inside': [
    (W) =>
      instance(
        W,
        `(module (memory 1) (func (export "f") (result i64)
          (f64.store (i32.const 0) (f64.reinterpret_i64 (i64.const 0x7ff4000000000001))) (i64.load (i32.const 0))))`,
      )['f'](),
    BigInt('0x7ff4000000000001'),
  ],
  'several results are an array': [
    (W) =>
      JSON.stringify(instance(W, '(module (func (export "f") (result i32 f64) i32.const 1 f64.const 2.5))')['f']()),
    '[1,2.5]',
  ],
  'vectors are added': [
    (W) =>
      instance(
        W,
        `(module (func (export "f") (param i32) (result i32)
          (i32x4.extract_lane 2 (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4)))))`,
      )['f'](40),
    43,
  ],
  'structs and arrays work': [
    (W) =>
      instance(
        W,
        `(module (type $a (array (mut i32))) (func (export "f") (result i32)
          (array.get $a (array.new $a (i32.const 7) (i32.const 3)) (i32.const 2))))`,
      )['f'](),
    7,
  ],
  'a trap is a RuntimeError': [
    (W) =>
      Object.keys(instance(W, TRAPS))
        .map((name) => thrown(() => instance(W, TRAPS)[name]()).name)
        .join(),
    'RuntimeError,RuntimeError,RuntimeError,RuntimeError,RangeError',
  ],
  'a trap says what happened': [(W) => thrown(() => instance(W, TRAPS)['divide']()).message, 'integer divide by zero'],
  'a RuntimeError is an Error and an instance of its class': [
    (W) => {
      const error = thrown(() => instance(W, TRAPS)['unreachable']());
      return error instanceof W.RuntimeError && error instanceof Error && String(error) === 'RuntimeError: unreachable';
    },
    true,
  ],
  'malformed bytes are a CompileError': [
    (W) => {
      const error = thrown(() => new W.Module(new Uint8Array(3)));
      return `${error instanceof W.CompileError} ${error.name}`;
    },
    'true CompileError',
  ],
  'a missing import is a TypeError': [
    (W) => thrown(() => instance(W, '(module (import "a" "b" (func)))')).name,
    'TypeError',
  ],
  'an import of the wrong kind is a LinkError': [
    (W) => thrown(() => instance(W, '(module (import "a" "b" (func)))', { a: { b: 1 } })).name,
    'LinkError',
  ],
  'what an import throws comes out unchanged': [
    (W) => {
      const mine = new Error('mine');
      const fail = () => {
        throw mine;
      };
      const { f } = instance(W, '(module (import "a" "b" (func $b)) (func (export "f") call $b))', { a: { b: fail } });
      return thrown(() => f()) === mine;
    },
    true,
  ],
  'error classes are called without new': [(W) => W.LinkError('x') instanceof W.LinkError, true],
  'exports and imports are listed': [
    (W) =>
      JSON.stringify([
        W.Module.exports(new W.Module(assemble(ADD))),
        W.Module.imports(new W.Module(assemble('(module (import "a" "b" (memory 1)))'))),
      ]),
    '[[{"name":"add","kind":"function"}],[{"module":"a","name":"b","kind":"memory"}]]',
  ],
  'custom sections are found': [
    (W) => {
      const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, 4, 1, 120, 5, 6]);
      return new Uint8Array(W.Module.customSections(new W.Module(bytes), 'x')[0]).join();
    },
    '5,6',
  ],
  'the exports object is frozen and has no prototype': [
    (W) => {
      const { exports } = new W.Instance(new W.Module(assemble(ADD)));
      return Object.isFrozen(exports) && Object.getPrototypeOf(exports) === null;
    },
    true,
  ],
  'an exported function keeps its identity': [
    (W) => {
      const { t, f } = instance(W, '(module (func $f (export "f")) (table (export "t") funcref (elem $f)))');
      return (t as unknown as WebAssemblyTable).get(0) === f;
    },
    true,
  ],
  'a function of one instance is put into the table of another': [
    (W) => {
      const table = new W.Table({ element: 'anyfunc', initial: 1 });
      table.set(0, instance(W, ADD)['add'] as never);
      const text = `(module (import "m" "t" (table 1 funcref)) (type $b (func (param i32 i32) (result i32)))
        (func (export "f") (result i32) (call_indirect (type $b) (i32.const 1) (i32.const 2) (i32.const 0))))`;
      return instance(W, text, { m: { t: table } })['f']();
    },
    3,
  ],
  'a table refuses functions of JavaScript': [
    (W) => {
      const table = new W.Table({ element: 'anyfunc', initial: 1 });
      return thrown(() => table.set(0, (() => {}) as never)).name;
    },
    'TypeError',
  ],
  'memory is shared with views': [
    (W) => {
      const { m, f } = instance(
        W,
        '(module (memory (export "m") 1) (func (export "f") (result i32) (i32.load8_u (i32.const 9))))',
      );
      new Uint8Array((m as unknown as { buffer: ArrayBuffer }).buffer)[9] = 77;
      return f();
    },
    77,
  ],
  'memory.buffer keeps its identity until it grows': [
    (W) => {
      const memory = new W.Memory({ initial: 1, maximum: 3 });
      const before = memory.buffer;
      const same = memory.buffer === before;
      return `${same} ${memory.grow(1)} ${memory.buffer === before} ${memory.buffer.byteLength}`;
    },
    'true 1 false 131072',
  ],
  'growing keeps contents': [
    (W) => {
      const memory = new W.Memory({ initial: 1 });
      new Uint8Array(memory.buffer)[65535] = 9;
      memory.grow(1);
      return new Uint8Array(memory.buffer)[65535];
    },
    9,
  ],
  'growing beyond the maximum is a RangeError': [
    (W) => thrown(() => new W.Memory({ initial: 1, maximum: 1 }).grow(1)).name,
    'RangeError',
  ],
  'globals are read and written': [
    (W) => {
      const global = new W.Global({ value: 'i64', mutable: true }, BigInt(4) as never);
      global.value = (global.value as unknown as bigint) + BigInt(1);
      return global.valueOf();
    },
    BigInt(5),
  ],
  'constant globals are not written': [
    (W) =>
      thrown(() => {
        new W.Global({ value: 'i32' }, 1 as never).value = 2;
      }).name,
    'TypeError',
  ],
  'exceptions carry values': [
    (W) => {
      const tag = new W.Tag({ parameters: ['i32'] });
      const { f } = instance(
        W,
        '(module (import "m" "t" (tag $t (param i32))) (func (export "f") (throw $t (i32.const 6))))',
        {
          m: { t: tag },
        },
      );
      const error = thrown(() => f());
      return error instanceof W.Exception && error.is(tag) ? error.getArg(tag, 0) : 'no exception';
    },
    6,
  ],
  'wasm catches what JavaScript throws': [
    (W) => {
      const tag = new W.Tag({ parameters: ['i32'] });
      const fail = () => {
        throw new W.Exception(tag, [8]);
      };
      const text = `(module (import "m" "t" (tag $t (param i32))) (import "m" "fail" (func $fail))
        (func (export "f") (result i32) (block $h (result i32) (try_table (catch $t $h) (call $fail)) (i32.const 0))))`;
      return instance(W, text, { m: { t: tag, fail } })['f']();
    },
    8,
  ],
  'references pass through': [
    (W) => {
      const thing = {};
      const { f } = instance(W, '(module (func (export "f") (param externref) (result externref) local.get 0))');
      return f(thing) === thing && f(undefined) === undefined && f(null) === null;
    },
    true,
  ],
  'instantiate gives module and instance': [
    async (W) => {
      const { module, instance: made } = await W.instantiate(assemble(ADD));
      return module instanceof W.Module && made instanceof W.Instance;
    },
    true,
  ],
  'compile fails with a CompileError': [
    (W) =>
      W.compile(new Uint8Array(9)).then(
        () => 'compiled',
        (error: Error) => error.name,
      ),
    'CompileError',
  ],
  'streaming takes whatever is like a response': [
    async (W) => {
      const bytes = assemble(ADD);
      const arrayBuffer = () => Promise.resolve(bytes.slice().buffer as ArrayBuffer);
      const response = { ok: true, headers: { get: () => 'application/wasm' }, arrayBuffer };
      const { instance: made } = await W.instantiateStreaming(Promise.resolve(response));
      return (made.exports['add'] as unknown as Call)(1, 2);
    },
    3,
  ],
  'a program waits for a promise': [
    async (W) => {
      const get = new W.Suspending(((x: number) => Promise.resolve(x * 10)) as never);
      const text = `(module (import "m" "get" (func $get (param i32) (result i32)))
        (func (export "f") (result i32) (i32.add (call $get (i32.const 1)) (call $get (i32.const 2)))))`;
      return W.promising(instance(W, text, { m: { get } })['f'] as never)();
    },
    30,
  ],
  'string builtins are there': [
    (W) => {
      const text = `(module (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
        (func (export "f") (param externref) (result i32) (call $length (local.get 0))))`;
      const module = new W.Module(assemble(text), { builtins: ['js-string'] });
      return (new W.Instance(module, {}).exports['f'] as unknown as Call)('hello');
    },
    5,
  ],
  'interfaces are named, whatever minifiers do': [
    (W) => [W.Module, W.Instance, W.Memory, W.Table, W.Global, W.Tag, W.Exception].map((one) => one.name).join(),
    'Module,Instance,Memory,Table,Global,Tag,Exception',
  ],
  'objects have class strings': [
    (W) => `${String(W)} ${String(new W.Module(assemble(ADD)))}`,
    '[object WebAssembly] [object WebAssembly.Module]',
  ],
  'interfaces need new': [(W) => thrown(() => (W.Module as unknown as Call)(assemble(ADD))).name, 'TypeError'],
  'properties have the flags of the specification': [
    (W) =>
      [
        flags(W, 'Module'),
        flags(W, 'compile'),
        flags(W.Memory.prototype, 'grow'),
        flags(W.Memory.prototype, 'buffer'),
        flags(W.Module, 'exports'),
        flags(W.Module, 'prototype'),
      ].join(),
    'wc,wec,wec,ec,wec,',
  ],
};

interface WebAssemblyTable {
  get(index: number): unknown;
}

const show = (value: unknown): string => (typeof value === 'bigint' ? `${String(value)}n` : String(value));

export async function checkNamespace(W: Namespace): Promise<Tally> {
  let passed = 0;
  const failures: string[] = [];
  for (const name of Object.keys(CHECKS)) {
    const [check, expected] = CHECKS[name];
    try {
      const found = await check(W);
      if (found === expected) passed++;
      else failures.push(`${name}: ${show(found)}, expected ${show(expected)}`);
    } catch (error) {
      failures.push(`${name}: ${String(error)}`);
    }
  }
  return { passed, failures };
}
