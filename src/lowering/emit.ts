// Packs ops into words: slots two to a word, immediates and targets a word each (layout: ops.ts).
// Knows slots beyond the reach of 16 bits, which go through scratch slots; chooses no ops.
import { InternalError } from '../errors.ts';
import type { Handlers, Region } from './handlers.ts';
import type { LabelId } from './nodes.ts';
import { OPS, isSlot, isWritten, opNumber } from './op-table.ts';
import { OBJECT_NAMES, RARE_NAMES } from './out-names.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import { slotsOf } from './operands.ts';

/** Slots from here on do not fit a field (word fields hold twice the slot's number). */
export const FAR_SLOT = 32_000;
/** Scratch slots that a function with far slots needs within reach, behind its parameters. */
export const FAR_SCRATCH = 10;

/** The lowered code of a function. */
export interface Code {
  /** Header and ops; branch targets are relative to the first op. */
  readonly words: Int32Array;
  /** Indices of the words that hold targets. */
  readonly targets: readonly number[];
  /** Alternating: index of an op relative to the first, offset of the wasm instruction that it is for. */
  readonly positions: readonly number[];
  /** What the function catches; undefined for nothing. */
  readonly handlers: Handlers | undefined;
}

const RESULT_SLOTS = new Map(INSTRUCTIONS.map((row) => [row.name, slotsOf(row.sig?.pushes[0] ?? 0)]));

/** Ops that are vector instructions. */
const VECTOR_TYPES = ['v128', 'i8x16', 'i16x8', 'i32x4', 'i64x2', 'f32x4', 'f64x2'];
const VECTOR_OPS = new Set(OPS.map(({ name }) => name).filter((name) => VECTOR_TYPES.includes(name.split('.')[0])));

/** How many slots of an operand move to or from its far place: two where it may be a v128. */
function slotsMoved(name: string, letters: string, operands: readonly number[], written: boolean): number {
  if (name.endsWith('128')) return 2;
  if (VECTOR_OPS.has(name)) return written ? (RESULT_SLOTS.get(name.replace('.add.k', '')) ?? 2) : 2;
  // An access of an object names what it moves in `k`; none of them has a v128 beside another value.
  if (name === 'object') return OBJECT_NAMES[operands[letters.indexOf('k')]].endsWith('128') ? 2 : 1;
  const names = RARE_NAMES[name as keyof typeof RARE_NAMES];
  if (names === undefined) return 1;
  // Reading a slot too many does no harm; writing one would.
  return written ? (RESULT_SLOTS.get(names[operands[letters.indexOf('k')]]) ?? 1) : 2;
}

/** How an op's operands are packed: indices of its slots with their scale, and of the rest; which of these are targets. */
const LAYOUTS = OPS.map(({ operands }) => {
  const letters = [...operands];
  const slots = letters.flatMap((letter, i) => (isSlot(letter) ? [i] : []));
  const rest = letters.flatMap((letter, i) => (isSlot(letter) ? [] : [i]));
  return {
    slots,
    scales: slots.map((i) => (letters[i] < 'a' ? 1 : 2)),
    rest,
    targets: rest.map((i) => letters[i] === 't'),
  };
});

export class Emitter {
  /** Words after the header. */
  private readonly words: number[] = [];
  private readonly labels: number[] = [];
  private readonly patches: { at: number; label: LabelId }[] = [];
  private readonly positions: number[] = [];
  /** Positions where the innermost region changes, and the region from there on. */
  private readonly regionStarts: number[] = [];
  private readonly regionNumbers: number[] = [];
  /** First of the scratch slots for far slots. */
  private readonly scratch: number;
  private readonly farFrom: number;

  /** `scratch`: the first of FAR_SCRATCH slots that nothing else uses, when the frame has far slots. */
  constructor(scratch: number, frameSlots: number) {
    this.scratch = scratch;
    this.farFrom = frameSlots >= FAR_SLOT ? FAR_SLOT : Number.POSITIVE_INFINITY;
  }

  /** Emits an op: operands in the order of its row; targets are labels. */
  op(name: string, at: number, ...operands: number[]): void {
    const number = opNumber(name);
    if (number === undefined) throw new InternalError(`no op ${name}`);
    if (this.farFrom === Number.POSITIVE_INFINITY) this.pack(number, at, operands);
    else this.farOp(name, number, at, operands);
  }

  private pack(number: number, at: number, operands: readonly number[]): void {
    const { slots, scales, rest, targets } = LAYOUTS[number];
    this.position(at);
    let word = number;
    for (let i = 0; i < slots.length; i++) {
      const field = operands[slots[i]] * scales[i];
      if (i % 2 === 0) {
        this.words.push(word | (field << 16));
        word = 0;
      } else word = field;
    }
    if (slots.length === 0 || slots.length % 2 === 0) this.words.push(word);
    for (let i = 0; i < rest.length; i++) {
      if (targets[i]) this.target(operands[rest[i]]);
      else this.words.push(operands[rest[i]] | 0);
    }
  }

  /** An op of a frame too large for its fields. */
  private farOp(name: string, number: number, at: number, operands: number[]): void {
    const after: (() => void)[] = [];
    this.bringNear(name, OPS[number].operands, operands, at, after);
    this.pack(number, at, operands);
    for (const one of after) one();
  }

  /** A word that holds the target of a label: part of `br_table`. */
  target(label: LabelId): void {
    this.patches.push({ at: this.words.length, label });
    this.words.push(0);
  }

  /** Defines a label here. */
  label(label: LabelId): void {
    this.labels[label] = this.words.length;
  }

  /** What follows is in a region, up to the next call of this. */
  region(region: number): void {
    const { regionStarts, regionNumbers } = this;
    const last = regionStarts.length - 1;
    if (regionStarts[last] === this.words.length) regionNumbers[last] = region;
    else {
      regionStarts.push(this.words.length);
      regionNumbers.push(region);
    }
  }

  private handlers(regions: readonly Region[]): Handlers | undefined {
    if (regions.length === 0) return undefined;
    return {
      starts: this.regionStarts,
      regions: this.regionNumbers,
      outer: regions.map(({ outer }) => outer),
      clauses: regions.map(({ clauses }) => clauses.map((one) => ({ ...one, target: this.labels[one.label] }))),
    };
  }

  private position(at: number): void {
    const { positions } = this;
    if (positions.length > 0 && positions[positions.length - 1] === at) return;
    positions.push(this.words.length, at);
  }

  /** Is a slot out of the reach of an op's fields? Such slots are copied: reads before the op, writes after it. */
  isFar(slot: number): boolean {
    return slot >= this.farFrom;
  }

  /** Replaces far slots by scratch slots. An op that both writes and branches would lose what it writes. */
  private bringNear(name: string, letters: string, operands: number[], at: number, after: (() => void)[]): void {
    let scratch = this.scratch;
    for (let i = 0; i < letters.length; i++) {
      const slot = operands[i];
      if (!isSlot(letters[i]) || !this.isFar(slot)) continue;
      if (letters.includes('t') && isWritten(letters[i])) throw new InternalError(`${name} writes a far slot`);
      const near = scratch;
      scratch += 2;
      const isRef = letters[i] < 'a';
      operands[i] = near;
      const slots = slotsMoved(name, letters, operands, isWritten(letters[i]));
      const move = (direction: 'get' | 'set') => {
        for (let n = 0; n < slots; n++) this.far(direction, isRef, near + n, slot + n, at);
      };
      if (isWritten(letters[i])) after.push(() => move('set'));
      else move('get');
    }
  }

  /** F and R operands share letters; moving the words and the reference serves both. */
  private far(direction: 'get' | 'set', both: boolean, near: number, slot: number, at: number): void {
    this.op(`far.${direction}`, at, near, slot * 2);
    if (both) this.op(`far.${direction}ref`, at, near, slot);
  }

  /** The finished code with its header. */
  finish(frameSlots: number, zeroFrom: number, zeroTo: number, funcIndex: number, regions: readonly Region[]): Code {
    const words = new Int32Array(4 + this.words.length);
    words.set([frameSlots * 2, zeroFrom * 2, zeroTo * 2, funcIndex]);
    words.set(this.words, 4);
    for (const { at, label } of this.patches) words[4 + at] = this.labels[label];
    const targets = this.patches.map(({ at }) => at + 4);
    return { words, targets, positions: this.positions, handlers: this.handlers(regions) };
  }
}
