// The lowering of what has a file of its own: memory, and proposals. Each arm lowers the instruction under the builder's cursor,
// or answers false. A new proposal adds a line.
import { lowerAtomics } from './atomics.ts';
import { lowerExceptions } from './exceptions.ts';
import { lowerGc } from './gc.ts';
import { lowerMemory } from './memory.ts';
import { lowerReferences } from './function-references.ts';
import { lowerWideArithmetic } from './wide-arithmetic.ts';
import type { TreeBuilder } from '../trees.ts';

export type Arm = (b: TreeBuilder) => boolean;

export const ARMS: readonly Arm[] = [
  lowerMemory,
  lowerReferences,
  lowerGc,
  lowerAtomics,
  lowerExceptions,
  lowerWideArithmetic,
];
