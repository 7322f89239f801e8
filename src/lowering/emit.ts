// Packs ops into words: slots two to a word, immediates and targets a word each (layout: ops.ts).
// Knows slots beyond the reach of 16 bits, which go through scratch slots; chooses no ops.
import { InternalError } from '../errors.ts';
import type { Handlers, Regions } from '../runtime/handlers.ts';
import { FAR_SLOT } from '../trees/frame.ts';
import type { LabelId } from '../trees/nodes.ts';
import { OPS, type OpShape, isSlot, isWritten, numberOf } from './op-table.ts';
import { OBJECT_NAMES } from '../trees/operations.ts';
import { RARE_NAMES } from './out-names.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import { slotsOf } from '../runtime/slots.ts';
import { Words } from '../runtime/words.ts';

/** The lowered code of a function. */
export interface Code {
  /** Header and ops; branch targets are relative to the first op. */
  readonly words: Int32Array;
  /** Indices of the words that hold targets. */
  readonly targets: Int32Array;
  /** What the function catches; undefined for nothing. */
  readonly handlers: Handlers | undefined;
}

/** Words before a function's first op: frame words, first and last word of the locals to zero, function index. */
export const HEADER_WORDS = 4;

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

/** More than the words of a section, and than there are sections in a function. */
const SECTION = 2 ** 24;

/**
 * Writes the ops of one function. Its words are in sections: the first one, and others that come after it, in the order
 * in which they end. A place in the code is a position in a section, plus SECTION times the number of that.
 */
export class Emitter {
  private readonly first: Words;
  /** Words of the section that is written, and of those that go on when it ends. */
  private words: Words;
  private section = 0;
  private readonly outer: { readonly words: Words; readonly section: number }[] = [];
  /** The words of sections that have ended, and by section where they begin there. */
  private readonly behind: Words;
  private readonly begins: number[] = [0];
  private readonly labels: number[] = [];
  /** Places of words that hold targets, and their labels. */
  private readonly patches: number[] = [];
  private readonly patchLabels: LabelId[] = [];
  /** Where the innermost region changes: section, position in it, the region from there on. */
  private readonly marks = new Words(0, SECTION);
  /** Sections after the first one, in the order in which they ended. */
  private readonly ended: number[] = [];
  /** Places of ops, and the offsets of the instructions that they are for; only where offsets are asked for. */
  keepsOffsets = false;
  private readonly places: number[] = [];
  private readonly offsets: number[] = [];
  private readonly limit: number;
  /** First of the scratch slots for far slots. */
  private readonly scratch: number;
  private readonly farFrom: number;

  /** `scratch`: the first of FAR_SCRATCH slots that nothing else uses, when the frame has far slots. */
  constructor(scratch: number, frameSlots: number, size: number, limit: number) {
    this.scratch = scratch;
    this.farFrom = frameSlots >= FAR_SLOT ? FAR_SLOT : Number.POSITIVE_INFINITY;
    this.first = new Words(size, limit);
    this.words = this.first;
    this.behind = new Words(0, limit);
    this.limit = limit;
  }

  /** Words of the first section so far. */
  get length(): number {
    return this.first.length;
  }

  private get place(): number {
    return this.section * SECTION + this.words.length;
  }

  /** Emits an op by its number: operands in the order of its row; targets are labels. */
  add(op: number, at: number, operands: number[]): void {
    if (this.farFrom === Number.POSITIVE_INFINITY) this.pack(op, at, operands);
    else this.farOp(op, at, operands);
  }

  /** The same by its name. */
  op(name: string, at: number, operands: number[]): void {
    this.add(numberOf(name), at, operands);
  }

  private pack(number: number, at: number, operands: readonly number[]): void {
    const { slots, scales, rest, targets } = LAYOUTS[number];
    const { words } = this;
    if (this.keepsOffsets) {
      this.places.push(this.place);
      this.offsets.push(at);
    }
    let word = number;
    for (let i = 0; i < slots.length; i++) {
      const field = operands[slots[i]] * scales[i];
      if (i % 2 === 0) {
        words.push(word | (field << 16));
        word = 0;
      } else word = field;
    }
    if (slots.length === 0 || slots.length % 2 === 0) words.push(word);
    for (let i = 0; i < rest.length; i++) {
      if (targets[i]) this.target(operands[rest[i]]);
      else words.push(operands[rest[i]] | 0);
    }
  }

  /** An op of a frame too large for its fields. */
  private farOp(op: number, at: number, operands: number[]): void {
    const after: (() => void)[] = [];
    this.bringNear(OPS[op], operands, at, after);
    this.pack(op, at, operands);
    for (const one of after) one();
  }

  /** A word that holds the target of a label: part of `br_table`. */
  target(label: LabelId): void {
    this.patches.push(this.place);
    this.patchLabels.push(label);
    this.words.push(0);
  }

  /** Defines a label here. */
  label(label: LabelId): void {
    this.labels[label] = this.place;
  }

  /** What follows is in a region, up to the next call of this. */
  region(region: number): void {
    const { marks } = this;
    marks.push(this.section);
    marks.push(this.words.length);
    marks.push(region);
  }

  /** What follows, up to `back`, is a section of its own, into which and out of which nothing falls. */
  aside(): void {
    this.outer.push({ words: this.words, section: this.section });
    this.section = this.begins.push(0) - 1;
    this.words = new Words(8, this.limit);
  }

  /** Goes on where the last `aside` was. */
  back(): void {
    const { words, section } = this.outer.pop() as { readonly words: Words; readonly section: number };
    this.begins[this.section] = this.behind.length;
    this.ended.push(this.section);
    this.behind.append(this.words);
    this.words = words;
    this.section = section;
  }

  /** What a place is relative to the first op, once all sections have ended. */
  private position(place: number): number {
    if (place < SECTION) return place;
    return this.first.length + this.begins[Math.floor(place / SECTION)] + (place % SECTION);
  }

  /** Is a slot out of the reach of an op's fields? Such slots are copied: reads before the op, writes after it. */
  isFar(slot: number): boolean {
    return slot >= this.farFrom;
  }

  /** Replaces far slots by scratch slots. An op that both writes and branches would lose what it writes. */
  private bringNear(op: OpShape, operands: number[], at: number, after: (() => void)[]): void {
    const { name, operands: letters } = op;
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
    this.op(`far.${direction}`, at, [near, slot * 2]);
    if (both) this.op(`far.${direction}ref`, at, [near, slot]);
  }

  /** The offset of the instruction that the op at a position is for. */
  offsetAt(position: number): number | undefined {
    let found: number | undefined;
    let last = 0;
    this.offsets.forEach((offset, i) => {
      const at = this.position(this.places[i]);
      if (offset < 0 || at > position || at < last) return;
      found = offset;
      last = at;
    });
    return found;
  }

  /** The finished code with its header. */
  finish(header: readonly number[], regions: Regions): Code {
    const { first, behind, patches, patchLabels } = this;
    const words = new Int32Array(HEADER_WORDS + first.length + behind.length);
    const targets = new Int32Array(patches.length);
    const position = (label: LabelId): number => this.position(this.labels[label]);
    words.set(header);
    first.copyTo(words, HEADER_WORDS);
    behind.copyTo(words, HEADER_WORDS + first.length);
    for (let i = 0; i < patches.length; i++) {
      targets[i] = HEADER_WORDS + this.position(patches[i]);
      words[targets[i]] = position(patchLabels[i]);
    }
    return { words, targets, handlers: regions.outer.length > 0 ? this.handlers(regions, position) : undefined };
  }

  private handlers({ outer, clauses }: Regions, target: (label: LabelId) => number): Handlers {
    const { marks, ended } = this;
    const count = marks.length / 3;
    const starts = new Int32Array(count);
    const regions = new Int32Array(count);
    // By section, which come in the order in which they ended: where the next of its marks goes.
    const next = new Int32Array(this.begins.length);
    for (let i = 0; i < count; i++) next[marks.at(3 * i)]++;
    let sum = 0;
    for (let i = -1; i < ended.length; i++) {
      const section = i < 0 ? 0 : ended[i];
      sum += next[section];
      next[section] = sum - next[section];
    }
    for (let i = 0; i < count; i++) {
      const section = marks.at(3 * i);
      starts[next[section]] = this.position(section * SECTION + marks.at(3 * i + 1));
      regions[next[section]++] = marks.at(3 * i + 2);
    }
    for (const list of clauses) for (let i = 1; i < list.length; i += 4) list[i] = target(list[i]);
    return { starts, regions, outer, clauses };
  }
}
