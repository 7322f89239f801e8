// Puts closures together into blocks, for the second loop (closures.ts). A block is code that is entered at one pc and
// left at several: its ops run as closures, one after the other, down to a branch that is taken, a call or a return.
// Blocks are made when they are first run. Values in scratch slots, which are read once, do not pass through the slots:
// the op that reads such a value calls the closure that computes it. Nothing sees a difference, since scratch slots are
// dead between two wasm instructions with an effect.
// It knows nothing of what ops do: that is in the rows that closures.ts gives (rows.ts says what a row is).
import { InternalError } from '../../errors.ts';
import type { CodeUnit } from '../../runtime/code-unit.ts';
import { HEADER_WORDS } from '../../lowering/emit.ts';
import { scratchSlots } from '../../trees/frame.ts';
import { OPS, isWritten, opAt } from '../../lowering/op-table.ts';
import { currentGeneration, findFunction, FIRST_FREE } from '../code/code-space.ts';
import { CODE as C } from '../state/stack.ts';
import { type Block, type Exit, type Made, type Operand, type Row, sequence } from './rows.ts';
import { LAYOUTS, Step, computedIndex, mayTrap, slotNumber } from './step.ts';

/** Ops of one block at most, and branches out of its middle: it bounds how deep closures nest. */
const MAX_OPS = 60;
const MAX_EXITS = 6;

const HALVES = new Int32Array(2);
const DOUBLE = new Float64Array(HALVES.buffer);

/** Makes one block. */
class Builder {
  private readonly blocks: Blocks;
  private readonly block: Block;
  /** The first scratch slot. */
  private readonly scratch: number;
  /** Statements since the last branch. */
  private statements: Made[] = [];
  /** Branches that fall through, with the statements before them. */
  private readonly branches: { readonly before: Made[]; readonly step: Step }[] = [];
  /** Values in scratch slots that nobody has read yet, in the order of evaluation. */
  private pending: Step[] = [];
  /** Scratch slots whose value went to a closure. */
  private readonly taken = new Set<number>();

  constructor(blocks: Blocks, block: Block) {
    this.blocks = blocks;
    this.block = block;
    this.scratch = firstScratch(block.pc);
  }

  build(): Exit {
    let { pc } = this.block;
    for (let ops = 0; ops < MAX_OPS && this.branches.length < MAX_EXITS; ops++) {
      const step = new Step(pc, this.blocks.rows[opAt(C, pc)]);
      const { kind } = step.row;
      this.takeOperands(step);
      if (kind === 'end') return this.finish(this.make(step, false) as Exit);
      if (kind === 'branch') {
        this.branches.push({ before: this.statements, step });
        this.statements = [];
      } else if (this.waits(step)) this.pending.push(step);
      else this.statements.push(this.make(step, false));
      for (const letter of LAYOUTS[step.number].written) this.taken.delete(slotNumber(letter, step.raw(letter)));
      pc = step.next;
    }
    this.flush(this.pending.length);
    return this.finish(this.blocks.fall(this.blocks.at(pc)));
  }

  /** Gives an op the closures of values that it reads; everything that comes before it is in place then. */
  private takeOperands(step: Step): void {
    const used = this.usedBy(step);
    if (used === undefined || step.form(false) === undefined) {
      step.mask = 0;
      this.flush(this.pending.length);
    } else {
      // A value that waits itself comes after the others that wait.
      if (!this.waits(step)) this.flush(this.pending.length - used.length);
      let n = 0;
      for (let i = 0; i < step.row.computed.length; i++) {
        if (((step.mask >> i) & 1) === 0) continue;
        step.closures[i] = this.make(used[n], true);
        this.taken.add(used[n++].target);
      }
      this.pending.length -= used.length;
    }
    this.checkSlots(step);
  }

  /** Is it a value in a scratch slot? */
  private waits(step: Step): boolean {
    const { kind } = step.row;
    return (kind === 'i32' || kind === 'f64' || kind === 'bits') && step.target >= this.scratch;
  }

  /**
   * The values that an op can take as closures, noted in its mask; undefined where that would change the order of what
   * can trap, or where a value is read in another way than it is made.
   */
  private usedBy(step: Step): Step[] | undefined {
    const { computed } = step.row;
    const used: Step[] = [];
    for (let i = 0; i < computed.length; i++) {
      const letter = step.letterOf(computed[i]);
      const slot = slotNumber(letter, step.raw(letter));
      const found = this.pending.find((one) => one.target === slot);
      if (found === undefined) continue;
      const wanted = computed[i] < 'a' ? (found.row.kind === 'bits' && letter === computed[i] ? 'bits' : 'f64') : 'i32';
      if (used.includes(found) || found.row.kind !== wanted) return undefined;
      step.mask |= 1 << i;
      used.push(found);
    }
    const first = this.pending.length - used.length;
    if (used.some((one) => this.pending.indexOf(one) < first)) return undefined;
    const inOrder = used.every((one, i) => this.pending[first + i] === one);
    return inOrder || used.filter(mayTrap).length < 2 ? used : undefined;
  }

  /** Fails where an op reads a slot whose value went elsewhere. */
  private checkSlots(step: Step): void {
    for (const letter of LAYOUTS[step.number].slots) {
      if (isWritten(letter) || step.closures[computedIndex(step, letter)] !== undefined) continue;
      const slot = slotNumber(letter, step.raw(letter));
      if (this.taken.has(slot)) throw new InternalError(`slot ${slot} is read twice at pc ${step.pc}`);
      if (this.pending.some((one) => one.target === slot)) this.flush(this.pending.length);
    }
  }

  /** Writes the first values that nobody has read to their slots. */
  private flush(count: number): void {
    for (let i = 0; i < count; i++) this.statements.push(this.make(this.pending[i], false));
    if (count > 0) this.pending = this.pending.slice(count);
  }

  private make(step: Step, value: boolean, next?: Exit): Made {
    const factory = step.form(value);
    if (factory === undefined) throw new InternalError(`no closure for op ${OPS[step.number].name}`);
    return factory(...step.row.parameters.map((word) => this.operandOf(step, word, next) as Operand));
  }

  /** What a word of a row's parameters means; which words there are, closures-target.ts says. */
  private operandOf(step: Step, word: string, next: Exit | undefined): unknown {
    const { blocks } = this;
    switch (word) {
      case '_':
        return 0;
      case 't':
        return blocks.at(step.raw('t'));
      case 'N':
        return next;
      case 'P':
        return step.pc;
      case 'Q':
        return step.next;
      case 'q':
        return blocks.at(step.next);
      case 'o':
        return this.block;
      case 'K':
        return blocks.at(step.raw('k'));
      case 'f':
        return C[step.raw('k') - 4];
      case 'u':
        return C[step.raw('k') - 3];
      case 'v':
        return C[step.raw('k') - 2];
      case 'w':
        HALVES[0] = step.raw('k');
        HALVES[1] = step.raw('l');
        return DOUBLE[0];
      case 'J': {
        const targets: Block[] = [];
        for (let i = 0; i <= step.raw('n'); i++) targets.push(blocks.at(C[step.next + i]));
        return targets;
      }
      default: {
        const computed = computedIndex(step, word);
        if (computed >= 0 && step.closures[computed] !== undefined) return step.closures[computed];
        return step.raw(word[0]) + (word.length > 1 ? Number(word[1]) : 0);
      }
    }
  }

  /** The closures of the whole block. */
  private finish(end: Exit): Exit {
    let exit = sequence(this.statements, end);
    for (let i = this.branches.length - 1; i >= 0; i--) {
      const { before, step } = this.branches[i];
      exit = sequence(before, this.make(step, false, exit) as Exit);
    }
    return exit;
  }
}

/** The first scratch slot of the function at a pc. */
function firstScratch(pc: number): number {
  if (pc < FIRST_FREE) return Number.POSITIVE_INFINITY;
  const where = currentGeneration();
  const entry = where.starts[findFunction(where, pc)];
  return scratchSlots(C[entry - HEADER_WORDS] / 2);
}

/** The blocks of the unit whose code runs: it holds them, so that they go when it goes, or when all code is dropped. */
export class Blocks {
  readonly rows: readonly Row[];
  /** Goes on at a block without a taken branch. */
  readonly fall: (block: Block) => Exit;
  private unit: CodeUnit | undefined = undefined;
  private known = new Map<number, Block>();
  private readonly unmade: Exit;

  constructor(rows: readonly Row[], fall: (block: Block) => Exit) {
    this.rows = rows;
    this.fall = fall;
    const blocks = this;
    this.unmade = function (this: Block, s) {
      this.run = new Builder(blocks, this).build();
      return this.run(s);
    } as Exit;
  }

  /** The block at a pc. */
  at(pc: number): Block {
    const known = this.known.get(pc);
    if (known !== undefined) return known;
    const made: Block = { pc, run: this.unmade, other: this.unmade };
    this.known.set(pc, made);
    return made;
  }

  /** The code of a block has changed: it is made again when it runs next. */
  reset(block: Block): void {
    block.run = this.unmade;
  }

  /** Code of this unit runs from here on. Returns whether it is another unit or other code than before. */
  use(unit: CodeUnit): boolean {
    const generation = currentGeneration();
    if (unit === this.unit && unit.blocks?.generation === generation) return false;
    if (unit.blocks?.generation !== generation) unit.blocks = { generation, known: new Map<number, Block>() };
    this.unit = unit;
    this.known = unit.blocks.known as Map<number, Block>;
    return true;
  }
}
