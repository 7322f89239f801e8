// An op at its place in the code, of which blocks.ts makes a closure: its row, where its operands stand, and which of them
// closures compute. It decides nothing: that is in blocks.ts.
import { OPS, isSlot, isWritten, opAt, operandAt, sizeAt } from '../../lowering/op-table.ts';
import { CODE as C } from '../state/stack.ts';
import type { Factory, Made, Row } from './rows.ts';

/** Operands that are slots, and those of them that are written, by op. */
export const LAYOUTS = OPS.map(({ operands }) => {
  const slots = [...operands].filter(isSlot);
  return { slots, written: slots.filter(isWritten) };
});

/** The slot that an operand means: a small letter has the index of its first word, a capital that of the slot. */
export function slotNumber(letter: string, value: number): number {
  return letter < 'a' ? value : value >> 1;
}

/** An op at a place, and which of its operands are closures. */
export class Step {
  readonly number: number;
  readonly pc: number;
  readonly row: Row;
  mask = 0;
  /** By index in row.computed. */
  readonly closures: Made[] = [];

  constructor(pc: number, row: Row) {
    this.number = opAt(C, pc);
    this.pc = pc;
    this.row = row;
  }

  get next(): number {
    return this.pc + sizeAt(C, this.pc);
  }

  /** An operand as it stands in the code. */
  raw(letter: string): number {
    return operandAt(C, this.pc, letter);
  }

  has(letter: string): boolean {
    return OPS[this.number].operands.includes(letter);
  }

  /** The operand that a letter of row.computed means: `B` is an f64 in slot B or b. */
  letterOf(computed: string): string {
    return this.has(computed) ? computed : computed.toLowerCase();
  }

  /** The slot that the op writes, where that is its one effect. */
  get target(): number {
    return this.has('D') ? this.raw('D') : this.raw('d') >> 1;
  }

  form(value: boolean): Factory | undefined {
    const { computed, forms } = this.row;
    return forms[value ? (1 << computed.length) + this.mask : this.mask];
  }
}

/** An index of `computed`, or -1. */
export function computedIndex(step: Step, word: string): number {
  if (word.length > 1) return -1;
  const { computed } = step.row;
  for (let i = 0; i < computed.length; i++) if (step.letterOf(computed[i]) === word) return i;
  return -1;
}

/** Can computing this value trap? */
export function mayTrap(step: Step): boolean {
  // What it takes in counts as well, but that is asked for the last few values only, which are small.
  return step.row.traps || step.closures.length > 0;
}
