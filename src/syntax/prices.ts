// What things cost in units of fuel: a gas schedule, with docs/fuel.md as its table. A taken branch and a call cost one
// unit each, which no price changes; everything else is here, per piece of work.
// Prices follow from wasm instructions, their immediates and operands alone, and never from what this engine makes of
// them: so a program uses the same fuel in both loops, traced or not, whoever was lowered before.

import { amount, type Check, type Shape, shapeOf } from '../options.ts';

export interface Prices {
  /** An instruction. What a path between two branches or calls costs is rounded down to whole units. */
  readonly instruction: number;
  /** A value that a branch, a return or a tail call takes along; a slot of more than 64 for locals that a call clears. */
  readonly value: number;
  /** 32 bits or a reference in a new object whose size the instruction says. */
  readonly cell: number;
  /** The same in an object of more than 16,384 cells, which V8 puts where allocation is slow. */
  readonly largeCell: number;
  /** A byte of a function's body, when an instance calls it for the first time: it may have to be lowered. Rounded up. */
  readonly loweredByte: number;
  /** A byte that a bulk operation writes, that a memory grows by, or that a system call is to move. */
  readonly byte: number;
  /** An element of a table or an array that a bulk operation writes, or that one is made or grows by; one of a list that a system call takes. */
  readonly element: number;
  /** A byte that a memory has when it grows: it may have to be moved. */
  readonly heldByte: number;
  /** A frame, a block with handlers or a clause that is looked at for one, a slot of the exception's values. Rounded down. */
  readonly thrown: number;
  /** An argument or a result of a function of the host. Rounded down. */
  readonly hostValue: number;
  /** A UTF-16 unit of a string that a builtin makes, reads or compares. Rounded down. */
  readonly character: number;
  /** A system call, and each further piece of its work. */
  readonly systemCall: number;
  /** A byte of a path, which is walked name by name. */
  readonly pathByte: number;
  /** A cell that is looked at where the objects of a guest are counted. Rounded down. */
  readonly countedCell: number;
}

export const PRICES: Prices = Object.freeze({
  instruction: 1 / 256,
  value: 1 / 1024,
  cell: 1 / 256,
  largeCell: 1 / 8,
  loweredByte: 1 / 64,
  byte: 1 / 1024,
  element: 1 / 64,
  heldByte: 1 / 65_536,
  thrown: 1 / 64,
  hostValue: 1 / 64,
  character: 1 / 1024,
  systemCall: 8,
  pathByte: 1 / 8,
  countedCell: 1 / 8192,
});

/** Cells of the largest object that V8 allocates like others. */
const LARGE_OBJECT = 16_384;

/** Of an object whose size an instruction says. */
export function priceOfCells(prices: Prices, cells: number): number {
  return cells * (cells > LARGE_OBJECT ? prices.largeCell : prices.cell);
}

const RANGE = 'a number of units from 0 to 1000';

/** At most so much that no charge is more than the loops can count. */
const price: Check = (value, where) => {
  if ((amount(RANGE)(value, where) as number) <= 1000) return value;
  throw new RangeError(`${where} has to be ${RANGE}, not ${value}`);
};

const NAMES = Object.keys(PRICES) as (keyof Prices)[];

/** Checks an option that has some prices. */
export const somePrices = shapeOf(Object.fromEntries(NAMES.map((name) => [name, price])) as Shape<Partial<Prices>>);

export function samePrices(a: Prices, b: Prices): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}
