// Tables of system functions: each row says in words what a function takes, and all else follows: its core type, how its
// arguments arrive, strace's line, what its texts and buffers cost, and the TypeScript type of what implements it.
//
//     fd_pread: 'fd:fd iovs:iovecs offset:filesize nread:*size'
//
// One word per parameter, `name:type`. A type with `*` points to a result of that type; `string` is a pointer and a
// length, `iovecs` a pointer and a count, so both take two values. Types of 64 bits are named in WIDE; those in POINTERS and
// all pointers are as wide as the interface says; the rest are i32.
// Every function returns an errno, but one with a word at its end: `noreturn`, or `nothing` where it returns without one.
// Which functions there are, and what the other types mean, is the business of each interface.
import { type FuncType, I32, I64 } from '../../syntax/types.ts';
import type { Call, Coercion, Outcome } from './dispatcher.ts';

/** Rows by the names of the functions. */
export type FunctionTable = Readonly<Record<string, string>>;

/** Types of 64 bits, and how they arrive. */
// biome-ignore format: a table
const WIDE = {
  timestamp: 'u64', filesize: 'u64', filedelta: 's64', rights: 'u64', dircookie: 'u64', u64: 'u64',
} as const;
/** Results of 16 bits, and of 8. */
const HALF: readonly string[] = ['roflags', 'fdflagsext', 'port16'];
const BYTE: readonly string[] = ['bool', 'sock_status'];
/** As wide as pointers. */
const POINTERS: readonly string[] = ['ptr', 'size', 'string', 'iovecs'];

/** Of pointers and lengths in memory: those of 64 bits arrive as numbers, too. */
export type PointerType = 'i32' | 'i64';

const WIDE_TYPES: ReadonlyMap<string, Coercion> = new Map(Object.entries(WIDE));

type ValuesOf<Declared> = Declared extends `*${string}`
  ? [number]
  : Declared extends 'string' | 'iovecs'
    ? [number, number]
    : [Declared extends keyof typeof WIDE ? bigint : number];

type WordsOf<Row> = Row extends `${infer Word} ${infer Rest}` ? [Word, ...WordsOf<Rest>] : [Row];

type ArgumentsOfWords<Words> = Words extends [infer Word, ...infer Rest]
  ? [...(Word extends `${string}:${infer Declared}` ? ValuesOf<Declared> : []), ...ArgumentsOfWords<Rest>]
  : [];

/** The arguments that a row declares. */
export type ArgumentsOf<Row> = ArgumentsOfWords<WordsOf<Row>>;

/** An implementation for each function of a table. */
export type CallsOf<Table> = {
  readonly [Name in keyof Table]: (call: Call, ...args: ArgumentsOf<Table[Name]>) => Outcome;
};

/** Whether each takes as many arguments as declared: TypeScript lets a function with fewer stand for one with more. */
type Whole<Table, Calls> = {
  readonly [Name in keyof Calls]: Name extends keyof Table
    ? Calls[Name] extends (...args: infer Taken) => unknown
      ? Taken['length'] extends [Call, ...ArgumentsOf<Table[Name]>]['length']
        ? unknown
        : never
      : never
    : never;
};

/**
 * The calls themselves: the compiler refuses a function that is missing, one that the table does not have, and one that
 * takes other arguments than its row declares.
 */
export function implement<Table extends FunctionTable>() {
  return <Calls extends CallsOf<Table>>(calls: Calls & Whole<Table, Calls>): CallsOf<Table> => calls;
}

/** One parameter as declared, and the core type of each value that it takes. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** Points to a result. */
  readonly out: boolean;
  readonly values: readonly ('i32' | 'i64')[];
}

/** What a row says. */
export interface Declaration<Name extends string = string> {
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  /** Of each core value. */
  readonly coercions: readonly Coercion[];
  readonly type: FuncType;
  /** Whether it goes on after the call. */
  readonly returns: boolean;
}

/** What all rows of a table say, in order. */
export function declarationsOf<Name extends string>(
  table: Readonly<Record<Name, string>>,
  pointer: PointerType = 'i32',
): Declaration<Name>[] {
  return (Object.keys(table) as Name[]).map((name) => {
    const row = table[name];
    const parameters = parametersOf(row, pointer);
    const coercions = parameters.flatMap(coercionsOf);
    return { name, parameters, coercions, type: typeOf(row, pointer), returns: !row.endsWith('noreturn') };
  });
}

/** The parameters of a function, in order. */
export function parametersOf(row: string, pointer: PointerType = 'i32'): Parameter[] {
  const words = row.split(' ').filter((word) => word.includes(':'));
  return words.map((word) => {
    const [name, declared] = word.split(':') as [string, string];
    const out = declared.startsWith('*');
    const type = out ? declared.slice(1) : declared;
    if (type === 'string' || type === 'iovecs') return { name, type, out, values: [pointer, pointer] };
    if (out || POINTERS.includes(type)) return { name, type, out, values: [pointer] };
    return { name, type, out, values: [WIDE_TYPES.has(type) ? 'i64' : 'i32'] };
  });
}

/** A function's type in the core specification. */
export function typeOf(row: string, pointer: PointerType = 'i32'): FuncType {
  const params = parametersOf(row, pointer).flatMap(({ values }) => values.map((one) => (one === 'i64' ? I64 : I32)));
  return { kind: 'func', params, results: row.endsWith('noreturn') || row.endsWith('nothing') ? [] : [I32] };
}

/** How the core values of a parameter arrive. */
function coercionsOf({ type, out, values }: Parameter): Coercion[] {
  const wide = out ? 'address' : (WIDE_TYPES.get(type) ?? 'address');
  return values.map((value) => (value === 'i32' ? 'u32' : wide));
}

/** Bytes of a result. */
export function resultSize({ type }: Parameter): 1 | 2 | 4 | 8 {
  if (BYTE.includes(type)) return 1;
  return WIDE_TYPES.has(type) ? 8 : HALF.includes(type) ? 2 : 4;
}
