// The tables that the ops `unary`, `binary`, `ternary` and `access` call through, in the order of lowering/out-names.ts.
// The functions come from one file per proposal; an instruction without one is of a feature that is not built.
import { InternalError } from '../errors.ts';
import { ACCESS_NAMES, BINARY_NAMES, TERNARY_NAMES, UNARY_NAMES } from '../lowering/out-names.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { MEMORY_ACCESS } from './access.ts';
import { ATOMIC_ACCESS } from './atomics.ts';
import { NUMERIC_BINARY, NUMERIC_UNARY } from './rare-numeric.ts';
import { SIMD_ACCESS, SIMD_BINARY, SIMD_TERNARY, SIMD_UNARY } from './simd/tables.ts';

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

export type Functions<F> = Readonly<Record<string, F>>;

function table<F>(names: readonly string[], ...sources: readonly Functions<F>[]): readonly F[] {
  return names.map((name) => {
    for (const source of sources) if (source[name] !== undefined) return source[name];
    return (() => {
      throw new InternalError(`${name} is not built`);
    }) as F;
  });
}

export const UNARY: readonly Unary[] = table(UNARY_NAMES, NUMERIC_UNARY, SIMD_UNARY);
export const BINARY: readonly Binary[] = table(BINARY_NAMES, NUMERIC_BINARY, SIMD_BINARY);
export const TERNARY: readonly Ternary[] = table(TERNARY_NAMES, SIMD_TERNARY);
export const ACCESS: readonly Access[] = table(ACCESS_NAMES, MEMORY_ACCESS, ATOMIC_ACCESS, SIMD_ACCESS);
