// Modules that import, export and begin in odd ways, as texts: kinds and types of imports, of the memory and of entries
// vary together, and bodies do what ends programs. Each is a module of the text format that can be parsed; many do not
// link, and some are not valid. Every loop of theirs is endless, and every wait may be: give them fuel and a time.
import { SYSTEM_FUNCTIONS, signature, wrongTypes } from '../cli/odd-modules.ts';
import type { Random } from './random.ts';

const TYPES = ['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'externref', 'anyref', '(ref func)', 'exnref', 'i31ref'];
const NAMES = ['f', 'main', 'memory', 'env', '__proto__', 'toString', 'constructor', '', 'é\\u{202e}', '0', 'log'];
const ENTRY_NAMES = ['_start', '_initialize', 'wasi_thread_start', 'f', 'f', 'memory', '__proto__', 'toString', ''];

/** Names of modules that import something known. */
const MODULE_NAMES = ['env', 'wasi_snapshot_preview1', 'wasi_unstable', 'wasi', 'lib', '__proto__', 'constructor', ''];

/** Functions that programs call most, and those that end or wait. */
const USUAL = ['fd_write', 'fd_read', 'proc_exit', 'poll_oneoff', 'args_get', 'random_get', 'fd_close', 'sched_yield'];

const types = (random: Random, most: number): string[] => random.some(most, () => random.pick(TYPES));

function importOf(random: Random, i: number): string {
  const id = `$i${i}`;
  if (random.chance(85)) {
    const usual = SYSTEM_FUNCTIONS.filter(({ name }) => USUAL.includes(name));
    const func = random.pick(random.chance(60) ? usual : SYSTEM_FUNCTIONS);
    const type = random.chance(93) ? signature(func.params, func.results) : random.pick(wrongTypes(func));
    return `(import "${func.module}" "${func.name}" (func ${id}${type}))`;
  }
  const what = random.pick([
    `(func ${id}${signature(types(random, 3), types(random, 2))})`,
    `(func ${id})`,
    '(memory 1)',
    '(memory 1 2 shared)',
    '(table 1 funcref)',
    '(global i32)',
    '(global (mut externref))',
    '(tag (param i32))',
  ]);
  const name = random.chance(30) ? random.pick(USUAL) : random.pick(NAMES);
  return `(import "${random.pick(MODULE_NAMES)}" "${name}" ${what})`;
}

function memory(random: Random): string {
  return random.pick([
    '(memory (export "memory") 1)',
    '(memory (export "memory") 1)',
    '(memory (export "memory") 1)',
    '(memory (export "memory") 1 4 shared)',
    '(memory (export "memory") 0)',
    '(memory (export "other") 1)',
    '(memory (export "memory") i64 1)',
    '(global (export "memory") i32 (i32.const 0)) (memory 1)',
    '(func (export "memory")) (memory 1)',
    '(memory 1)',
    '(table (export "memory") 1 funcref) (memory 1 60000)',
    '',
  ]);
}

function constant(random: Random, type: string): string {
  if (type === 'i32')
    return `(i32.const ${random.pick([0, 1, 2, 3, 4, 8, 16, 100, 65_535, 65_536, -1, -2_147_483_648])})`;
  if (type === 'i64') return `(i64.const ${random.pick(['0', '1', '8', '-1', '9223372036854775807', '1000000'])})`;
  if (type === 'f32' || type === 'f64') return `(${type}.const ${random.pick(['0', '-0', 'nan:0x1', 'inf', '1.5'])})`;
  if (type === 'v128') return '(v128.const i32x4 1 2 3 0x7fa00000)';
  if (type === 'i31ref' || type === 'anyref') return '(ref.i31 (i32.const -5))';
  if (type === '(ref func)') return '(ref.func $self)';
  const heap = { funcref: 'func', externref: 'extern', exnref: 'exn' }[type];
  return `(ref.null ${heap ?? 'any'})`;
}

/** A call of an imported function of the system interface, with arguments of the types that it has there. */
function systemCall(random: Random, imports: readonly string[]): string {
  const calls = imports.flatMap((text) => {
    const [, id, rest] = /\(func (\$i\d+)(.*)\)\)$/.exec(text) ?? [];
    if (id === undefined) return [];
    const params = /\(param ([^)]*(?:\(ref func\)[^)]*)*)\)/.exec(rest)?.[1].match(/\(ref func\)|\w+/g) ?? [];
    const drops = /\(result ([^)]*(?:\(ref func\)[^)]*)*)\)/.exec(rest)?.[1].match(/\(ref func\)|\w+/g) ?? [];
    return [
      `${params.map((type) => constant(random, type)).join(' ')} call ${id} ${drops.map(() => 'drop').join(' ')}`,
    ];
  });
  return calls.length === 0 ? 'nop' : random.pick(calls);
}

function statement(random: Random, imports: readonly string[]): string {
  if (random.chance(50)) return systemCall(random, imports);
  return random.pick([
    'nop',
    'unreachable',
    '(loop (br 0))',
    'call $self',
    'return_call $self',
    '(throw $e (i32.const -0))',
    '(drop (memory.grow (i32.const 1)))',
    '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))',
    '(drop (memory.atomic.wait32 (i32.const 2) (i32.const 0) (i64.const 1000)))',
    '(drop (memory.atomic.notify (i32.const 0) (i32.const 1)))',
    '(drop (i32.load (i32.const -1)))',
    '(i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 8))',
    '(drop (i32.div_s (i32.const 1) (i32.const 0)))',
    '(call_indirect (i32.const 0))',
    '(drop (array.new_default $a (i32.const -1)))',
    '(drop (array.new_default $a (i32.const 9)))',
    '(throw_ref (ref.null exn))',
    'i32.const 1', // Not valid: a value too many.
  ]);
}

function exported(random: Random, i: number, imports: readonly string[]): string {
  const name = `(export "${ENTRY_NAMES[i % ENTRY_NAMES.length]}")`;
  if (random.chance(4)) {
    return random.pick([
      `(global ${name} i32 (i32.const 1))`,
      `(table ${name} 1 funcref)`,
      `(tag ${name} (param f64))`,
      `(global ${name} (mut v128) (v128.const i64x2 1 2))`,
    ]);
  }
  const isThread = name.includes('wasi_thread_start') && random.chance(80);
  const params = isThread ? ['i32', 'i32'] : random.chance(90) ? [] : types(random, 3);
  const results = random.chance(90) ? [] : types(random, 2);
  const body = random.some(3, () => statement(random, imports)).join(' ');
  const values = results.map((type) => constant(random, type)).join(' ');
  return `(func ${name}${signature(params, results)} ${body} ${values})`;
}

/** The text of a module. */
export function oddModule(random: Random): string {
  const imports = random.some(3, () => '').map((_, i) => importOf(random, i));
  const names = ENTRY_NAMES.map((_, i) => i).filter((i) => random.chance(i === 0 ? 90 : i === 3 ? 60 : 7));
  const once = names.filter((i, at) => names.findIndex((j) => ENTRY_NAMES[i] === ENTRY_NAMES[j]) === at);
  const hasMemoryExport = once.some((i) => ENTRY_NAMES[i] === 'memory');
  return [
    '(module',
    ...imports,
    '(type $a (array (mut i64)))',
    '(tag $e (param i32))',
    '(table 2 funcref)',
    hasMemoryExport ? '(memory 1)' : memory(random),
    ...once.map((i) => exported(random, i, imports)),
    `(func $self ${random.chance(30) ? statement(random, imports) : ''})`,
    '(elem declare func $self)',
    random.chance(20) ? '(start $self)' : '',
    random.chance(20) ? '(data (i32.const 0) "\\10\\00\\00\\00\\08\\00\\00\\00abcd")' : '',
    ')',
  ].join('\n  ');
}
