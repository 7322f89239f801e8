// The lowering of what has a file of its own: memory, and proposals. Each arm lowers the instruction under the builder's cursor,
// or answers false. A new proposal adds a line.
import { lowerAtomics } from './lower-atomics.ts';
import { lowerExceptions } from './lower-exceptions.ts';
import { lowerGc } from './lower-gc.ts';
import { lowerMemory } from './lower-memory.ts';
import { lowerReferences } from './lower-references.ts';
import { lowerWideArithmetic } from './lower-wide.ts';
import type { TreeBuilder } from './trees.ts';

export type Arm = (b: TreeBuilder) => boolean;

export const ARMS: readonly Arm[] = [
  lowerMemory,
  lowerReferences,
  lowerGc,
  lowerAtomics,
  lowerExceptions,
  lowerWideArithmetic,
];
