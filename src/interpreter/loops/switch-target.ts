// How ops are written for the loop of switch.ts: where operands are in an op's words, and how its one function is left.
// What ops do is in lowering/ops; the loop around the cases in generate-switch.ts.
import { type OperandPlace, type OpShape, opSize, placesOf } from '../../lowering/op-table.ts';
import type { Local, Part, Reason, Slot, Target } from '../../lowering/ops/parts.ts';
import { type Op, statementsOf } from '../../lowering/ops/rows.ts';
import { codeText } from '../../lowering/ops/statements.ts';
import { REASON, faultReason } from '../../runtime/reasons.ts';

/** Word `n` of an op. The first two are read at the head of the loop, for all ops: that halves the bytecode. */
function wordAt(n: number): string {
  return n === 0 ? 'w' : n === 1 ? 'u' : `C[pc + ${n} | 0]`;
}

/** After a taken branch. In each branch of its own, which is a quarter faster than one place for all (sieve). */
const BRANCHED = 'fuel = fuel - 1 | 0; if (fuel < 0) break quit; continue;';

/** Writes one op. */
class SwitchTarget implements Target {
  readonly math = '';
  private readonly shape: OpShape;
  /** Which slots the variables hold that were given one. */
  private readonly held = new Map<Local, Slot>();

  constructor(shape: OpShape) {
    this.shape = shape;
  }

  private placeOf(letter: string): OperandPlace {
    const found = placesOf(this.shape).get(letter);
    if (found === undefined) throw new Error(`${this.shape.name} has no operand ${letter}`);
    return found;
  }

  /** The variable with the place of a slot: the head of the loop computes three. */
  private variable({ letter }: Slot): string | undefined {
    const { word, part } = this.placeOf(letter);
    const number = word === 0 ? 0 : part === 'lower' ? 2 * word - 1 : 2 * word;
    return letter >= 'a' && number < 3 ? `s${number}` : undefined;
  }

  /** Where a slot is, without parentheses. */
  private slot(slot: Slot): string {
    return this.variable(slot) ?? this.sum(slot);
  }

  private sum(slot: Slot): string {
    const { word, part } = this.placeOf(slot.letter);
    const field = part === 'upper' ? `(${wordAt(word)} >>> 16)` : `(${wordAt(word)} & 65535)`;
    return `${slot.letter < 'a' ? 'fp' : 'fp2'} + ${field} | 0`;
  }

  read(slot: Slot): string {
    return this.element(slot);
  }

  element(slot: Slot): string {
    return `${slot.view}[${this.slot(slot)}]`;
  }

  immediate(letter: string): string {
    return wordAt(this.placeOf(letter).word);
  }

  index(slot: Slot): string {
    return this.variable(slot) ?? `(${this.sum(slot)})`;
  }

  wordOfFrame(letter: string): string {
    return `fp2 + ${this.immediate(letter)} | 0`;
  }

  place(slot: Slot): string {
    return this.index(slot);
  }

  hold(local: Local, slot: Slot): string {
    const text = this.set(local, this.index(slot));
    this.held.set(local, slot);
    return text;
  }

  word(local: Local | undefined, slot: Slot, n: number): string {
    if (local === undefined) return `S[${this.slot(slot)} + ${n} | 0]`;
    if (this.held.get(local) !== slot) throw new Error(`${this.shape.name}: ${local} does not hold ${slot.letter}`);
    return this.wordAt(local, n);
  }

  wordAt(local: Local, n: number): string {
    return n === 0 ? `S[${local}]` : `S[${local} + ${n} | 0]`;
  }

  result(n: number): string {
    return n === 0 ? 'S[fp2]' : `S[fp2 + ${n} | 0]`;
  }

  set(local: Local, value: string): string {
    this.held.delete(local);
    return `${local} = ${value};`;
  }

  // All operands are in slots: it does not matter when they are read.
  later(): void {}
  wrote(): void {}

  writeNaN(slot: Slot): string {
    return slot.view === 'FF' ? `S[${this.slot(slot)}] = NAN32;` : `writeNaN(${this.slot(slot)});`;
  }

  trap(reason: Reason): string {
    return `{ r = ${REASON[reason]}; break quit; }`;
  }

  trapWith(local: Local): string {
    return `{ r = ${local}; break quit; }`;
  }

  private behind(): string {
    return `pc + ${opSize(this.shape)} | 0`;
  }

  leaveBehind(reason: Reason): string {
    return `pc = ${this.behind()}; ${this.trap(reason)}`;
  }

  fault(size: number): string {
    return `{ r = ${faultReason(size)}; break fault; }`;
  }

  access(size: number, address: Part, offset: Part): string {
    const operands = `${this.set('x', address.text(this))} ${this.set('y', offset.text(this))}`;
    return `${operands} if ((x >>> 0) > (mb - y - ${size} >>> 0)) ${this.fault(size)} ${this.set('p', 'x + y | 0')}`;
  }

  unaligned(how: string): string {
    return `{ pc = ${this.behind()}; break ${how}; }`;
  }

  save(): string {
    return 'X[0] = pc; X[1] = fp2; X[2] = sp; X[3] = fuel;';
  }

  pay(amount: string): string {
    return `fuel = fuel - ${amount} | 0; if (fuel < 0) { ${this.leaveBehind('quantum')} }`;
  }

  payFor(called: Part): string {
    const paid = `if (x > 0) pc = ${this.behind()}; else x = 0 - x | 0; fuel = fuel - x | 0; if (fuel < 0) ${this.trap('quantum')}`;
    return `${this.set('x', called.text(this))} if (x !== 0) { ${paid} continue; }`;
  }

  jump(): string {
    return `{ pc = ${this.immediate('t')}; ${BRANCHED} }`;
  }

  jumpTable(): string {
    return `pc = C[pc + ${opSize(this.shape)} + x | 0]; ${BRANCHED}`;
  }

  leaveFunction(): string {
    return 'sp = sp - 2 | 0; fp2 = fp2 - FS[sp + 1 | 0] | 0; fp = fp2 >>> 1; pc = FS[sp]; continue;';
  }

  call(): string {
    const room = `if (sp > FRAME_WORDS || (fp2 + z + C[x - 4 | 0] | 0) > SLOT_WORDS) ${this.trap('exhausted')}`;
    const frame = `FS[sp] = ${this.behind()}; FS[sp + 1 | 0] = z; sp = sp + 2 | 0; fp2 = fp2 + z | 0; fp = fp2 >>> 1;`;
    return `${room} ${frame} break enter;`;
  }

  callDirect(entry: Part, distance: Part): string {
    return `${this.set('x', entry.text(this))} ${this.set('z', distance.text(this))} ${this.call()}`;
  }

  tailCall(): string {
    return `if ((fp2 + C[x - 4 | 0] | 0) > SLOT_WORDS) ${this.trap('exhausted')} break enter;`;
  }

  unlessRewritten(): string {
    return '';
  }
}

/** The body of an op's case. */
export function caseBody(one: Op): string {
  const t = new SwitchTarget(one);
  const done = codeText(t, statementsOf(one));
  const { last = '' } = one;
  const branched = one.kind === 'branch' ? `if (${typeof last === 'string' ? last : last.text(t)}) ${t.jump()}` : '';
  const body = [done, branched].filter((text) => text !== '').join(' ');
  return one.kind === 'end' ? body : `${body} pc = pc + ${opSize(one)} | 0; continue;`;
}
