// Modules that import, export and begin in odd ways, as texts of the text format: functions of the system interface with
// wrong types, entries that are no functions, memories that are missing, start functions that do things.
// Only makes them; what has to come out is said by the tests that run them.
import { PREVIEW0, PREVIEW1 } from '../../src/wasi/preview1/abi.ts';
import { FUNCTIONS, type FunctionName, typeOf } from '../../src/wasi/preview1/abi.ts';
import { type FuncType, I32, typeName } from '../../src/syntax/types.ts';
import { Random } from '../net/random.ts';

/** A function of the system interface, with the type that it has: names of types of the text format. */
export interface SystemFunction {
  readonly module: string;
  readonly name: string;
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** All of them: 46 of preview 1, 45 of preview 0, and the one of wasi-threads. */
export const SYSTEM_FUNCTIONS: readonly SystemFunction[] = [
  ...[PREVIEW1, PREVIEW0].flatMap(({ moduleName, without }) =>
    (Object.keys(FUNCTIONS) as FunctionName[])
      .filter((name) => !without.includes(name))
      .map((name) => ({ module: moduleName, name, ...names(typeOf(name)) })),
  ),
  { module: 'wasi', name: 'thread-spawn', ...names({ kind: 'func', params: [I32], results: [I32] }) },
];

function names({ params, results }: FuncType): Pick<SystemFunction, 'params' | 'results'> {
  return { params: params.map(typeName), results: results.map(typeName) };
}

/** `(param i32 i64) (result i32)`. */
export function signature(params: readonly string[], results: readonly string[]): string {
  const list = (what: string, types: readonly string[]): string =>
    types.length === 0 ? '' : ` (${what} ${types.join(' ')})`;
  return `${list('param', params)}${list('result', results)}`;
}

/** 16 types that are not the type: fewer, more and other parameters, none, two and other results. */
export function wrongTypes({ params, results }: Pick<SystemFunction, 'params' | 'results'>): string[] {
  const first = (type: string): string[] => [type, ...params.slice(1)];
  const last = (type: string): string[] => [...params.slice(0, -1), type];
  const other = (type: string): string => (type === 'i32' ? 'i64' : 'i32');
  const halves = params.flatMap((type) => (type === 'i64' ? ['i32', 'i32'] : [type]));
  const wrong = [
    signature(params.slice(1), results),
    signature([...params, 'i32'], results),
    signature(['i64', ...params], results),
    signature(halves.length === params.length ? [...params, 'i32', 'i32'] : halves, results),
    signature(first(other(params[0] ?? 'i64')), results),
    signature(last(other(params[params.length - 1] ?? 'i64')), results),
    signature(first('f64'), results),
    signature(first('v128'), results),
    signature(first('funcref'), results),
    signature(first('externref'), results),
    signature(params, results.length === 0 ? ['f32'] : []),
    signature(params, [...results, 'i32', 'i32']),
    signature(params, ['i64']),
    signature(params, ['v128']),
    signature(params, ['funcref']),
    signature(params.length === 0 ? ['f32', 'i64'] : [], results),
  ];
  // A call without parameters has fewer ways to be wrong; each text stands once.
  return [...new Set(wrong)].filter((one) => one !== signature(params, results));
}

/** Chooses a whole number from 0 on below a bound. */
export type Chance = (below: number) => number;

/** Numbers that follow from a seed. */
export function chanceFrom(seed: number): Chance {
  const random = new Random(seed);
  return (below) => random.below(below);
}

/** A program of the command line: `options`, the module, then `rest`. */
export interface OddProgram {
  readonly text: string;
  /** To be given as `--module env=...`, where it is there. */
  readonly library: string | undefined;
  readonly options: readonly string[];
  readonly rest: readonly string[];
}

const pick = <T>(chance: Chance, list: readonly T[]): T => list[chance(list.length)] as T;
const sometimes = (chance: Chance, text: string, oneOf = 3): string => (chance(oneOf) === 0 ? text : '');

/** Constants by type, for calls. */
const ZERO: Readonly<Record<string, string>> = {
  i32: '(i32.const 0)',
  i64: '(i64.const 0)',
  f32: '(f32.const 0)',
  f64: '(f64.const 0)',
  v128: '(v128.const i64x2 1 2)',
  funcref: '(ref.null func)',
  externref: '(ref.null extern)',
  anyref: '(ref.null any)',
  '(ref i31)': '(ref.i31 (i32.const 5))',
  '(ref func)': '(ref.func $nothing)',
};

function call(id: string, params: readonly string[], results: readonly string[]): string {
  const args = params.map((type) => ZERO[type]).join(' ');
  return `(call ${id} ${args})${' drop'.repeat(results.length)}`;
}

const body = (results: readonly string[]): string => results.map((type) => ZERO[type]).join(' ');
const func =
  (params: readonly string[], results: readonly string[], text = body(results)) =>
  (name: string) =>
    `(func (export "${name}")${signature(params, results)} ${text})`;

/** What may be exported under an entry's name; `$sys` and `$odd` are imported functions. */
export const EXPORT_KINDS: Readonly<Record<string, (name: string) => string>> = {
  'a function': func([], []),
  'a function that writes': func([], [], '(call $hi)'),
  'a function that traps': func([], [], 'unreachable'),
  'a function that throws': func([], [], '(throw $tag)'),
  'a function of an i32': func(['i32'], []),
  'a function of an i64': func(['i64'], []),
  'a function of two i32': func(['i32', 'i32'], []),
  'a function of a vector': func(['v128'], []),
  'a function of a reference': func(['externref'], []),
  'a function of a reference that is not null': func(['(ref func)'], []),
  'a function to an i32': func([], ['i32']),
  'a function to two values': func([], ['f64', 'i64']),
  'a function to a vector': func([], ['v128']),
  'a function to a reference': func([], ['funcref']),
  'a function to a reference that is not null': func([], ['(ref i31)']),
  'a vector to a vector': func(['v128'], ['v128'], '(local.get 0)'),
  'an imported system function': (name) => `(export "${name}" (func $sys))`,
  'an imported function of nobody': (name) => `(export "${name}" (func $odd))`,
  'a global': (name) => `(global (export "${name}") i32 (i32.const 0))`,
  'a mutable vector': (name) => `(global (export "${name}") (mut v128) (v128.const i32x4 1 2 3 4))`,
  'a table': (name) => `(table (export "${name}") 1 funcref)`,
  'a memory': (name) => `(memory (export "${name}") 1)`,
  'a tag': (name) => `(tag (export "${name}"))`,
};

/** Where the memory is: what is imported, then what is defined. */
const MEMORIES: readonly (readonly [string, string])[] = [
  ['', ''],
  ['', '(memory (export "memory") 1)'],
  ['', '(memory (export "memory") 1)'],
  ['', '(memory 1)'],
  ['', '(memory (export "other") 1)'],
  ['', '(memory 1) (memory (export "memory") 0)'],
  ['', '(memory (export "memory") i64 1)'],
  ['', '(memory (export "memory") 1 1 shared)'],
  ['', '(memory 1) (global (export "memory") i32 (i32.const 0))'],
  ['', '(memory (export "memory") 65536)'],
  ['(import "env" "memory" (memory 1))', '(export "memory" (memory 0))'],
  ['(import "env" "memory" (memory 1 4 shared))', '(export "memory" (memory 0))'],
  ['(import "env" "memory" (memory 1 4 shared))', ''],
  ['(import "env" "memory" (memory 0 0 shared))', '(export "memory" (memory 0))'],
];

const ODD_TYPES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [[], []],
  [['i32'], ['i32']],
  [['v128'], []],
  [[], ['v128']],
  [
    ['v128', 'f32'],
    ['v128', 'i64'],
  ],
  [['externref'], ['funcref']],
  [[], ['(ref func)']],
  [['(ref i31)'], ['(ref i31)']],
  [
    ['f64', 'i64'],
    ['anyref', 'i32', 'f32'],
  ],
];

const HI =
  '(func $hi (i32.store (i32.const 16) (i32.const 32)) (i32.store (i32.const 20) (i32.const 3)) (i32.store (i32.const 32) (i32.const 0x0a6968)) (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)) drop)';

const P1 = 'wasi_snapshot_preview1';

const ALL_KINDS = Object.values(EXPORT_KINDS);

/** Kinds that an entry may have. */
function fitting(name: string): readonly ((name: string) => string)[] {
  return name === 'wasi_thread_start'
    ? ALL_KINDS.filter((kind) => kind('').includes('(param i32 i32) )'))
    : ALL_KINDS.slice(0, 4);
}

function oddModule(chance: Chance): string {
  const system = pick(chance, SYSTEM_FUNCTIONS);
  const right = signature(system.params, system.results);
  const type = chance(8) === 0 ? pick(chance, wrongTypes(system)) : right;
  const [params, results] = pick(chance, ODD_TYPES);
  const [imported, defined] = pick(chance, MEMORIES);
  const hasMemory = imported !== '' || defined !== '';
  const imports = [
    `(import "${system.module}" "${system.name}" (func $sys${type}))`,
    `(import "${pick(chance, ['env', 'lib', P1, 'wasi', '__proto__'])}" "${pick(chance, ['odd', 'f', '_start', 'toString'])}" (func $odd${signature(params, results)}))`,
    `(import "${P1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))`,
    `(import "${P1}" "proc_exit" (func $exit (param i32)))`,
    sometimes(
      chance,
      `(import "${system.module}" "${system.name}" ${pick(chance, ['(global i32)', '(table 1 funcref)', '(memory 1)', '(tag)'])})`,
      12,
    ),
    imported,
  ];
  const spawns = chance(3) === 0;
  if (spawns) imports.push('(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))');
  const steps = [
    '',
    type === right ? call('$sys', system.params, system.results) : '',
    call('$odd', params, results),
    hasMemory && !defined.includes('i64') ? '(call $hi)' : '',
    '(call $exit (i32.const 5))',
    'unreachable',
    '(throw $tag)',
    spawns ? '(call $spawn (i32.const 9)) drop' : '',
    '(loop $more (br $more))',
  ];
  const start = pick(chance, [...steps, 'none', 'none', 'none', 'none']);
  const entries = ['_start', '_initialize', 'wasi_thread_start', 'f']
    .filter((name) => (name === '_initialize' ? chance(6) === 0 : chance(3) > 0))
    .map((name) => [name, pick(chance, chance(4) === 0 || name === 'f' ? ALL_KINDS : fitting(name))?.(name) ?? '']);
  return [
    '(module',
    ...imports,
    // Where a memory is exported, those of HI need one; without any, or with one of 64 bits, it does nothing.
    hasMemory && !defined.includes('i64')
      ? HI
      : `(func $hi ${type === right ? call('$sys', system.params, system.results) : ''})`,
    defined,
    '(tag $tag) (func $nothing) (elem declare func $nothing)',
    ...entries.map(([, field]) => field),
    ...(start === 'none' ? [] : [`(func $s ${start}) (start $s)`]),
    ')',
  ]
    .filter((field) => field !== '')
    .join('\n  ');
}

/** Arguments that fit, by type. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  i32: ['0', '-1', '0xffffffff'],
  i64: ['7', '18446744073709551615'],
  f64: ['1.5', 'nan:0x200000'],
  v128: ['i32x4 1 2 3 4', 'f64x2 nan -0'],
  externref: ['null'],
  funcref: ['null'],
};
const ANY_ARGUMENTS = ['0', '-1', '1.5', 'null', 'i32x4 1 2 3 4', 'nan', 'x', ''];

/** A module and a command line, which often fit each other badly. Each ends soon by itself, by fuel, or by a time-out. */
export function oddProgram(chance: Chance): OddProgram {
  const text = oddModule(chance);
  const options = ['--fuel', '20000', '--timeout', '2s'];
  const rest: string[] = [];
  if (chance(3) === 0) {
    const exported = [...text.matchAll(/\(export "(\w+)"\)?([^\n]*)/g)];
    const [, name = 'none', field = ''] = chance(8) === 0 || exported.length === 0 ? [] : pick(chance, exported);
    options.push('--invoke', name);
    const params = /^ \(param ((?:\([^)]*\)|[^()])*)\)/.exec(field)?.[1]?.match(/\([^)]*\)|\w+/g) ?? [];
    if (chance(5) > 0) rest.push(...params.map((type) => pick(chance, ARGUMENTS[type] ?? ANY_ARGUMENTS)));
  }
  if (chance(5) === 0) rest.push(pick(chance, ANY_ARGUMENTS));
  for (const [oneOf, ...given] of [
    [1, '--unknown-imports', pick(chance, ['trap', 'trap', 'trap', 'default', 'default', 'refuse'])],
    [5, '--strace'],
    [8, '--trace', '--trace-limit', '20'],
    [6, '--max-memory', pick(chance, ['1', '64KiB', '1MiB', '4GiB'])],
    [6, '--loop', pick(chance, ['switch', 'closures'])],
    [8, '--stats'],
    [8, '--thread-seed', '3'],
  ] as const) {
    if (chance(oneOf) === 0) options.push(...given);
  }
  return { text, library: chance(4) === 0 ? oddModule(chance) : undefined, options, rest };
}
