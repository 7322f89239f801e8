// What an op of the op table does, step by step, in the order in which it does it: a target of its parts that keeps a record.
import { type Local, type Part, type Slot, type Target, textOf } from '../../src/lowering/ops/parts.ts';
import { type Op, statementsOf } from '../../src/lowering/ops/rows.ts';
import { codeText } from '../../src/lowering/ops/statements.ts';

/** `access` is a check of an access of memory 0, `leave` all else that may leave the loop. */
export interface Step {
  readonly does: 'read' | 'write' | 'access' | 'leave';
  /** The operand that is read, the reason to leave; of a write, where. */
  readonly what: string;
}

class Recorder implements Target {
  readonly math = 'Math.';
  readonly steps: Step[] = [];
  /** Letters of the operands that were used in some way. */
  readonly used = new Set<string>();

  private add(does: Step['does'], what: string): string {
    this.steps.push({ does, what });
    return what;
  }

  immediate = (letter: string): string => {
    this.used.add(letter);
    return letter;
  };
  index = (slot: Slot): string => this.immediate(slot.letter);
  place = this.index;
  element = (slot: Slot): string => `${slot.view}[${this.index(slot)}]`;
  read = (slot: Slot): string => this.add('read', this.index(slot));
  wordOfFrame = this.immediate;
  hold = (): string => '';
  word = (_: Local | undefined, slot: Slot, n: number, written: boolean): string => {
    const what = `${this.index(slot)}${n}`;
    return written ? `S[${what}]` : this.add('read', what);
  };
  wordAt = (local: Local, n: number): string => this.add('read', `${local}${n}`);
  result = (n: number): string => `result ${n}`;
  set = (local: Local, value: string): string => `${local} = ${value};`;
  wrote = (where: string): void => void this.add('write', where);
  later = (): void => {};
  writeNaN = (): string => '';
  trap = (reason: string): string => this.add('leave', reason);
  trapWith = this.trap;
  leaveBehind = this.trap;
  fault = (size: number): string => this.add('access', String(size));
  access = (size: number, address: Part, offset: Part): string => {
    const text = `${address.text(this)} ${offset.text(this)}`;
    this.add('access', String(size));
    return text;
  };
  unaligned = (): string => '';
  save = (): string => this.add('leave', 'thrown');
  pay = (): string => this.add('leave', 'quantum');
  payFor = (called: Part): string => called.text(this) + this.pay();
  jump = (): string => this.immediate('t');
  jumpTable = (): string => '';
  leaveFunction = (): string => '';
  call = (): string => this.add('leave', 'exhausted');
  callDirect = (entry: Part, distance: Part): string => entry.text(this) + distance.text(this) + this.call();
  tailCall = this.call;
  unlessRewritten = (): string => '';
}

function recordOf(one: Op): Recorder {
  const recorder = new Recorder();
  codeText(recorder, statementsOf(one));
  if (one.kind === 'branch') {
    textOf(recorder, one.last ?? '');
    recorder.jump();
  }
  return recorder;
}

/** Records of an op in either form: as a JIT likes it, and without that. */
function recordsOf(one: Op): readonly Recorder[] {
  const { quick: _, ...plain } = one;
  return [recordOf(one), recordOf(plain)];
}

/** The steps of an op in either form. */
export function stepsOf(one: Op): readonly (readonly Step[])[] {
  return recordsOf(one).map(({ steps }) => steps);
}

/** Does the op access memory 0 by itself? */
export function accesses(one: Op): boolean {
  return stepsOf(one).some((steps) => steps.some(({ does }) => does === 'access'));
}

/** Does it use an operand in both forms? */
export function uses(one: Op, letter: string): boolean {
  return recordsOf(one).every(({ used }) => used.has(letter));
}
