// Modules of one function each that stand between packed values in memory and the values of a call: so calls that the host
// makes for a guest run in frames like all others. Packed values have 4, 8 or 16 bytes by their types, with nothing in between.
// Not here: who makes instances of them, and when they are called (linking.ts).
// https://webassembly.github.io/spec/core/binary/modules.html
import { F32, F64, type FuncType, I32, I64, V128, type ValType } from '../../syntax/types.ts';

/** What is known of a number type: bytes when packed, how it is loaded and stored, and how it becomes an i64 and is made of one. */
interface Form {
  readonly code: number;
  readonly size: number;
  readonly load: readonly number[];
  readonly store: readonly number[];
  readonly toI64: readonly number[];
  readonly fromI64: readonly number[];
}

/** By the number that wasm_value_type gives each type. */
export const VALUE_TYPES: readonly ValType[] = [I32, I64, F32, F64, V128];

// biome-ignore format: a table
const FORMS: ReadonlyMap<ValType, Form> = new Map([
  [I32,  { code: 0x7f, size: 4,  load: [0x28],    store: [0x36],     toI64: [0xad],       fromI64: [0xa7] }],
  [I64,  { code: 0x7e, size: 8,  load: [0x29],    store: [0x37],     toI64: [],           fromI64: [] }],
  [F32,  { code: 0x7d, size: 4,  load: [0x2a],    store: [0x38],     toI64: [0xbc, 0xad], fromI64: [0xa7, 0xbe] }],
  [F64,  { code: 0x7c, size: 8,  load: [0x2b],    store: [0x39],     toI64: [0xbd],       fromI64: [0xbf] }],
  [V128, { code: 0x7b, size: 16, load: [0xfd, 0], store: [0xfd, 11], toI64: [],           fromI64: [] }],
]);

/** Bytes of values when they are packed. Those of other types have none: see `isPacked`. */
export function packedSize(types: readonly ValType[]): number {
  return types.reduce((sum, type) => sum + formOf(type).size, 0);
}

export function isPacked(types: readonly ValType[]): boolean {
  return types.every((type) => FORMS.has(type));
}

function formOf(type: ValType): Form {
  return FORMS.get(type) as Form;
}

/** LEB128 of a number below 2^32. */
function leb(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)];
}

/** LEB128 of a signed one that is not negative. */
function positive(n: number): number[] {
  return n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...positive(n >>> 7)];
}

type Code = readonly number[];

function flat(parts: readonly Code[]): number[] {
  const all: number[] = [];
  for (const part of parts) for (const byte of part) all.push(byte);
  return all;
}

const vec = (items: readonly Code[]): number[] => [...leb(items.length), ...flat(items)];
const sized = (bytes: Code): number[] => [...leb(bytes.length), ...bytes];
const get = (local: number): number[] => [0x20, ...leb(local)];
const set = (local: number): number[] => [0x21, ...leb(local)];
const name = (text: string): number[] => sized([...text].map((one) => one.charCodeAt(0)));
const codes = (types: readonly ValType[]): number[] => vec(types.map((type) => [formOf(type).code]));
const funcType = ({ params, results }: Pick<FuncType, 'params' | 'results'>): number[] => [
  0x60,
  ...codes(params),
  ...codes(results),
];

/** Where things are imported from and exported as. */
export interface Surroundings {
  /** Addresses of the memory, and of the table, have 64 bits; and which memory it is, as its type in the binary format. */
  readonly wideMemory: boolean;
  readonly wideTable: boolean;
  readonly sharedMemory: boolean;
}

const MODULE = 'a';
const HEADER: Code = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const memoryImport = ({ wideMemory, sharedMemory }: Surroundings): number[] => {
  const max = wideMemory ? 0x1_0000_0000_0000 : 0x1_0000;
  const flags = (wideMemory ? 4 : 0) | (sharedMemory ? 3 : 0);
  return [...name(MODULE), ...name('m'), 2, flags, 0, ...(sharedMemory ? wide(max) : [])];
};

/** LEB128 of a number above 2^32. */
function wide(n: number): number[] {
  return n < 0x80 ? [n] : [(n % 0x80) | 0x80, ...wide(Math.floor(n / 0x80))];
}

interface Parts {
  readonly types: readonly Code[];
  readonly imports: readonly Code[];
  readonly globals: readonly Code[];
  readonly funcType: number;
  /** The index of the function. */
  readonly func: number;
  readonly locals: readonly ValType[];
  readonly body: Code;
}

function moduleOf({ types, imports, globals, funcType: type, func, locals, body }: Parts): Uint8Array {
  const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(vec(items))];
  const code = [...vec(locals.map((one) => [1, formOf(one).code])), ...body, 0x0b];
  return new Uint8Array(
    flat([
      HEADER,
      section(1, types),
      section(2, imports),
      section(3, [leb(type)]),
      section(6, globals),
      section(7, [
        [...name('memory'), 2, 0],
        [...name('f'), 0, ...leb(func)],
      ]),
      section(10, [sized(code)]),
    ]),
  );
}

/** A value out of the first `have` bytes of its packed form; the others are 0. */
function load(type: ValType, address: Code, at: number, have: number): number[] {
  const { size, load: op, fromI64 } = formOf(type);
  if (have >= size) return [...address, ...op, 0, ...leb(at)];
  const half = (from: number): number[] => {
    const parts: Code[] = [[0x42, 0]];
    for (let i = from; i < Math.min(from + 8, have); i++)
      parts.push([...address, 0x31, 0, ...leb(at + i), 0x42, ...positive(8 * (i - from)), 0x86, 0x84]);
    return flat(parts);
  };
  // i64x2.splat, i64x2.replace_lane 1
  return type === V128 ? [...half(0), 0xfd, 18, ...half(8), 0xfd, 30, 1] : [...half(0), ...fromI64];
}

/** Stores the first `room` bytes of a value's packed form. */
function store(type: ValType, address: Code, value: Code, at: number, room: number): number[] {
  const { size, store: op, toI64 } = formOf(type);
  if (room >= size) return [...address, ...value, ...op, 0, ...leb(at)];
  const parts: Code[] = [];
  for (let i = 0; i < room; i++) {
    const bits = type === V128 ? [...value, 0xfd, 29, i >> 3] : [...value, ...toI64];
    parts.push([...address, ...bits, 0x42, ...positive(8 * (i & 7)), 0x88, 0x3c, 0, ...leb(at + i)]);
  }
  return flat(parts);
}

/** For each value of packed ones: its type, where it begins, and how many of the `length` bytes are its own. */
function places(types: readonly ValType[], length: number): { type: ValType; at: number; have: number }[] {
  let next = 0;
  return types.map((type) => {
    const at = next;
    next += formOf(type).size;
    return { type, at, have: Math.max(0, length - at) };
  });
}

/**
 * `(values, results, index) -> ()`, all i32: calls the function of a table with packed values, of which there are so many bytes,
 * and packs its results into so many.
 */
export function callerOf(type: FuncType, lengths: readonly [number, number], around: Surroundings): Uint8Array {
  const { params, results } = type;
  const address = (local: number): number[] => (around.wideMemory ? [...get(local), 0xad] : get(local));
  const first = 3;
  const taken = results.map((_, i) => set(first + results.length - 1 - i));
  return moduleOf({
    types: [funcType(type), funcType({ params: [I32, I32, I32], results: [] })],
    imports: [memoryImport(around), [...name(MODULE), ...name('t'), 1, 0x70, around.wideTable ? 4 : 0, 0]],
    globals: [],
    funcType: 1,
    func: 0,
    locals: results,
    body: flat([
      ...places(params, lengths[0]).map(({ type: one, at, have }) => load(one, address(0), at, have)),
      [...get(2), ...(around.wideTable ? [0xad] : []), 0x11, 0, 0],
      ...taken,
      ...places(results, lengths[1]).map(({ type: one, at, have }, i) =>
        store(one, address(1), get(first + i), at, have),
      ),
    ]),
  });
}

/** Which global of a closure's instance has its user data. */
export const USER_GLOBAL = 1;

/**
 * A function of a type that packs what it is called with on the guest's stack, calls `(values, results, user_data)`, and returns
 * what that has packed.
 */
export function closureOf(type: Pick<FuncType, 'params' | 'results'>, around: Surroundings): Uint8Array {
  const { params, results } = type;
  const { wideMemory } = around;
  const pointer = wideMemory ? I64 : I32;
  const constant = (n: number): number[] => [wideMemory ? 0x42 : 0x41, ...positive(n)];
  const [add, sub, and] = wideMemory ? [0x7c, 0x7d, 0x83] : [0x6a, 0x6b, 0x71];
  const values = Math.ceil(packedSize(params) / 16) * 16;
  const whole = values + Math.ceil(packedSize(results) / 16) * 16;
  const before = params.length;
  const base = before + 1;
  const code = formOf(pointer).code;
  return moduleOf({
    types: [funcType({ params: [pointer, pointer, pointer], results: [] }), funcType(type)],
    imports: [memoryImport(around), [...name(MODULE), ...name('s'), 3, code, 1], [...name(MODULE), ...name('b'), 0, 0]],
    globals: [[code, 1, ...constant(0), 0x0b]],
    funcType: 1,
    func: 1,
    locals: [pointer, pointer],
    body: flat([
      // The stack grows down, and is aligned to 16 bytes.
      [0x23, 0, 0x22, ...leb(before), ...constant(whole), sub, wideMemory ? 0x42 : 0x41, 0x70, and],
      [0x22, ...leb(base), 0x24, 0],
      ...places(params, values).map(({ type: one, at }, i) => store(one, get(base), get(i), at, 16)),
      [...get(base), ...get(base), ...constant(values), add, 0x23, USER_GLOBAL, 0x10, 0],
      [...get(before), 0x24, 0],
      ...places(results, whole).map(({ type: one, at }) => load(one, get(base), values + at, 16)),
    ]),
  });
}
