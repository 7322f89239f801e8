// The ops as the engine needs them while it runs: name, number and operands, of op-list.ts. What they do is in ops.ts,
// which only generators read. Here is also where operands stand in an op's words, for all who read code.
import { InternalError } from '../errors.ts';
import { OP_LIST } from './op-list.ts';

/** An op without what it does; operands as in ops.ts. */
export interface OpShape {
  readonly name: string;
  /** Operand letters in order, e.g. `dab`, `Dak`. */
  readonly operands: string;
  /** The words of the tree that it computes, if the op is chosen for that (ops/fuse.ts). */
  readonly pattern?: string;
}

/**
 * Reads the list: `.add` has what stands in front of the dot from the op before; so do operands that are missing; `-` is none.
 * A pattern stands behind a bar.
 */
function readList(list: string): OpShape[] {
  let type = '';
  let operands = '';
  return list.split('\n').map((line) => {
    const [row, pattern] = line.split('|');
    const [short, given] = row.split(' ');
    const name = short[0] === '.' ? type + short : short;
    [type] = name.split('.');
    if (given !== undefined) operands = given === '-' ? '' : given;
    return { name, operands, pattern };
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

/** Where an operand stands in an op's words: which word, and whether all of it, or its upper or lower half. */
export interface OperandPlace {
  readonly word: number;
  readonly part: 'whole' | 'upper' | 'lower';
}

/** The places of an op's operands, by letter. */
export function placesOf(one: OpShape): ReadonlyMap<string, OperandPlace> {
  const places = new Map<string, OperandPlace>();
  const letters = [...one.operands];
  letters.filter(isSlot).forEach((letter, i) => {
    places.set(letter, { word: (i + 1) >> 1, part: i % 2 === 0 ? 'upper' : 'lower' });
  });
  const rest = letters.filter((letter) => !isSlot(letter));
  rest.forEach((letter, i) => void places.set(letter, { word: opSize(one) - rest.length + i, part: 'whole' }));
  return places;
}

const PLACES = OPS.map(placesOf);
const SIZES = OPS.map(opSize);

/** The number of the op at a pc of some code. */
export function opAt(code: Int32Array, pc: number): number {
  return code[pc] & 0xffff;
}

/** How many words the op at a pc of some code takes. */
export function sizeAt(code: Int32Array, pc: number): number {
  return SIZES[opAt(code, pc)];
}

/** An operand of the op at a pc of some code, as it stands there: slots are relative to the frame. Its row has the letter. */
export function operandAt(code: Int32Array, pc: number, letter: string): number {
  const { word, part } = PLACES[opAt(code, pc)].get(letter) as OperandPlace;
  const value = code[pc + word];
  return part === 'whole' ? value : part === 'upper' ? value >>> 16 : value & 0xffff;
}

/** Which word of an op an immediate is, for those that read it often or write it. Fails where the row does not have the letter. */
export function wordOf(name: string, letter: string): number {
  return (PLACES[numberOf(name)].get(letter) as OperandPlace).word;
}

/** The number of an op that there has to be. */
export function numberOf(name: string): number {
  const number = opNumber(name);
  if (number === undefined) throw new InternalError(`no op ${name}`);
  return number;
}
