// The shapes of functions that ops call out of line, and tables of them by mnemonic.
import type { AccessName, BinaryName, TernaryName, UnaryName } from '../../lowering/out-names.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';

/** d, a, b, c are indices of SLOTS; `lane` is the immediate of instructions that have one. */
export type Unary = (d: number, a: number, lane: number) => void;
export type Binary = (d: number, a: number, b: number, lane: number) => void;
export type Ternary = (d: number, a: number, b: number, c: number) => void;
/** An access at address S[a] (and S[a + 1] with 64-bit addresses) + offset; the result goes to d. */
export type Access = (
  inst: ModuleInstance,
  d: number,
  a: number,
  b: number,
  c: number,
  offset: number,
  memory: number,
  lane: number,
) => void;

/** Tables of some of them, by mnemonic. */
export type UnaryTable = Partial<Readonly<Record<UnaryName, Unary>>>;
export type BinaryTable = Partial<Readonly<Record<BinaryName, Binary>>>;
export type TernaryTable = Partial<Readonly<Record<TernaryName, Ternary>>>;
export type AccessTable = Partial<Readonly<Record<AccessName, Access>>>;

/**
 * What the `out` op calls: operands stand in consecutive slots from `at` (an index of SLOTS) on, where results replace them;
 * `l` and `m` are the op's immediates. Returns its cost in fuel.
 */
export type OutOfLine = (inst: ModuleInstance, at: number, l: number, m: number) => number;
