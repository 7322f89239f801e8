// NodeWASI and the running Node's own node:wasi, on one generated list: every option with values of every kind, every
// order of calls, every function with wrong arguments in every place. Compared are what comes back, and of an error its
// class, code and text. What differs by decision is the table DECIDED, with its reasons, and nothing else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versions } from 'node:process';
import { WASI } from 'node:wasi';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { NodeWASI } from '../../src/wasi/hosts/node.ts';
import { FUNCTIONS, type FunctionName, parametersOf } from '../../src/wasi/preview1/abi.ts';
import { native } from '../native.ts';

type Shape = new (
  options?: unknown,
) => {
  wasiImport: Record<string, (...args: unknown[]) => unknown>;
  start(instance?: unknown): unknown;
  initialize(instance?: unknown): unknown;
  getImportObject(): Record<string, Record<string, unknown>>;
};

const BOTH = [WASI as unknown as Shape, NodeWASI as unknown as Shape] as const;
const version = 'preview1';
const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-shape-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const nothing = (): void => {};
class Example {}

/** A value of each kind that JavaScript has, and of each that a check may take for another. */
const VALUES: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    1.5,
    7,
    99_999,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 + 1,
    -(2 ** 40),
    2 ** 53,
  ],
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0n,
    10n,
    -1n,
    '',
    'x',
    '1',
    'preview1',
    'preview2',
    'unstable',
    'a'.repeat(200),
  ],
  ...[
    `it's`,
    `"`,
    [],
    ['a'],
    [1, null, undefined],
    [[]],
    [Symbol('s')],
    {},
    { a: 1 },
    { a: 'b', c: undefined },
    { a: null },
  ],
  ...[
    { a: Symbol('s') },
    Object.create(null),
    new Example(),
    new Map(),
    new Date(0),
    /x/,
    new Error('e'),
    new Number(1),
  ],
  ...[new String('preview1'), nothing, () => {}, Example, class {}, Symbol('s'), Symbol.iterator, new Uint8Array(2)],
  ...[new Proxy([], {}), new Proxy({}, {}), Promise.resolve(1), globalThis],
];

/** What happened, as text. */
function outcome(run: () => unknown): string {
  try {
    const value = run();
    return typeof value === 'object' && value !== null ? 'an object' : `${typeof value} ${String(value)}`;
  } catch (thrown) {
    if (!(thrown instanceof Error)) return `throws a ${typeof thrown}`;
    const { code, errno, syscall } = thrown as NodeJS.ErrnoException;
    return `throws ${thrown.constructor.name} ${thrown.name} ${code} ${errno} ${syscall}: ${thrown.message} | ${String(thrown)}`;
  }
}

/** Name -> test, run with both classes. */
type Tests = Record<string, (Class: Shape) => unknown>;

function differences(tests: Tests): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [name, test] of Object.entries(tests)) {
    const both = BOTH.map((Class) => outcome(() => test(Class)));
    if (both[0] !== both[1]) found[name] = both;
  }
  return found;
}

function counted(tests: Tests, least: number): Tests {
  expect(Object.keys(tests).length).toBeGreaterThanOrEqual(least);
  return tests;
}

describe('the constructor', () => {
  const OPTIONS = ['version', 'args', 'env', 'preopens', 'returnOnExit', 'stdin', 'stdout', 'stderr'];

  it('refuses the same options with the same errors', () => {
    const tests: Tests = { 'no options': (Class) => new Class() };
    for (const [i, value] of VALUES.entries()) {
      tests[`options ${i}`] = (Class) => new Class(value);
      tests[`options ${i} with a version`] = (Class) =>
        new Class(Object.assign(Object.create(value as object), { version }));
      for (const key of OPTIONS) {
        // A guest that ends the process is refused: the first row of DECIDED.
        if (key === 'returnOnExit' && value === false) continue;
        tests[`${key} ${i}`] = (Class) => new Class({ version, [key]: value });
        tests[`${key} ${i} alone`] = (Class) => new Class({ [key]: value });
      }
    }
    expect(differences(counted(tests, 900))).toEqual({});
  });

  it('tells the same of several wrong options', () => {
    const wrong: Record<string, unknown> = {
      version: 'x',
      args: 1,
      env: 2,
      preopens: 3,
      stdin: 'a',
      stdout: -1,
      stderr: 1.5,
      returnOnExit: 4,
    };
    const tests: Tests = {};
    for (const a of OPTIONS) {
      for (const b of OPTIONS) tests[`${a} and ${b}`] = (Class) => new Class({ version, [a]: wrong[a], [b]: wrong[b] });
    }
    tests['a missing directory and a wrong flag'] = (Class) =>
      new Class({ version, preopens: { '/': join(scratch, 'missing') }, returnOnExit: 1 });
    expect(differences(tests)).toEqual({});
  });

  it('tells the error of the system for directories and descriptors that cannot be used', () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    const tests: Tests = {};
    for (const path of [join(scratch, 'missing'), file, join(file, 'x'), '', 'x'.repeat(300)]) {
      tests[`directory ${path.slice(-20)}`] = (Class) => new Class({ version, preopens: { '/': path } });
      tests[`second directory ${path.slice(-20)}`] = (Class) =>
        new Class({ version, preopens: { '/': scratch, '/x': path } });
    }
    for (const fd of [999, 2 ** 31 - 1]) {
      for (const key of ['stdin', 'stdout', 'stderr'])
        tests[`${key} ${fd}`] = (Class) => new Class({ version, [key]: fd });
    }
    expect(differences(counted(tests, 16))).toEqual({});
    expect(outcome(() => new BOTH[1]({ version, preopens: { '/': join(scratch, 'missing') } }))).toContain(
      'UVWASI_ENOENT',
    );
  });

  it('needs new, and has the same methods', () => {
    const methods = ['constructor', 'start', 'initialize', 'getImportObject'];
    expect(
      differences({
        call: (Class) => typeof (Class as unknown as (options: unknown) => unknown)({ version }),
        length: (Class) => Class.length,
        ...Object.fromEntries(methods.map((name) => [name, (Class: Shape) => name in Class.prototype])),
        'lengths of methods': (Class) =>
          methods
            .slice(1)
            .map((name) => (Class.prototype as Record<string, { length: number }>)[name].length)
            .join(),
      }),
    ).toEqual({ call: [expect.stringContaining('WASI'), expect.stringContaining('NodeWASI')] });
  });
});

describe('the objects to import', () => {
  it('are plain, own and changeable', () => {
    const made = (Class: Shape, which = version) => new Class({ version: which });
    const flags = (target: object, key: string): string => {
      const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(target, key) ?? {};
      return [writable, enumerable, configurable].join();
    };
    const tests: Tests = {
      'own properties': (Class) => Object.keys(made(Class)).join(),
      'flags of wasiImport': (Class) => flags(made(Class), 'wasiImport'),
      'flags of a function': (Class) => flags(made(Class).wasiImport, 'fd_write'),
      functions: (Class) => Object.keys(made(Class).wasiImport).sort().join(),
      'functions of unstable': (Class) => Object.keys(made(Class, 'unstable').wasiImport).sort().join(),
      'module names': (Class) =>
        [version, 'unstable'].map((one) => Object.keys(made(Class, one).getImportObject())).join(),
      lengths: (Class) =>
        Object.entries(made(Class).wasiImport)
          .map(([name, { length }]) => `${name} ${length}`)
          .sort()
          .join(),
      'no prototypes': (Class) => Object.values(made(Class).wasiImport).some((one) => 'prototype' in one),
      'a new object each time': (Class) => {
        const wasi = made(Class);
        return new Set([wasi.getImportObject(), wasi.getImportObject()]).size;
      },
      'the prototype': (Class) => Object.getPrototypeOf(made(Class).getImportObject()) === Object.prototype,
      'members of Object.prototype': (Class) => 'hasOwnProperty' in made(Class).wasiImport,
      frozen: (Class) => Object.isFrozen(made(Class).getImportObject()) || Object.isFrozen(made(Class).wasiImport),
      'replaced as a whole': (Class) => {
        const wasi = made(Class);
        wasi.wasiImport = { other: nothing };
        return Object.keys(wasi.getImportObject()['wasi_snapshot_preview1']).join();
      },
      'a function is replaced, and one is added': (Class) => {
        const wasi = made(Class);
        wasi.wasiImport['fd_write'] = nothing;
        wasi.wasiImport['more'] = nothing;
        const functions = wasi.getImportObject()['wasi_snapshot_preview1'];
        return [functions['fd_write'] === nothing, functions['more'] === nothing].join();
      },
    };
    expect(differences(counted(tests, 14))).toEqual({});
  });
});

// --------------------------------------------------------------------------------------------- instances and their calls

function memory(): unknown {
  return instance('').exports['memory'];
}

/** An instance of the host's engine that exports a memory, and what the text adds. Imports are there if it uses them. */
function instance(text: string, imports: Record<string, Record<string, unknown>> = {}) {
  const imported = text.includes('$stat') || text.includes('$exit') ? IMPORTED : '';
  const module = new native.Module(assemble(`(module ${imported} (memory (export "memory") 1) ${text})`));
  return new native.Instance(module, imports);
}

const IMPORTED = `(import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const STAT = '(call $stat (i32.const 1) (i32.const 0))';

/** Exports of every kind, right and wrong. */
const PARTS: Record<string, readonly unknown[]> = {
  _start: [undefined, nothing, 5, null, {}, async () => 5, () => 7],
  _initialize: [undefined, nothing, 5, null, 'x'],
  memory: [
    'a memory',
    undefined,
    null,
    {},
    { buffer: new ArrayBuffer(65_536) },
    'inherited',
    'proxy',
    new ArrayBuffer(65_536),
  ],
};

/** A memory for the words above. */
function memoryFor(one: unknown): unknown {
  if (one === 'a memory') return memory();
  if (one === 'inherited') return Object.create(memory() as object);
  return one === 'proxy' ? new Proxy(memory() as object, {}) : one;
}

describe('start and initialize', () => {
  it('refuse the same instances', () => {
    const tests: Tests = {};
    for (const method of ['start', 'initialize'] as const) {
      for (const [i, value] of VALUES.entries()) {
        tests[`${method} ${i}`] = (Class) => new Class({ version })[method](value);
        tests[`${method} exports ${i}`] = (Class) => new Class({ version })[method]({ exports: value });
        tests[`${method} memory ${i}`] = (Class) =>
          new Class({ version })[method]({ exports: { memory: value, _start: nothing } });
      }
      for (const [i, _start] of PARTS['_start'].entries()) {
        for (const [j, _initialize] of PARTS['_initialize'].entries()) {
          for (const [k, kind] of PARTS['memory'].entries()) {
            tests[`${method} ${i} ${j} ${k}`] = (Class) => {
              const exports = { _start, _initialize, memory: memoryFor(kind) };
              return new Class({ version })[method]({ exports });
            };
          }
        }
      }
      tests[`${method} throws`] = (Class) => {
        const fail = () => {
          throw new RangeError('x');
        };
        const exports = { [method === 'start' ? '_start' : '_initialize']: fail, memory: memory() };
        return new Class({ version })[method]({ exports });
      };
    }
    expect(differences(counted(tests, 900))).toEqual({});
  });

  it('may be called once, in every order of three calls', () => {
    const steps: Record<string, (wasi: InstanceType<Shape>) => unknown> = {
      command: (wasi) => wasi.start(instance('(func (export "_start"))')),
      reactor: (wasi) => wasi.initialize(instance('(func (export "_initialize"))')),
      'reactor without an entry': (wasi) => wasi.initialize(instance('')),
      'command to initialize': (wasi) => wasi.initialize(instance('(func (export "_start"))')),
      'reactor to start': (wasi) => wasi.start(instance('(func (export "_initialize"))')),
      null: (wasi) => wasi.start(null),
      'no memory': (wasi) => wasi.start({ exports: { _start: nothing } }),
      call: (wasi) => wasi.wasiImport['fd_close'](77),
      'wrong call': (wasi) => wasi.wasiImport['fd_close']('x'),
      yield: (wasi) => wasi.wasiImport['sched_yield'](),
    };
    const names = Object.keys(steps);
    const tests: Tests = {};
    for (const a of names) {
      for (const b of names) {
        for (const c of names) {
          tests[[a, b, c].join(', ')] = (Class) => {
            const wasi = new Class({ version });
            return [a, b, c].map((step) => outcome(() => steps[step](wasi))).join('; ');
          };
        }
      }
    }
    expect(differences(counted(tests, 1000))).toEqual({});
  });

  it('calls of the system are refused before start, in a start function too, and work after it has returned', () => {
    const again = `(func (export "again") (result i32) ${STAT})`;
    const tests: Tests = {
      'before start': (Class) => instance(again, new Class({ version }).getImportObject()).exports['again'](),
      'in a start function': (Class) =>
        instance(`(func $main (drop ${STAT})) (start $main)`, new Class({ version }).getImportObject()),
      'after start': (Class) => {
        const wasi = new Class({ version });
        const made = instance(`(func (export "_start")) ${again}`, wasi.getImportObject());
        return [wasi.start(made), made.exports['again'](), made.exports['again']()].join();
      },
      'after an exit': (Class) => {
        const wasi = new Class({ version });
        const made = instance(`(func (export "_start") (call $exit (i32.const 9))) ${again}`, wasi.getImportObject());
        return [wasi.start(made), made.exports['again']()].join();
      },
      'after initialize': (Class) => {
        const wasi = new Class({ version });
        const made = instance(`(func (export "_initialize")) ${again}`, wasi.getImportObject());
        return [wasi.initialize(made), made.exports['again']()].join();
      },
    };
    expect(differences(tests)).toEqual({});
    expect(outcome(() => tests['before start'](BOTH[1]))).toContain('ERR_WASI_NOT_STARTED');
  });

  it('the exit code is the signed number of the guest', () => {
    const tests: Tests = {};
    for (const code of [0, 1, 3, 127, 128, 255, 256, 65_536, -1, -2, 2 ** 31 - 1, -(2 ** 31)]) {
      tests[String(code)] = (Class) => {
        const wasi = new Class({ version });
        const text = `(func (export "_start") (call $exit (i32.const ${code})))`;
        return wasi.start(instance(text, wasi.getImportObject()));
      };
    }
    expect(differences(tests)).toEqual({});
    expect(tests['-1'](BOTH[1])).toBe(-1);
  });
});

describe('functions called from JavaScript', () => {
  /** Those that end or send signals to something are not called. */
  const called = (Object.keys(FUNCTIONS) as FunctionName[]).filter((name) => !name.startsWith('proc_'));
  const WRONG = VALUES.filter((value) => typeof value !== 'bigint');

  it('with too few or too many arguments, or one of a wrong kind, they return INVAL and throw nothing', () => {
    const tests: Tests = {};
    const started = new Map(BOTH.map((Class) => [Class, startedOf(Class)]));
    for (const name of called) {
      const right = parametersOf(name).flatMap(({ values }) => values.map((kind) => (kind === 'i64' ? 0n : 77)));
      const call = (args: readonly unknown[]) => (Class: Shape) => started.get(Class)?.wasiImport[name](...args);
      for (let count = 0; count < right.length; count++) tests[`${name} ${count}`] = call(right.slice(0, count));
      tests[`${name} one too many`] = call([...right, 0]);
      for (let at = 0; at < right.length; at++) {
        const wrong =
          typeof right[at] === 'bigint' ? WRONG : [...VALUES.filter((one) => !isUint32(one)), 4_294_967_296];
        for (const [i, value] of wrong.entries()) tests[`${name} ${at} ${i}`] = call(replaced(right, at, value));
      }
      for (const kind of VALUES) {
        if (right.length > 0 && (!isUint32(kind) || typeof right[0] === 'bigint')) {
          tests[`${name}, all ${typeof kind} ${String(typeof kind === 'object' ? '' : String(kind))}`] = call(
            right.map(() => kind),
          );
        }
      }
    }
    expect(differences(counted(tests, 7000))).toEqual({});
    expect(Object.keys(tests).filter((name) => tests[name](BOTH[1]) !== 28)).toEqual([]);
  });

  it('with descriptors that are not open, and pointers outside of memory, they return what node:wasi returns', () => {
    const tests: Tests = {};
    const started = new Map(BOTH.map((Class) => [Class, startedOf(Class)]));
    for (const name of called.filter((one) => /^(fd|path)_/.test(one) && !/link|rename|symlink|renumber/.test(one))) {
      const parameters = parametersOf(name);
      const right = parameters.flatMap(({ values }) => values.map((kind): unknown => (kind === 'i64' ? 0n : 0)));
      right[0] = 77;
      const call = (args: readonly unknown[]) => (Class: Shape) => started.get(Class)?.wasiImport[name](...args);
      tests[name] = call(right);
      const pointers = parameters.flatMap(({ type, out, values }) =>
        out || type === 'ptr'
          ? [true]
          : type === 'string' || type === 'iovecs'
            ? [true, false]
            : values.map(() => false),
      );
      for (const [at, isPointer] of pointers.entries()) {
        if (!isPointer) continue;
        for (const outside of [65_536, 65_537, 70_000, 2 ** 30])
          tests[`${name} ${at} ${outside}`] = call(replaced(right, at, outside));
      }
    }
    expect(differences(counted(tests, 90))).toEqual({});
  });

  function startedOf(Class: Shape) {
    const wasi = new Class({ version });
    wasi.start(instance('(func (export "_start"))'));
    return wasi;
  }
});

function replaced(list: readonly unknown[], at: number, value: unknown): unknown[] {
  return list.map((one, i) => (i === at ? value : one));
}

function isUint32(value: unknown): boolean {
  return typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0);
}

/** What differs by decision: how, and why. docs/wasi.md has the same rows. */
const DECIDED: Record<
  string,
  { readonly test: (Class: Shape) => unknown; readonly theirs: string; readonly ours: string }
> = {
  // A guest never ends the process: the caller has the exit code, and may do so.
  'returnOnExit: false': {
    test: (Class) => typeof new Class({ version, returnOnExit: false }),
    theirs: 'string object',
    ours: 'ERR_INVALID_ARG_VALUE',
  },
  // C would end the text there, and say nothing.
  'a NUL in an argument': {
    test: (Class) => typeof new Class({ version, args: ['a\0b'] }),
    theirs: 'string object',
    ours: 'ERR_INVALID_ARG_VALUE',
  },
  // Who has no limits takes no notice of them.
  'limits of an unknown kind': {
    test: (Class) => typeof new Class({ version, limits: { handle: 4 } }),
    theirs: 'string object',
    ours: 'ERR_INVALID_ARG_VALUE',
  },
  // The guest would read another variable than was given.
  'a variable with = in its name': {
    test: (Class) => typeof new Class({ version, env: { 'a=b': 'c' } }),
    theirs: 'string object',
    ours: 'ERR_INVALID_ARG_VALUE',
  },
  // node:wasi throws a symbol of its own, which tells nobody the code.
  'proc_exit outside of start': {
    test: (Class) => new Class({ version }).wasiImport['proc_exit'](3),
    theirs: 'throws a symbol',
    ours: 'throws ExitStatus ExitStatus exit',
  },
  // Having none is no error of the guest's: other runtimes return 0.
  'args_get without arguments': {
    test: (Class) => {
      const wasi = new Class({ version });
      wasi.start(instance('(func (export "_start"))'));
      return wasi.wasiImport['args_get'](0, 0);
    },
    theirs: 'number 28',
    ours: 'number 0',
  },
  // Flags that do not exist are told before descriptors that are not open; so for all functions.
  'unknown flags on a descriptor that is not open': {
    test: (Class) => {
      const wasi = new Class({ version });
      wasi.start(instance('(func (export "_start"))'));
      return wasi.wasiImport['fd_fdstat_set_flags'](77, 1024);
    },
    theirs: 'number 8',
    ours: 'number 28',
  },
};

describe('what differs by decision', () => {
  it.each(Object.entries(DECIDED))('%s', (_name, { test, theirs, ours }) => {
    expect(outcome(() => test(BOTH[0]))).toContain(theirs);
    expect(outcome(() => test(BOTH[1]))).toContain(ours);
  });

  it('finalizeBindings and close are there in every Node', () => {
    const { prototype } = NodeWASI;
    expect(typeof prototype.finalizeBindings).toBe('function');
    expect(typeof prototype.close).toBe('function');
    const [major = 0, minor = 0] = versions.node.split('.').map(Number);
    expect('finalizeBindings' in WASI.prototype).toBe(major > 24 || (major === 24 && minor >= 4));
  });

  it('close ends descriptors: calls return BADF', () => {
    const wasi = new NodeWASI({ version, preopens: { '/': scratch } });
    wasi.finalizeBindings({ exports: { memory: memory() } });
    expect(wasi.wasiImport['fd_prestat_get'](3, 0)).toBe(0);
    wasi.close();
    expect(wasi.wasiImport['fd_prestat_get'](3, 0)).toBe(8);
  });
});

it('a preopen of the name __proto__ was lost, and those after it had other numbers', () => {
  const preopens = JSON.parse('{"__proto__":".","a":"."}') as Record<string, string>;
  const system = new NodeWASI({ version, preopens });
  system.initialize(instance(''));
  expect([3, 4, 5].map((fd) => system.wasiImport['fd_prestat_get']?.(fd, 0))).toEqual([0, 0, 8]);
});
