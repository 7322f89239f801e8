// What a row of closures.ts is, and the shapes of what is made from it: closures, exits, blocks, statements in sequence.
// Which closures a row has is in closures.ts, how they become a block in blocks.ts.

/** Runs from here; returns where to go on, or null to leave the loop. `s` is the frame's view of the value slots. */
export type Exit = (s: Int32Array) => Block | null;

export interface Block {
  readonly pc: number;
  run: Exit;
  /** The same where a function begins, for the other word that may stand there: first-calls.ts exchanges the two. */
  other: Exit;
}

interface Closure {
  (s: Int32Array): Operand;
  [index: number]: Operand;
}

/** What a factory captures: a number, a closure or a block, as its row says. */
export type Operand = number & Closure & Block;

/** What a factory gives: a statement, a value or an exit. */
export type Made = (s: Int32Array) => unknown;
export type Factory = (...operands: Operand[]) => Made;

/**
 * An effect, a value (`bits`: 64 bits that move as they are, but may be taken as an f64 by arithmetic), a branch that may
 * fall through, or an end.
 */
export type Kind = 'effect' | 'i32' | 'f64' | 'bits' | 'branch' | 'end';

/** The closures of an op. */
export interface Row {
  readonly kind: Kind;
  readonly traps: boolean;
  /** Operands that closures can compute, in the order of evaluation: `a` an i32, `A` an f64. */
  readonly computed: string;
  /** What the factories take, in words of `operandOf`. */
  readonly parameters: readonly string[];
  /** By which computed operands are closures (bit i for operand i): first effects, then values. */
  readonly forms: readonly (Factory | undefined)[];
}

export function row(
  kind: Kind,
  traps: boolean,
  computed: string,
  parameters: string,
  forms: readonly (Factory | undefined)[],
): Row {
  return { kind, traps, computed, parameters: parameters === '' ? [] : parameters.split(' '), forms };
}

/** Statements one after the other, then an exit. */
export function sequence(l: readonly Made[], exit: Exit): Exit {
  const [a, b, c, d, e, f] = l;
  switch (l.length) {
    case 0:
      return exit;
    case 1:
      return (s) => {
        a(s);
        return exit(s);
      };
    case 2:
      return (s) => {
        a(s);
        b(s);
        return exit(s);
      };
    case 3:
      return (s) => {
        a(s);
        b(s);
        c(s);
        return exit(s);
      };
    case 4:
      return (s) => {
        a(s);
        b(s);
        c(s);
        d(s);
        return exit(s);
      };
    case 5:
      return (s) => {
        a(s);
        b(s);
        c(s);
        d(s);
        e(s);
        return exit(s);
      };
    default: {
      const rest = sequence(l.slice(6), exit);
      return (s) => {
        a(s);
        b(s);
        c(s);
        d(s);
        e(s);
        f(s);
        return rest(s);
      };
    }
  }
}
