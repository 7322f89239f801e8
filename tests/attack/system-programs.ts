// Programs that call one function of the system interface in an endless loop, with one kind of arguments, and the folder
// that they are given.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS, type FunctionName, parametersOf, typeOf } from '../../src/wasi/preview1/abi.ts';
import type { Parameter } from '../../src/wasi/kernel/table.ts';
import { I64 } from '../../src/syntax/types.ts';
import { random } from './part.ts';

const MIB = 1024 * 1024;
/** Pages of the programs' memories: 64 MiB. */
const PAGES = 1024;

/** Where things stand in memory. Lists of parts and subscriptions are zeros but for what the setup writes. */
const AT = { path: 0x1000, parts: 0x10_000, out: 0x20_000, buffer: 0x30_000, list: 0x100_000 } as const;

/** A kind of arguments: what is different from a plain call that succeeds. */
interface Kind {
  readonly path: string;
  /** Of a list of parts: how many, and how long each is. */
  readonly parts: readonly [count: number, length: number];
  /** Lengths of buffers, and numbers of subscriptions. */
  readonly size: number;
  readonly descriptor?: number;
  /** All pointers. */
  readonly pointer?: number;
  /** Everything. */
  readonly all?: number;
}

const USUAL: Kind = { path: 'file', parts: [1, 100], size: 100 };

const KINDS = new Map<string, Kind>([
  ['usual', USUAL],
  ['missing', { ...USUAL, path: 'missing' }],
  ['a deep path', { ...USUAL, path: 'a/../'.repeat(818) }],
  ['a long name', { ...USUAL, path: 'x'.repeat(4090) }],
  ['40 links', { ...USUAL, path: 'link39' }],
  ['outside', { ...USUAL, path: '../../file' }],
  ['much', { ...USUAL, parts: [1, 60 * MIB], size: 60 * MIB }],
  ['60 MiB often', { ...USUAL, parts: [1024, 60 * MIB], size: 1_000_000 }],
  ['many parts', { ...USUAL, parts: [1024, 1], size: 1024 }],
  ['closed', { ...USUAL, descriptor: 999 }],
  ['bad pointers', { ...USUAL, pointer: 0xffff_fff0 }],
  ['zeros', { ...USUAL, all: 0 }],
  ['ones', { ...USUAL, all: -1 }],
]);

/** How many kinds of random arguments there are for each function. */
const RANDOM_KINDS = 2;

const LEAVE_OUT: readonly string[] = ['proc_exit'];

/** Which descriptor a function is called with: 1 is output, 3 the folder, 4 an open file. */
function descriptorFor(name: FunctionName): number {
  if (name.startsWith('path_') || name === 'fd_readdir' || name.startsWith('fd_prestat')) return 3;
  return name === 'fd_write' || name === 'fd_pwrite' ? 1 : 4;
}

function argumentsOf(name: FunctionName, parameter: Parameter, kind: Kind): number[] {
  const { type, out, values } = parameter;
  if (kind.all !== undefined) return values.map(() => kind.all as number);
  if (type === 'string') return [kind.pointer ?? AT.path, Math.max(1, kind.path.length)];
  if (type === 'iovecs') return [kind.pointer ?? AT.parts, kind.parts[0]];
  if (out) return [kind.pointer ?? AT.out];
  if (type === 'ptr') return [kind.pointer ?? (parameter.name === 'in' ? AT.list : AT.buffer)];
  if (type === 'size') return [kind.size];
  if (type === 'fd') return [kind.descriptor ?? descriptorFor(name)];
  return [0];
}

/** Bytes as a text of the text format. */
const bytes = (values: Iterable<number>): string =>
  [...values].map((one) => `\\${one.toString(16).padStart(2, '0')}`).join('');
const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** The text of a program; its calls come after so many microseconds at most of opening a file as descriptor 4. */
function programOf(name: FunctionName, kind: Kind, given?: readonly number[]): string {
  const type = typeOf(name);
  const values = given ?? parametersOf(name).flatMap((one) => argumentsOf(name, one, kind));
  const consts = type.params.map((one, i) => `(${one === I64 ? 'i64' : 'i32'}.const ${values[i]})`).join(' ');
  const params = type.params.map((one) => (one === I64 ? 'i64' : 'i32')).join(' ');
  const parts = Array.from({ length: kind.parts[0] }, () => [...word(AT.buffer), ...word(kind.parts[1])]).flat();
  return `(module
    (import "wasi_snapshot_preview1" "${name}" (func $call (param ${params}) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (memory (export "memory") ${PAGES})
    (data (i32.const ${AT.path}) "${kind.path}") (data (i32.const ${AT.parts}) "${bytes(parts)}") (data (i32.const 256) "file")
    (func (export "_start")
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 4) (i32.const 0)
        (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 512)))
      (loop $again (drop (call $call ${consts})) (br $again))))`;
}

/** All programs by the names of their cases. */
export function programs(seed: number): Map<string, () => string> {
  const found = new Map<string, () => string>();
  for (const name of Object.keys(FUNCTIONS) as FunctionName[]) {
    if (LEAVE_OUT.includes(name)) continue;
    const parameters = parametersOf(name);
    const has = (...types: string[]): boolean => parameters.some(({ type }) => types.includes(type));
    for (const [kind, what] of KINDS) {
      if (what.path !== USUAL.path && !has('string')) continue;
      if (what.parts !== USUAL.parts && !has('iovecs', 'size')) continue;
      if (what.descriptor !== undefined && !has('fd')) continue;
      if (kind !== 'usual' && parameters.length === 0) continue;
      found.set(`${name}, ${kind}`, () => programOf(name, what));
    }
    if (parameters.length === 0) continue;
    for (let i = 1; i <= RANDOM_KINDS; i++) {
      found.set(`${name}, random ${i}`, () => randomProgram(name, seed * 1000 + i));
    }
  }
  return found;
}

const NUMBERS = [0, 1, 2, 3, 4, 7, 8, 100, 1024, 1025, 65_536, 1_000_000, 60 * MIB, 0x7fff_ffff, -1];
const POINTERS = [AT.path, AT.parts, AT.buffer, AT.list, PAGES * 65_536 - 8];

function randomProgram(name: FunctionName, seed: number): string {
  const draw = random(seed + name.length * 7919);
  const one = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)];
  const kind = { ...one([...KINDS.values()]) };
  const values = parametersOf(name).flatMap((parameter) =>
    argumentsOf(name, parameter, kind).map((value) =>
      draw() < 0.6 ? value : parameter.type === 'ptr' || parameter.out ? one(POINTERS) : one(NUMBERS),
    ),
  );
  return programOf(name, kind, values);
}

/** Makes the folder that a program is given: a file of 1 MB, 300 entries, links to links. What was there is removed. */
export function makeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'a'), { recursive: true });
  writeFileSync(join(path, 'file'), new Uint8Array(1_000_000));
  for (let i = 0; i < 300; i++) writeFileSync(join(path, `entry${i}`), '');
  symlinkSync('file', join(path, 'link0'));
  for (let i = 1; i < 40; i++) symlinkSync(`link${i - 1}`, join(path, `link${i}`));
}
