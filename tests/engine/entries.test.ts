// What every entry that takes options does with wrong ones, and with values of another kind. The table of entries is
// compared with the source: an entry that checks options and is not here is found, and so is an interface of options
// without a shape.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compile,
  decodeModule,
  engine,
  engineWith,
  type Execution,
  type Func,
  getGlobal,
  Global,
  instantiate,
  instantiateAsync,
  invoke,
  invokeAsync,
  LinkError,
  Limits,
  Linker,
  Memory,
  setGlobal,
  Table,
  Tag,
  tagOf,
  validateModule,
  withFeatures,
} from '../../src/index.ts';
import { install } from '../../src/jsapi/install.ts';
import {
  emitModule,
  functionBody,
  fuzzRound,
  instruction,
  instructionRows,
  jsEngine,
  minimize,
  module as moduleOf,
  moduleGenome,
  script,
  validationRound,
} from '../../src/testing/index.ts';
import { emitInstructions, instructionGenes } from '../../src/testing/instruction.ts';
import { assemble, parseModule, printModule } from '../../src/text/index.ts';
import { Tracer } from '../../src/trace/index.ts';
import { nodeDirectory, nodeHost, nodeNetwork } from '../../src/wasi/hosts/node.ts';
import {
  LoopbackNetwork,
  memoryDirectory,
  overlay,
  type ProgramOptions,
  readText,
  VirtualClock,
  WASI,
} from '../../src/wasi/index.ts';
import { projectRoot } from '../data.ts';
import Ours, { createWebAssembly } from '../../src/jsapi/index.ts';

const bytes = assemble(
  '(module (memory (export "m") 1) (global (export "g") i32 (i32.const 0)) (func (export "_start")) (func (export "f")))',
);
const valid = compile(bytes);
const instance = instantiate(valid);
const f = instance.exports['f'] as Func;
const adding = instantiate(compile(assemble('(module (func (export "add") (param i32 f32)))')));

/** A call of a host function that returns something, where one i32 is wanted, or an i32 and an i64. */
function answering(answer: unknown, name = 'one'): unknown {
  const text = `(module
    (import "h" "one" (func $one (result i32))) (import "h" "two" (func $two (result i32 i64)))
    (func (export "one") (drop (call $one))) (func (export "two") (call $two) drop drop))`;
  const host = (): never => answer as never;
  return instantiate(compile(assemble(text)), { h: { one: host, two: host } }).call(name);
}

const run = (options: ProgramOptions): unknown => new WASI({ mode: 'sync' }).run(engine, valid, options);
const ours = jsEngine('ours', Ours as never);

/** A call that has not begun, with fuel. */
function begun(): Execution<unknown> {
  const execution = instance.begin('f');
  execution.fuel = 100;
  return execution;
}

/** An entry by its name, its known options with a value that fits, and one that does not. */
type Entry = [call: (options: never) => unknown, good: Record<string, unknown>, bad: Record<string, unknown>];

const EACH = {
  maxMemoryBytes: 65536,
  limits: { memoryBytes: 1 << 30 },
  mode: 'fast',
  unknownImports: 'trap',
  prices: { instruction: 0.5 },
};
const LATER = Date.now() + 3_600_000;
const LIMITS = { ...EACH, fuel: 100, deadline: LATER };
const WRONG_LIMITS = {
  maxMemoryBytes: '64KiB',
  limits: 65536,
  mode: 'slow',
  fuel: '1',
  deadline: 50,
  unknownImports: 'stub',
  monitor: 5,
  prices: { instruction: '1' },
};
const MODULES = { maxFunctions: 2, trapFree: true, features: new Set(['core']) };
const WRONG_MODULES = { maxFunctions: 0.5, trapFree: 1, features: ['core'], maxPages: '1', fuel: Number.NaN, start: 0 };

const ENTRIES: Record<string, Entry> = {
  createWebAssembly: [
    (o) => createWebAssembly(o),
    { limits: { memoryBytes: 1 }, fuel: { left: 5 }, deadline: () => LATER },
    { limits: 5, fuel: { left: '5' }, deadline: 50 },
  ],
  Limits: [
    (o) => new Limits(o),
    {
      memoryBytes: 1,
      tableElements: 2,
      objectBytes: 5,
      stackBytes: 6,
      threads: 3,
      handles: 4,
      listings: Number.POSITIVE_INFINITY,
      socketBytes: Number.POSITIVE_INFINITY,
    },
    {
      memoryBytes: '1',
      tableElements: -1,
      objectBytes: {},
      stackBytes: '',
      threads: 0.5,
      handles: null,
      listings: Number.NaN,
      socketBytes: Number.NaN,
    },
  ],
  compile: [
    (o) => compile(bytes, o),
    { borrow: true, deadline: LATER },
    { features: { simd: true }, borrow: 1, deadline: new Date() },
  ],
  validateModule: [
    (o) => validateModule(decodeModule(bytes), o),
    { deadline: LATER },
    { features: new Set(['mvp']), everyRow: 1, deadline: 1 },
  ],
  instantiate: [(o) => instantiate(valid, {}, o), LIMITS, WRONG_LIMITS],
  instantiateAsync: [(o) => instantiateAsync(valid, {}, o), LIMITS, { ...WRONG_LIMITS, signal: 5 }],
  beginInstantiate: [(o) => engineWith(o).beginInstantiate(valid, {}), EACH, WRONG_LIMITS],
  engineWith: [(o) => engineWith(o), EACH, { ...WRONG_LIMITS, fuel: 5 }],
  'Linker.instantiate': [(o) => new Linker().instantiate(valid, o), LIMITS, WRONG_LIMITS],
  callWith: [(o) => instance.callWith(o, 'f'), { fuel: 10, deadline: LATER }, { fuel: 1n, deadline: Number.NaN }],
  callAsync: [
    (o) => instance.callAsync('f', [], o),
    { fuel: 10, deadline: LATER },
    { fuel: '1', signal: true, deadline: 1n },
  ],
  begin: [(o) => instance.begin('f', [], o), { async: true, deadline: LATER }, { async: 'yes', deadline: -1 }],
  step: [(o) => begun().step(1, o), { deadline: LATER }, { deadline: '1' }],
  runAsync: [(o) => begun().runAsync(o), { deadline: LATER }, { deadline: 1000, signal: 5 }],
  invoke: [(o) => invoke(f, [], o), { fuel: 10, deadline: LATER }, { fuel: null, deadline: [] }],
  invokeAsync: [(o) => invokeAsync(f, [], o), { fuel: 10, deadline: LATER }, { fuel: {}, signal: 'x', deadline: 9e10 }],
  assemble: [
    (o) => assemble('(module)', o),
    { names: false, deadline: LATER },
    { names: 0, features: [], deadline: 1 },
  ],
  parseModule: [
    (o) => parseModule('(module)', o),
    { names: false, deadline: LATER },
    { names: 0, features: [], deadline: 1 },
  ],
  printModule: [
    (o) => printModule(decodeModule(bytes), o),
    { names: false, offsets: true },
    { names: 'no', offsets: 1 },
  ],
  Tracer: [
    (o) => new Tracer({ write: () => {}, ...(o as object) }),
    { limit: 1, filter: 'f*', format: 'json', only: ['mem'] },
    { limit: '1', filter: /f/, format: 'xml', only: ['memory'], write: 'x', nameModule: 1 },
  ],
  WASI: [
    (o) => new WASI(o),
    { args: ['a'], env: { A: '1' }, preopens: { '/': memoryDirectory() }, stdin: 'x', stdout: () => {}, mode: 'sync' },
    {
      args: 'x',
      env: { A: 1 },
      preopens: { '/': '.' },
      listeners: [{}],
      stdin: 0,
      stdout: 'inherit',
      stderr: 2,
      clock: {},
      random: Math.random,
      mode: 'asinc',
      strace: true,
    },
  ],
  'WASI.run': [
    (o) => new WASI({ mode: 'sync' }).run(engine, valid, o),
    { fuel: 1000, deadline: LATER, scheduler: { seed: 1, slice: 5 }, imports: {} },
    { fuel: '1', maxMemoryBytes: '1MiB', imports: 5, signal: 1, deadline: 1, scheduler: { sed: 1 } },
  ],
  nodeHost: [
    (o) => nodeHost(o),
    { args: [], env: {}, stdio: { stdin: false }, mode: 'sync', preopens: { '/': { path: '.', readOnly: true } } },
    { stdio: { stdin: 1 }, preopens: { '/': { path: '.', readonly: true } }, args: [1], env: { A: 1 }, mode: 'x' },
  ],
  nodeDirectory: [(o) => nodeDirectory('.', o), { readOnly: true }, { readOnly: 'yes' }],
  memoryDirectory: [(o) => memoryDirectory({}, o), { bytes: 5, nodes: 5 }, { bytes: '5', nodes: Number.NaN, now: 5 }],
  overlay: [(o) => overlay(memoryDirectory(), o), { bytes: 5 }, { bytes: -1 }],
  LoopbackNetwork: [(o) => new LoopbackNetwork(o), { names: { a: ['10.0.0.1'] } }, { names: { a: 5 } }],
  nodeNetwork: [(o) => nodeNetwork(o), { loopbackOnly: true }, { loopbackOnly: 'yes' }],
  VirtualClock: [(o) => new VirtualClock(o), { start: 5n, automatic: false }, { start: 5, automatic: 0 }],
  install: [(o) => install(o), {}, { force: 1 }],
  module: [(o) => moduleOf(o), MODULES, WRONG_MODULES],
  moduleGenome: [(o) => moduleGenome(o), MODULES, WRONG_MODULES],
  emitModule: [(o) => emitModule(fc.sample(moduleGenome(), 1)[0], o), MODULES, WRONG_MODULES],
  instruction: [(o) => instruction(o), MODULES, WRONG_MODULES],
  instructionRows: [(o) => instructionRows(o), MODULES, WRONG_MODULES],
  instructionGenes: [(o) => instructionGenes(o), MODULES, WRONG_MODULES],
  emitInstructions: [(o) => emitInstructions(fc.sample(instructionGenes(), 1)[0], o), {}, WRONG_MODULES],
  functionBody: [(o) => functionBody({ params: [], results: [] }, o), MODULES, WRONG_MODULES],
  script: [(o) => script(ours, o), MODULES, WRONG_MODULES],
  minimize: [(o) => minimize(bytes, () => false, o), { seconds: 1 }, { seconds: '1', features: 5 }],
  fuzzRound: [(o) => fuzzRound([ours, ours], {}, { seed: 1, runs: 0, ...(o as object) }), {}, { runs: 1.5, seed: '1' }],
  validationRound: [
    (o) => validationRound([{ options: {}, refuses: () => undefined }], { seed: 1, runs: 0, ...(o as object) }),
    {},
    { runs: -1, seed: '1' },
  ],
};

const entries = Object.entries(ENTRIES);

/** What a call throws, at once or by its promise. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('every entry that takes options', () => {
  test.each(entries)('%s takes those that it documents', async (_name, [call, good]) => {
    expect(await outcome(() => call(good as never))).toBeUndefined();
    expect(await outcome(() => call(undefined as never))).toBeUndefined();
  });

  test.each(entries)(
    '%s refuses an option that it does not know, and names the nearest',
    async (_name, [call, good]) => {
      for (const name of ['colour', '__proto__x', 'constructor', ...Object.keys(good).map((one) => `${one}s`)]) {
        const error = await outcome(() => call({ [name]: 1 } as never));
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toContain(`unknown option "${name}"`);
        if (name.endsWith('s') && name.slice(0, -1) in good) expect((error as Error).message).toContain('did you mean');
      }
    },
  );

  test.each(entries)(
    '%s refuses values of another type, and says which option it was',
    async (_name, [call, , bad]) => {
      for (const [name, value] of Object.entries(bad)) {
        const error = await outcome(() => call({ [name]: value } as never));
        expect([name, error instanceof TypeError || error instanceof RangeError]).toEqual([name, true]);
        expect((error as Error).message).toContain(`option "${name}"`);
      }
    },
  );

  test.each(entries)('%s refuses what is no object of options', async (_name, [call]) => {
    // Those two are given their options within another object.
    if (/Tracer|Round/.test(_name)) return;
    for (const options of [null, 5, 'x', true, () => {}, [], new Map([['fuel', 1]]), new Date(0), new URL('a:b')]) {
      expect(await outcome(() => call(options as never))).toBeInstanceOf(TypeError);
    }
  });
});

/** Interfaces of options that nobody outside gives: made inside, or read by Web IDL. */
const INTERNAL: Record<string, string> = {
  OpenOptions: 'given to directories by system calls',
  DispatchOptions: 'made by the WASI class',
  ProcessOptions: 'made by the WASI class',
  SchedulerOptions: 'made of ProgramOptions',
  TraceOptions: 'made by the command line',
  ServeOptions: 'made by the command line',
  BundleOptions: 'made by the command line',
  NodeWasiOptions: 'checked as node:wasi does',
  InstantiateOptions: 'made of InstanceOptions',
  ExceptionOptions: 'a dictionary of the JavaScript API, where unknown members are ignored',
};

describe('the source', () => {
  const folder = join(projectRoot, 'src');
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter(
    (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file),
  );
  const source = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  const found = (pattern: RegExp): string[] => [...source.matchAll(pattern)].map((match) => match[1]);

  test('checks options in no entry that is not tried here', () => {
    const checked = found(/(?:runOptions|checkOptions|checkEngineOptions|moduleOptions)(?:<[^(]*>)?\(\s*'([\w.]+)'/g);
    expect(checked.length).toBeGreaterThan(25);
    const names = [...checked, 'Linker.instantiate', 'Limits'];
    expect([...new Set(names)].sort()).toEqual(Object.keys(ENTRIES).sort());
  });

  test('has a shape for every interface of options', () => {
    // A nested one is made where it is used: shapeOf<T> takes a Shape<T>.
    const shapes = found(/(?:Shape|shapeOf)<(\w+)/g);
    const missing = found(/interface (\w+(?:Options|Limits))\b/g).filter((name) => !shapes.includes(name));
    expect(missing.filter((name) => !(name in INTERNAL))).toEqual([]);
  });
});

describe('a value of another kind', () => {
  test.each([
    ['compile of a path', () => compile('a.wasm' as never), 'for a file, readFileSync reads them'],
    ['compile of a text', () => compile('(module)' as never), 'for a text, assemble of wasmi-ts/text makes them'],
    ['compile of an ArrayBuffer', () => compile(new ArrayBuffer(8) as never), 'new Uint8Array(buffer)'],
    ['compile of a DataView', () => compile(new DataView(new ArrayBuffer(8)) as never), 'new Uint8Array(view.buffer'],
    ['compile of an array', () => compile([0, 97, 115, 109] as never), 'not an array'],
    ['decodeModule of a text', () => decodeModule('(module)' as never), 'assemble'],
    ['instantiate of bytes', () => instantiate(bytes as never), 'call compile with these bytes first'],
    ['instantiate of a module that is not validated', () => instantiate(decodeModule(bytes) as never), 'compile'],
    ['instantiate of a clone', () => instantiate({ ...valid }), 'that compile or validateModule made'],
    ['instantiate without imports', () => instantiate(valid, null as never), 'the import object'],
    ['instantiate with a Map of imports', () => instantiate(valid, new Map() as never), 'not a Map'],
    ['run with an array of imports', () => run({ imports: [] as never }), 'option "imports"'],
    ['run with a Map of imports', () => run({ imports: { a: new Map() as never } }), 'option "imports"["a"]'],
    ['run with an array for a scheduler', () => run({ scheduler: [] as never }), 'option "scheduler"'],
    ['validateModule of bytes', () => validateModule(bytes as never), 'decodeModule reads these bytes'],
    ['validateModule of a valid module', () => validateModule(valid as never), 'its property module is one'],
    ['printModule of bytes', () => printModule(bytes as never), 'decodeModule reads these bytes'],
    ['printModule of a valid module', () => printModule(valid as never), 'its property module is one'],
    ['a Linker that defines nothing', () => new Linker().define('h', 'f', undefined as never), '"h" "f"'],
    ['a Linker that defines by numbers', () => new Linker().define(1 as never, 'f', f), 'the module name'],
    ['a Linker that defines a function', () => new Linker().defineAll({ h: (() => 1) as never }), '"h"'],
    ['a Linker that defines exports', () => new Linker().defineInstance('h', instance.exports as never), 'an Instance'],
    ['invoke of a name', () => invoke('f' as never, []), 'has to be a Func, as exports are, not "f"'],
    ['invoke of what passes for a Func', () => invoke({ canon: 1e9 } as never, []), 'has to be a Func'],
    ['invoke of nothing', () => invoke(undefined as never, []), 'has to be a Func'],
    ['callWith of a name first', () => instance.callWith('f' as never, { fuel: 1 } as never), 'given as options'],
    ['getGlobal of an object', () => getGlobal({} as never), 'a Global'],
    ['setGlobal of an object', () => setGlobal({} as never, 1), 'a Global'],
    ['a Memory of a descriptor', () => new Memory({ initial: 1 } as never), 'that of one that a module exports'],
    [
      'a Table of a descriptor',
      () => new Table({ element: 'anyfunc', initial: 1 } as never),
      'of one that a module exports',
    ],
    ['a Table of no type', () => new Table(undefined as never), 'the type of a table has to be an object, as'],
    ['a Global of a descriptor', () => new Global({ value: 'i32' } as never), 'of one that a module exports'],
    ['a Global of a name', () => new Global('i32' as never), 'modules export, not "i32"'],
    ['a Global with a value', () => new Global((instance.exports['g'] as Global).type, 7 as never), 'setGlobal'],
    ['a Tag of a descriptor', () => new Tag({ parameters: ['i32'] } as never), 'a Tag is made by tagOf'],
    ['a call with too little', () => adding.call('add', 1), 'the function takes 2 arguments, not 1'],
    [
      'a call with undefined',
      () => adding.call('add', 1, undefined),
      'an f32 is a number, not undefined (argument 2 of 2)',
    ],
    ['a call with a bigint', () => adding.call('add', 1n, 2), 'an i32 is a number, not a bigint (argument 1 of 2)'],
    ['a host function with an array', () => answering([1]), 'not an array (the result of the host function "h" "one")'],
    [
      'a host function with a number for an i64',
      () => {
        const source = '(module (import "h" "f" (func $f (result i64))) (func (export "g") (drop (call $f))))';
        instantiate(compile(assemble(source)), { h: { f: () => 1 as never } }).call('g');
      },
      'an i64 is a bigint, not a number (the result of the host function "h" "f")',
    ],
    [
      'a host function with a wrong result',
      () => answering([1, 1], 'two'),
      '(result 2 of 2 of the host function "h" "two")',
    ],
    ['tagOf of a name', () => tagOf('i32' as never), 'an array of their names'],
    ['readText of a path', () => readText('/tmp' as never, 'd'), 'a Directory'],
    ['readText of no name', () => readText(memoryDirectory(), 5 as never), 'the name of the file'],
    ['assemble of a number', () => assemble(5 as never), 'a text'],
    [
      'jsEngine of what is no namespace',
      () => jsEngine('x', { Module: class {} } as never),
      'Module.imports, Instance',
    ],
    ['memoryDirectory of a number', () => memoryDirectory({ a: 5 } as never), '"a"'],
    ['nodeDirectory of a number', () => nodeDirectory(5 as never), 'the path'],
    ['withFeatures of a feature that there is not', () => withFeatures(new Set(), { smid: true } as never), '"simd"'],
  ])('%s says what to do instead', (_name, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  test('options in the place of arguments are told for what they are', async () => {
    const message = 'arguments are given as an array, not an object; options come after them';
    await expect(instance.callAsync('f', { fuel: 100 } as never)).rejects.toThrow(message);
    expect(() => instance.begin('f', { async: true } as never)).toThrow(message);
    expect(() => invoke(f, { fuel: 100 } as never)).toThrow(message);
  });

  test('a number that counts nothing is out of range, wherever it is given', async () => {
    expect(() => instance.callWith({ fuel: -1 }, 'f')).toThrow(RangeError);
    expect(() => invoke(f, [], { fuel: -1 })).toThrow(RangeError);
    await expect(instance.callAsync('f', [], { fuel: -1 })).rejects.toThrow(RangeError);
    expect(() => instantiate(valid, {}, { fuel: -1 })).toThrow(RangeError);
    for (const maxMemoryBytes of [1.5, -1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => instantiate(valid, {}, { maxMemoryBytes })).toThrow(RangeError);
      expect(() => run({ maxMemoryBytes })).toThrow(RangeError);
      expect(() => new Memory((instance.exports['m'] as Memory).type, maxMemoryBytes)).toThrow(RangeError);
    }
    expect(instantiate(valid, {}, { maxMemoryBytes: Number.POSITIVE_INFINITY }).call('f')).toBeUndefined();
    const execution = instance.begin('f');
    execution.fuel = -1; // What a run leaves may be below zero.
    expect(execution.fuel).toBe(-1);
  });

  test('options may be of a class, without a prototype, or the namespace of a module', () => {
    class Limits {
      readonly fuel = 10;
    }
    expect(instance.callWith(new Limits(), 'f')).toBeUndefined();
    expect(instance.callWith(Object.assign(Object.create(null), { fuel: 10 }), 'f')).toBeUndefined();
    const namespace = Object.defineProperty({ fuel: 10 }, Symbol.toStringTag, { value: 'Module' });
    expect(instance.callWith(namespace, 'f')).toBeUndefined();
  });
});

test('numbers of things are told in the grammar of their number', () => {
  const { type } = instance.exports['m'] as Memory;
  expect(() => new Memory(type, 0)).toThrow('a memory of 1 page (65536 bytes)');
  expect(() => new Memory({ ...type, limits: { min: 2n, max: 2n } }, 0)).toThrow('a memory of 2 pages');
  const shared = compile(assemble('(module (memory (import "m" "m") 2))'));
  expect(() => instantiate(shared, { m: instance.exports as never })).toThrow('a memory of 1 page');
  expect(() => instantiate(compile(assemble('(module (func (import "m" "f")))')), { m: { f: {} as never } })).toThrow(
    'has to be a func, not an object',
  );
});

test('a number for an imported global of another type was an error that did not say of which import', () => {
  const module = compile(assemble('(module (import "a" "g" (global i64)))'));
  const outcome = (): unknown => instantiate(module, { a: { g: 1 } });
  expect(outcome).toThrow(LinkError);
  expect(outcome).toThrow('incompatible import type: "a" "g": an i64 is a bigint, not a number');
});

test('errors had properties that were undefined, which hosts print as if something was known', () => {
  const broken = compile(assemble('(module (func (export "f") unreachable))'));
  let trap: unknown;
  try {
    instantiate(broken).call('f');
  } catch (error) {
    trap = error;
  }
  expect(Object.values(trap as object)).not.toContain(undefined);
});

describe('what stops for want of fuel', () => {
  const loop = instantiate(compile(assemble('(module (func (export "loop") (loop (br 0))))')));
  const stopped = 'all fuel consumed: the program was stopped';

  test('says that it can go on where somebody holds it, and not where it is gone', async () => {
    const execution = loop.begin('loop');
    execution.fuel = 5;
    expect(await outcome(() => execution.run())).toMatchObject({ message: `${stopped}; it can go on with more fuel` });
    expect(await outcome(() => loop.callWith({ fuel: 5 }, 'loop'))).toMatchObject({ message: stopped });
    expect(await outcome(() => loop.callAsync('loop', [], { fuel: 5 }))).toMatchObject({ message: stopped });
  });
});
