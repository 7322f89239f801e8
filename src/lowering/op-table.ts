// The ops as the engine needs them while it runs: name, number and operands, of op-list.ts. What they do is in ops.ts,
// which only generators read.
import { OP_LIST } from './op-list.ts';

/** An op without what it does; operands as in ops.ts. */
export interface OpShape {
  readonly name: string;
  /** Operand letters in order, e.g. `dab`, `Dak`. */
  readonly operands: string;
}

/** Reads the list: `.add` has what stands in front of the dot from the op before; so do operands that are missing; `-` is none. */
function readList(list: string): OpShape[] {
  let type = '';
  let operands = '';
  return list.split('\n').map((line) => {
    const [short, given] = line.split(' ');
    const name = short[0] === '.' ? type + short : short;
    [type] = name.split('.');
    if (given !== undefined) operands = given === '-' ? '' : given;
    return { name, operands };
  });
}

/** All ops; an op's number is its index. */
export const OPS: readonly OpShape[] = readList(OP_LIST);

const NUMBERS = new Map(OPS.map((one, number) => [one.name, number]));

/** The number of an op, or undefined where no such op exists (lowering asks before it fuses). */
export function opNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}

/** Is the operand letter a slot? */
export function isSlot(letter: string): boolean {
  return 'abcdeABCDE'.includes(letter);
}

/** Is the operand letter a slot that the op writes? */
export function isWritten(letter: string): boolean {
  return 'deD'.includes(letter);
}

/** How many words an op takes. */
export function opSize({ operands }: OpShape): number {
  const slots = [...operands].filter(isSlot).length;
  return 1 + Math.ceil(Math.max(0, slots - 1) / 2) + (operands.length - slots);
}
