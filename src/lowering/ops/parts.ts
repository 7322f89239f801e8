// What ops are written with: operands, expressions of them, statements. Each is a part that knows how it is written for a
// target, and a target is who writes a loop: switch.ts and closures.ts have one each (interpreter/loops). Parts are
// asked in the order of evaluation, so a target that keeps a record knows what an op reads, in which order, and what it
// does before. Nothing is ever read back from a text.
// Which ops there are is in the other files of this folder; how rows are made of parts, in rows.ts.
import type { REASON } from '../../runtime/reasons.ts';

/** Why the loop is left, by name. */
export type Reason = keyof typeof REASON;

/** Something of a formula that a target can write. */
export interface Part {
  /** Needs no parentheses inside of another expression. */
  readonly atom: boolean;
  text(t: Target): string;
  /** Of a sum that wraps around: the sum itself, for who makes an address of it. */
  readonly sum?: Part;
}

/** A part, or text that is the same for every target: constants and local variables. */
export type Expression = string | Part;

/** A slot of the frame as an operand: its letter, and the view that it is an element of (none other reads it so). */
export interface Slot extends Part {
  readonly letter: string;
  readonly view: 'S' | 'FF' | 'F' | 'R';
}

/** Local variables of a loop. */
export type Local = 'x' | 'y' | 'z' | 'p' | 'al' | 'ah' | 'bl' | 'bh' | 'so' | 'func' | 'elems';

/** Who writes a loop. What is given and returned is text. */
export interface Target {
  /** What is written in front of functions of Math. */
  readonly math: string;
  /** The value in a slot. */
  read(slot: Slot): string;
  /** The element of its view that a slot is, to be written. */
  element(slot: Slot): string;
  /** An immediate operand, or the target of a branch. */
  immediate(letter: string): string;
  /** A slot as an index of S or R, for functions. */
  index(slot: Slot): string;
  /** A slot as a number that `wordAt` takes in a local variable. */
  place(slot: Slot): string;
  /** A word of the frame, given by an immediate, as an index of S. */
  wordOfFrame(letter: string): string;
  /** Keeps the place of a slot in a local variable, where that helps. */
  hold(local: Local, slot: Slot): string;
  /** Word 0 or more of a slot, which a variable holds, if there is one. */
  word(local: Local | undefined, slot: Slot, n: number, written: boolean): string;
  /** Word 0 or more of the slot whose place is in a local variable. */
  wordAt(local: Local, n: number): string;
  /** Word 0 or more of the function's result. */
  result(n: number): string;
  set(local: Local, value: string): string;
  /** What comes from here on is not always evaluated, or comes after a place where the loop may be left. */
  later(): void;
  /** What comes from here on is evaluated after something has been written. */
  wrote(where: string): void;
  /** Gives the slot of a float, which holds a NaN, the bits of the canonical one. */
  writeNaN(slot: Slot): string;
  /** Leaves the loop at this op. */
  trap(reason: Reason): string;
  /** The same for a reason whose number is in a variable. */
  trapWith(local: Local): string;
  /** Leaves it at the op behind. */
  leaveBehind(reason: Reason): string;
  /** Leaves it, since so many bytes are not all in memory 0: at address x, with the offset y. */
  fault(size: number): string;
  /** Checks an access of so many bytes at an address (unsigned) and an offset; leaves the index in p. */
  access(size: number, address: Part, offset: Part): string;
  /** Goes on behind the switch, where words that are not aligned are moved: only in forms for a JIT. */
  unaligned(how: string): string;
  /** Says where the loop is, before a function that may throw is called. */
  save(): string;
  /** Pays units of fuel. */
  pay(amount: string): string;
  /** Calls a function that gives what it costs, which is paid; where that is negative, it is called again. */
  payFor(called: Part): string;
  /** Takes the branch. */
  jump(): string;
  /** Takes branch x of those behind the op. */
  jumpTable(): string;
  /** Back to the caller. */
  leaveFunction(): string;
  /** Calls the function with the entry x; its frame starts z words above this one. */
  call(): string;
  /** The same for an entry and a distance that are immediates. */
  callDirect(entry: Part, distance: Part): string;
  /** Goes on in the function with the entry x, in this frame. */
  tailCall(): string;
  /** The driver rewrites this op: who has read it before looks again. */
  unlessRewritten(): string;
}

function part(atom: boolean, text: (t: Target) => string): Part {
  return { atom, text };
}

/** The text of an expression as it stands. */
export function textOf(t: Target, one: Expression): string {
  return typeof one === 'string' ? one : one.text(t);
}

function slot(letter: string, view: Slot['view']): Slot {
  const one: Slot = { letter, view, atom: true, text: (t) => t.read(one) };
  return one;
}

function immediate(letter: string): Part {
  return part(true, (t) => t.immediate(letter));
}

// ----------------------------------------------------------------------------------------------------------- operands

/** Slots that hold an i32 (or words), as elements of S. d and e are written, others are read. */
export const a = slot('a', 'S');
export const b = slot('b', 'S');
export const c = slot('c', 'S');
export const d = slot('d', 'S');
export const e = slot('e', 'S');
/** The same as f32. */
export const fa = slot('a', 'FF');
export const fb = slot('b', 'FF');
export const fd = slot('d', 'FF');
/** Slots that hold an f64. D is written. */
export const A = slot('A', 'F');
export const B = slot('B', 'F');
export const C = slot('C', 'F');
export const D = slot('D', 'F');
/** Slots that hold a reference. */
export const rA = slot('A', 'R');
export const rB = slot('B', 'R');
export const rC = slot('C', 'R');
export const rD = slot('D', 'R');
/** Immediates. */
export const k = immediate('k');
export const l = immediate('l');
export const m = immediate('m');
export const n = immediate('n');

// -------------------------------------------------------------------------------------------------------- expressions

function joined(t: Target, texts: readonly string[], holes: readonly Expression[], nested: boolean): string {
  return texts.reduce((before, text, i) => {
    const hole = holes[i - 1];
    const inner = textOf(t, hole);
    return before + (nested && typeof hole !== 'string' && !hole.atom ? `(${inner})` : inner) + text;
  });
}

/** Text that needs no parentheses where it is put, and gives none to what is put into it. */
export function js(texts: TemplateStringsArray, ...holes: readonly Expression[]): Part {
  return part(true, (t) => joined(t, texts, holes, false));
}

/** An operation on operands. Where an operation is an operand of another one, it stands in parentheses. */
export function op(texts: TemplateStringsArray, ...holes: readonly Expression[]): Part {
  return part(false, (t) => joined(t, texts, holes, true));
}

/** A sum or difference that wraps around to an i32. */
export function wrapped(texts: TemplateStringsArray, ...holes: readonly Expression[]): Part {
  const sum = part(false, (t) => joined(t, texts, holes, true));
  return { ...part(false, (t) => `${sum.text(t)} | 0`), sum };
}

/** A function of Math. */
export function math(name: string, ...operands: readonly Expression[]): Part {
  return part(false, (t) => `${t.math}${name}(${operands.map((one) => textOf(t, one)).join(', ')})`);
}

/** One of two values, of which the other one is not evaluated. */
export function choose(condition: Expression, yes: Expression, no: Expression): Part {
  return part(false, (t) => {
    const question = `${textOf(t, condition)} ?`;
    t.later();
    return `${question} ${textOf(t, yes)} : ${textOf(t, no)}`;
  });
}

/** A condition as an i32. */
export function flag(condition: Expression): Part {
  return choose(condition, '1', '0');
}

/** A slot as an index, for a function that is called. */
export function index(one: Slot): Part {
  return part(true, (t) => t.index(one));
}

/** A word of the frame as an index of S; an immediate says which. */
export function wordOfFrame(letter: string): Part {
  return part(true, (t) => t.wordOfFrame(letter));
}

/** A slot as a number that is kept in a variable until a word of it is needed. */
export function place(one: Slot): Part {
  return part(true, (t) => t.place(one));
}

/** A word that can be read and written. */
export interface Word extends Part {
  written(t: Target): string;
}

/** A slot of which several words are needed: the variable that a loop may keep its place in. */
export class Held {
  readonly local: Local;
  readonly slot: Slot;
  readonly low: Word;
  readonly high: Word;

  constructor(local: Local, one: Slot) {
    this.local = local;
    this.slot = one;
    this.low = this.word(0);
    this.high = this.word(1);
  }

  word(number: number): Word {
    const text = (written: boolean) => (t: Target) => t.word(this.local, this.slot, number, written);
    return { ...part(true, text(false)), written: text(true) };
  }
}

/** The second word of a slot. */
export function highWord(one: Slot): Part {
  return part(true, (t) => t.word(undefined, one, 1, false));
}

/** A word of the slot whose place is in a variable. */
export function wordAt(local: Local, number: number): Part {
  return part(true, (t) => t.wordAt(local, number));
}

/** A word of the function's result. */
export function result(number: number): Part {
  return part(true, (t) => t.result(number));
}
