// The tables that the ops `unary`, `binary`, `ternary` and `access` call through, in the order of lowering/out-names.ts.
// The functions come from one file per shape or proposal.
import {
  ACCESS_NAMES,
  type AccessName,
  BINARY_NAMES,
  type BinaryName,
  TERNARY_NAMES,
  type TernaryName,
  UNARY_NAMES,
  type UnaryName,
} from '../../lowering/out-names.ts';
import { MEMORY_ACCESS } from './access.ts';
import { ATOMIC_ACCESS } from './atomics.ts';
import { NUMERIC_BINARY, NUMERIC_UNARY } from './rare-numeric.ts';
import type { Access, Binary, Ternary, Unary } from './shapes.ts';
import { SIMD_ACCESS, SIMD_BINARY, SIMD_TERNARY, SIMD_UNARY } from './simd/tables.ts';

function inOrder<Name extends string, F>(names: readonly Name[], functions: Readonly<Record<Name, F>>): readonly F[] {
  return names.map((name) => functions[name]);
}

// An instruction without a function does not compile.
export const UNARY = inOrder<UnaryName, Unary>(UNARY_NAMES, { ...NUMERIC_UNARY, ...SIMD_UNARY });
export const BINARY = inOrder<BinaryName, Binary>(BINARY_NAMES, { ...NUMERIC_BINARY, ...SIMD_BINARY });
export const TERNARY = inOrder<TernaryName, Ternary>(TERNARY_NAMES, SIMD_TERNARY);
export const ACCESS = inOrder<AccessName, Access>(ACCESS_NAMES, { ...MEMORY_ACCESS, ...ATOMIC_ACCESS, ...SIMD_ACCESS });
