// How ops are written for closures.ts: what a factory captures, what is read in place and what before. It keeps a record of
// what an op reads, and when. What ops do is in lowering/ops; which forms there are, and their text, in closures-rows.ts.
import { opNumber } from '../../lowering/op-table.ts';
import type { Local, Part, Reason, Slot, Target } from '../../lowering/ops/parts.ts';
import type { Op } from '../../lowering/ops/rows.ts';
import { REASON, faultReason } from '../../runtime/reasons.ts';

/** A slot that was read as a number. */
interface Read {
  readonly letter: string;
  /** Nothing was written before, nothing trapped, and it is always read. */
  readonly early: boolean;
}

const ENTER = 'const views = VIEWS[fp] ?? newView(fp); view = views.s; F = views.F; FF = views.FF;';

/** Back to the caller, which is no taken branch. The block to go on at is known where this place was left before. */
const RETURN = `fuel = fuel + 1; sp = sp - 2; fp2 = fp2 - FS[sp + 1]; fp = fp2 >>> 1; ${ENTER} const back = BACK[sp]; return back !== undefined && back.pc === FS[sp] ? back : comeBack();`;

/** Writes one form of an op, with closures in place of some operands. */
export class ClosuresTarget implements Target {
  readonly math = 'Math.';
  private readonly one: Op;
  /** Operands that are closures, with the text that stands for their value. */
  private readonly closures: ReadonlyMap<string, string>;
  private early = true;
  /** What a factory takes: operands, and words of `operandOf` (blocks.ts). */
  readonly parameters = new Set<string>();
  readonly locals = new Set<Local>();
  readonly reads: Read[] = [];
  /** Slots that are used in another way than read as one number. */
  readonly others = new Set<string>();
  /** The frame's view is used. */
  usesView = false;
  /** The loop may be left before its end. */
  leaves = false;
  /** What is done between making an address and checking it. */
  beforeCheck = '';

  constructor(one: Op, closures: ReadonlyMap<string, string>) {
    this.one = one;
    this.closures = closures;
  }

  private parameter(name: string): string {
    this.parameters.add(name);
    return name;
  }

  /** This op's place, for who leaves the loop here; `Q` is that of the next one. */
  private here(name = 'P'): string {
    this.leaves = true;
    return this.parameter(name);
  }

  private view(): string {
    this.usesView = true;
    return 's';
  }

  private ofView(index: string): string {
    return `${this.view()}[${index}]`;
  }

  read(slot: Slot): string {
    const { letter, view } = slot;
    if (view === 'FF' || view === 'R') return this.element(slot);
    this.reads.push({ letter, early: this.early });
    const closure = this.closures.get(letter);
    if (closure === undefined) return this.numberAt(slot);
    this.parameter(letter);
    this.usesView = true;
    return closure;
  }

  private numberAt({ letter, view }: Slot): string {
    return view === 'S' ? this.ofView(this.parameter(letter)) : `${view}[${this.parameter(letter)}]`;
  }

  element(slot: Slot): string {
    this.others.add(slot.letter);
    return slot.view === 'R' ? `R[fp + ${this.parameter(slot.letter)}]` : this.numberAt(slot);
  }

  immediate(letter: string): string {
    return this.parameter(letter);
  }

  index(slot: Slot): string {
    return `${slot.letter < 'a' ? 'fp' : 'fp2'} + ${this.place(slot)}`;
  }

  wordOfFrame(letter: string): string {
    return `fp2 + ${this.parameter(letter)}`;
  }

  place({ letter }: Slot): string {
    this.others.add(letter);
    return this.parameter(letter);
  }

  hold(): string {
    return '';
  }

  word(_: Local | undefined, slot: Slot, n: number, written: boolean): string {
    if (n === 0) return written ? this.element(slot) : this.read(slot);
    this.others.add(slot.letter);
    return this.ofView(this.parameter(`${slot.letter}${n}`));
  }

  wordAt(local: Local, n: number): string {
    return this.ofView(n === 0 ? local : `${local} + ${n} | 0`);
  }

  result(n: number): string {
    return this.ofView(String(n));
  }

  set(local: Local, value: string): string {
    this.locals.add(local);
    return `${local} = ${value};`;
  }

  later(): void {
    this.early = false;
  }

  wrote(): void {
    this.early = false;
  }

  writeNaN(slot: Slot): string {
    return slot.view === 'FF' ? `${this.ofView(slot.letter)} = NAN32;` : `writeNaN(${this.index(slot)});`;
  }

  trap(reason: Reason): string {
    return this.leave(String(REASON[reason]), this.here());
  }

  trapWith(local: Local): string {
    return this.leave(local, this.here());
  }

  private leave(number: string, place: string): string {
    return this.one.kind === 'end' ? `return leave(${number}, ${place});` : `trap(${number}, ${place});`;
  }

  leaveBehind(reason: Reason): string {
    return this.leave(String(REASON[reason]), this.here('Q'));
  }

  fault(size: number): string {
    return `fault(${faultReason(size)}, ${this.here()}, (x >>> 0) + y);`;
  }

  /** The index is a number that may be larger than an i32 here. */
  access(size: number, address: Part, offset: Part): string {
    const sum = address.sum ?? address;
    const text = sum.atom ? sum.text(this) : `(${sum.text(this)})`;
    const index = this.set('p', `(${text} >>> 0) + ${offset.text(this)}`);
    return `${index} ${this.beforeCheck}if (p > m${size}) fault(${faultReason(size)}, ${this.here()}, p);`;
  }

  unaligned(): string {
    throw new Error(`${this.one.name} has no form for closures`);
  }

  save(): string {
    return `place = ${this.here()};`;
  }

  pay(amount: string): string {
    return `fuel = fuel - ${amount}; if (fuel < 0) ${this.leaveBehind('quantum')}`;
  }

  payFor(called: Part): string {
    const again = this.set('x', called.text(this));
    return `${again} while (x < 0) { fuel = fuel + x; if (fuel < 0) ${this.trap('quantum')} ${again} } ${this.pay('x')}`;
  }

  jump(): string {
    return `return ${this.parameter('t')};`;
  }

  /** N is what comes next in the block. */
  branch(condition: string): string {
    return `return ${condition} ? ${this.parameter('t')} : ${this.parameter('N')}(${this.view()});`;
  }

  jumpTable(): string {
    return `return ${this.parameter('J')}[x];`;
  }

  leaveFunction(): string {
    return RETURN;
  }

  private returnHere(): string {
    return `FS[sp] = ${this.parameter('Q')}; BACK[sp] = ${this.parameter('q')};`;
  }

  call(): string {
    const room = `if (sp > FRAME_WORDS || (fp2 + z + CODE[x - 4 | 0] | 0) > SLOT_WORDS) ${this.trap('exhausted')}`;
    const frame = `${this.returnHere()} FS[sp + 1 | 0] = z; sp = sp + 2 | 0; fp2 = fp2 + z | 0; fp = fp2 >>> 1;`;
    return `${room} ${frame} return enter(x);`;
  }

  /** Everything about the callee is known: K is its first block, f the size of its frame, u and v the range of words to zero. */
  callDirect(_: Part, distance: Part): string {
    const [block, size, from, to] = [...'Kfuv'].map((name) => this.parameter(name));
    const z = distance.text(this);
    const room = `if (sp > FRAME_WORDS || fp2 + ${z} + ${size} > SLOT_WORDS) ${this.trap('exhausted')}`;
    const return_ = `FS[sp] = ${this.parameter('Q')}; FS[sp + 1] = ${z}; BACK[sp] = ${this.parameter('q')};`;
    const frame = `sp = sp + 2; fp2 = fp2 + ${z}; fp = fp2 >>> 1; ${ENTER}`;
    return `${room} ${return_} ${frame} for (let i: number = ${from}; i < ${to}; i++) view[i] = 0; return ${block};`;
  }

  tailCall(): string {
    return `if ((fp2 + CODE[x - 4 | 0] | 0) > SLOT_WORDS) ${this.trap('exhausted')} return enter(x);`;
  }

  unlessRewritten(): string {
    const number = opNumber(this.one.name);
    return `if ((CODE[${this.here()}] & 65535) !== ${number}) return again(P, ${this.parameter('o')});`;
  }
}
