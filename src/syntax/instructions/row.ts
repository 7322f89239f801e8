// The shape of a row of the instruction table, and the reader of rows as the files beside this one write them.
import { F32, F64, I32, I64, V128, type ValType } from '../types.ts';
import type { Feature } from '../features.ts';
import { type Immediates, type Parts, partsOf } from '../immediates.ts';

/** Stands in a signature for the address type of the memory that the immediates name. */
export const ADDR: ValType = -64;

/** What an instruction pops and pushes, left to right. */
export interface Signature {
  readonly pops: readonly ValType[];
  readonly pushes: readonly ValType[];
}

/** What an instruction does to the nesting of blocks: `block` opens one, `else` divides it, `end` closes it. */
export type Nesting = 'opens' | 'divides' | 'closes';

type Constant = 'constant' | 'extended';

/** One instruction of WebAssembly. */
export interface Row {
  /** One byte, or prefix and sub-code as 0xPP_SSS: 0xfc_00a is 0xfc 0x0a. */
  readonly code: number;
  /** As the text format spells it. */
  readonly name: string;
  /** Undefined for special rows, whose types follow from more than the immediate memory. */
  readonly sig: Signature | undefined;
  /** How many values it pops and pushes, besides those whose number a type or an immediate says (`t*`). */
  readonly pops: number;
  readonly pushes: number;
  /** Whether it pops any of those, too. */
  readonly popsMany: boolean;
  readonly imm: Immediates;
  /** What the immediates consist of. */
  readonly parts: Parts;
  readonly feature: Feature;
  /** What it needs besides. */
  readonly second: Feature | undefined;
  /** Allowed in constant expressions: with the feature on, or with `extended-const` too. */
  readonly constant: Constant | undefined;
  /** Memory accesses: base-2 logarithm of the bytes accessed, which is the natural alignment. */
  readonly align: number | undefined;
  /** How many lanes the immediate lane is one of. */
  readonly lanes: number | undefined;
  readonly nests: Nesting | undefined;
  /** Whether there are operands, contents of stores or null references for which it traps. A call of it does not count. */
  readonly traps: boolean;
  /** Whether the reference type in the immediates is nullable, which is in the opcode. */
  readonly nullable: boolean;
}

type Column =
  | Constant
  | 'traps'
  | 'null'
  | Nesting
  | `align=${0 | 1 | 2 | 3 | 4}`
  | `lanes=${2 | 4 | 8 | 16}`
  | `+${Feature}`;

/**
 * A row as it is written: code, name, signature, and, where there are any, immediates and columns.
 *
 * A signature has number types, `addr`, and what makes a row special: `t` (a value type), `rt` (a reference type), `at` (the
 * address type of a table, or of one of two memories) and `t*` (as many values as a type or an immediate says). Each of
 * these has a t, and no other has.
 */
type Text = readonly [code: number, name: string, signature: string, imm?: Immediates, ...columns: Column[]];

/** How many types there are in one side of a signature, which has spaces between them and on the side of the arrow. */
type Count<Side extends string> = Side extends ''
  ? 0
  : Side extends ` ${infer Rest}` | `${infer Rest} `
    ? Count<Rest>
    : Side extends `${string} ${infer Rest}`
      ? [1, 2, 3, 4, 5][Count<Rest> & (0 | 1 | 2 | 3 | 4)]
      : 1;
type Special = `${string}t${string}`;
type Pops<T extends string> = T extends Special ? number : T extends `${infer Side}->${string}` ? Count<Side> : never;
type Pushes<T extends string> = T extends Special ? number : T extends `${string}->${infer Side}` ? Count<Side> : never;

/** A row with what tables of functions by mnemonic are checked by: name, whether it is special and constant, its shape. */
export interface RowOf<T extends Text> extends Row {
  readonly name: T[1];
  readonly pops: Pops<T[2]>;
  readonly pushes: Pushes<T[2]>;
  readonly imm: T extends readonly [unknown, unknown, unknown, infer Imm extends Immediates, ...unknown[]]
    ? Imm
    : 'none';
  readonly sig: T[2] extends Special ? undefined : Signature;
  readonly constant: [Constant & T[number]] extends [never] ? undefined : Constant & T[number];
}

type RowsOf<T extends Text> = T extends Text ? RowOf<T> : never;

const TYPES: Readonly<Record<string, ValType>> = { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128, addr: ADDR };

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const typesOf = (words: readonly string[]): ValType[] => words.map((word) => TYPES[word]);
const count = (words: readonly string[]): number => words.filter((word) => word !== 't*').length;

type Operands = Pick<Row, 'sig' | 'pops' | 'pushes' | 'popsMany'>;

/** By what is written: rows share their signatures. */
const OPERANDS = new Map<string, Operands>();

function operandsOf(text: string): Operands {
  let operands = OPERANDS.get(text);
  if (operands === undefined) {
    const [pops, pushes] = text.split('->').map(wordsOf);
    operands = {
      sig: text.includes('t') ? undefined : { pops: typesOf(pops), pushes: typesOf(pushes) },
      pops: count(pops),
      pushes: count(pushes),
      popsMany: pops.includes('t*'),
    };
    OPERANDS.set(text, operands);
  }
  return operands;
}

type Columns = Pick<Row, 'second' | 'constant' | 'align' | 'lanes' | 'nests' | 'traps' | 'nullable'>;

const NO_COLUMNS: Columns = {
  second: undefined,
  constant: undefined,
  align: undefined,
  lanes: undefined,
  nests: undefined,
  traps: false,
  nullable: false,
};

function columnsOf(columns: readonly Column[]): Columns {
  if (columns.length === 0) return NO_COLUMNS;
  const has = (column: Column): boolean => columns.includes(column);
  const after = (key: string): string | undefined => columns.find((one) => one.startsWith(key))?.slice(key.length);
  const numberAfter = (key: string): number | undefined => (after(key) === undefined ? undefined : Number(after(key)));
  const align = numberAfter('align=');
  return {
    second: after('+') as Feature | undefined,
    constant: (['constant', 'extended'] as const).find(has),
    align,
    lanes: numberAfter('lanes='),
    nests: (['opens', 'divides', 'closes'] as const).find(has),
    traps: has('traps') || align !== undefined,
    nullable: has('null'),
  };
}

function readRow(feature: Feature, [code, name, signature, imm = 'none', ...columns]: Text): Row {
  const { sig, pops, pushes, popsMany } = operandsOf(signature);
  const { second, constant, align, lanes, nests, traps, nullable } = columnsOf(columns);
  return {
    code,
    name,
    sig,
    pops,
    pushes,
    popsMany,
    imm,
    parts: partsOf(imm),
    feature,
    second,
    constant,
    align,
    lanes,
    nests,
    traps,
    nullable,
  };
}

/** Reads rows of one feature. */
export function rows<const T extends readonly Text[]>(feature: Feature, table: T): readonly RowsOf<T[number]>[] {
  return table.map((text) => readRow(feature, text) as RowsOf<T[number]>);
}
