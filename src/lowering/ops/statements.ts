// The statements that ops are made of. What they do to a loop is the business of its target (parts.ts); here is how they
// are put together, and what comes before what.
import {
  type Expression,
  type Held,
  type Local,
  type Part,
  type Reason,
  type Slot,
  type Target,
  type Word,
  textOf,
} from './parts.ts';

/** One statement, or several. */
export type Code = Part | readonly Code[];

function statement(text: (t: Target) => string): Part {
  return { atom: true, text };
}

/** The text of statements, one after the other. */
export function codeText(t: Target, code: Code): string {
  if ('text' in code) return code.text(t);
  const texts = code.map((one) => codeText(t, one));
  return texts.filter((text) => text !== '').join(' ');
}

/** Sets a local variable. */
export function set(local: Local, value: Expression): Part {
  return statement((t) => t.set(local, textOf(t, value)));
}

/** The place of a slot is needed: see `Held`. */
export function hold(held: Held): Part {
  return statement((t) => t.hold(held.local, held.slot));
}

function writtenText(t: Target, where: Part | Slot | Word): string {
  return 'letter' in where ? t.element(where) : 'written' in where ? where.written(t) : where.text(t);
}

/** Writes a value to a slot, a word, a global, a place in memory. */
export function put(where: Part | Slot | Word, value: Expression): Part {
  return statement((t) => {
    const written = writtenText(t, where);
    const text = `${written} = ${textOf(t, value)};`;
    t.wrote(written);
    return text;
  });
}

/** Writes a float; a NaN becomes the canonical one. */
export function putCanonical(where: Slot, value: Expression): Part {
  return statement((t) => {
    const written = writtenText(t, where);
    const text = `const value = ${textOf(t, value)}; ${written} = value; if (value !== value) ${t.writeNaN(where)}`;
    t.wrote(written);
    return text;
  });
}

/** Something is done if a condition holds, something else if not. Lists are blocks. */
export function when(condition: Expression, then: Code, otherwise?: Code): Part {
  const block = (t: Target, code: Code): string => ('text' in code ? code.text(t) : `{ ${codeText(t, code)} }`);
  return statement((t) => {
    t.later();
    const text = `if (${textOf(t, condition)}) ${block(t, then)}`;
    return otherwise === undefined ? text : `${text} else ${block(t, otherwise)}`;
  });
}

/** Leaves the loop at this op. */
export function trap(reason: Reason): Part {
  return statement((t) => {
    t.later();
    return t.trap(reason);
  });
}

/** Leaves it for the reason whose number is in a variable. */
export function trapWith(local: Local): Part {
  return statement((t) => t.trapWith(local));
}

/** Traps if a condition holds. */
export function check(condition: Expression, reason: Reason): Part {
  return when(condition, trap(reason));
}

/** Statements that the target alone knows how to write. */
export const save = statement((t) => t.save());
export const jump = statement((t) => t.jump());
export const jumpTable = statement((t) => t.jumpTable());
export const leaveFunction = statement((t) => t.leaveFunction());
export const call = statement((t) => t.call());
export const tailCall = statement((t) => t.tailCall());
export const unlessRewritten = statement((t) => t.unlessRewritten());
export const callDirect = (entry: Part, distance: Part): Part => statement((t) => t.callDirect(entry, distance));
export const leaveBehind = (reason: Reason): Part => statement((t) => t.leaveBehind(reason));
export const pay = (amount: Expression): Part => statement((t) => t.pay(textOf(t, amount)));
export const payFor = (called: Part): Part => statement((t) => t.payFor(called));
export const unaligned = (how: string): Part => statement((t) => t.unaligned(how));
export const fault = (size: number): Part => statement((t) => t.fault(size));

/**
 * Checks an access of memory 0: an unsigned 32-bit address, an immediate offset, so many bytes; leaves the index in p. Where
 * another thread has let the memory grow, the op is made again: it has written nothing before that it reads (ops.test.ts).
 */
export function access(size: number, address: Part, offset: Part): Part {
  return statement((t) => {
    const text = t.access(size, address, offset);
    t.later();
    return text;
  });
}
