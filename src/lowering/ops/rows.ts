// The kinds of ops, and a row of each: name, operands, and what it does, as parts (parts.ts). Statements come first, the
// value or the condition last. It knows no op.
import { D, type Expression, type Part, d } from './parts.ts';
import { type Code, put, putCanonical } from './statements.ts';

/** Gives an i32 in slot d, gives an f64 in slot D, has an effect, branches to t or falls through, never falls through. */
export type Kind = 'i32' | 'f64' | 'effect' | 'branch' | 'end';

export interface Op {
  readonly name: string;
  /** Operand letters in order, e.g. `dab`, `Dak`. */
  readonly operands: string;
  readonly kind: Kind;
  /** The tree that it computes, if the op is chosen for that (fuse.ts). */
  readonly pattern?: string;
  /** What is done before the value or the condition is there; of other kinds, all that is done. */
  readonly before: readonly Code[];
  /** The value, or the condition of a branch. */
  readonly last?: Expression;
  /** Of floats: a NaN becomes the canonical one (floats.ts says why). */
  readonly canonical?: boolean;
  /** All of it as a JIT likes it: the loop of closures is made from the rest. */
  readonly quick?: readonly Code[];
  /** An i64 that f64 arithmetic may take or give as a number. */
  readonly bits?: Bits;
}

/** Where an i64 on its way may be an f64: in a constant, or at an access of memory, with the check of it. */
export type Bits = { readonly of: 'constant' } | { readonly of: 'load' | 'store'; readonly check: Part };

type Rest = readonly [...before: readonly Code[], last: Expression];

function row(kind: Kind, name: string, operands: string, parts: readonly (Code | Expression)[]): Op {
  const letters = operands.split(' ').join('');
  if (kind === 'effect' || kind === 'end') return { name, operands: letters, kind, before: parts as Code[] };
  return {
    name,
    operands: letters,
    kind,
    before: parts.slice(0, -1) as Code[],
    last: parts[parts.length - 1] as Expression,
  };
}

/** Gives an i32: S[d]. */
export function value(name: string, operands: string, ...parts: Rest): Op {
  return row('i32', name, operands, parts);
}

/** Gives an f64: F[D]. */
export function float(name: string, operands: string, ...parts: Rest): Op {
  return row('f64', name, operands, parts);
}

/** Branches to t if its condition holds. */
export function branch(name: string, operands: string, ...parts: Rest): Op {
  return row('branch', name, operands, parts);
}

export function effect(name: string, operands: string, ...parts: readonly Code[]): Op {
  return row('effect', name, operands, parts);
}

/** Control never falls through to the next op. */
export function end(name: string, operands: string, ...parts: readonly Code[]): Op {
  return row('end', name, operands, parts);
}

/** A row with all of it once more, as a JIT likes it. */
export function quick(one: Op, ...parts: readonly Code[]): Op {
  return { ...one, quick: parts };
}

/** A row whose f64 is the canonical NaN where it is a NaN. */
export function canonical(one: Op): Op {
  return { ...one, canonical: true };
}

/** All that an op does to the frame, with its result written, for a target that has statements only; not its branch. */
export function statementsOf(one: Op): readonly Code[] {
  if (one.quick !== undefined) return one.quick;
  if (one.kind !== 'i32' && one.kind !== 'f64') return one.before;
  const to = one.kind === 'i32' ? d : D;
  return [...one.before, (one.canonical ? putCanonical : put)(to, one.last as Expression)];
}
