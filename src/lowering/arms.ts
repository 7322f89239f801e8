// The lowering of proposals that have a file of their own. Each arm lowers the instruction under the builder's cursor,
// or answers false. A new proposal adds a line.
import { lowerAtomics } from './lower-atomics.ts';
import { lowerExceptions } from './lower-exceptions.ts';
import { lowerGc } from './lower-gc.ts';
import { lowerReferences } from './lower-references.ts';
import { lowerWideArithmetic } from './lower-wide.ts';
import type { TreeBuilder } from './trees.ts';

export type Arm = (b: TreeBuilder) => boolean;

export const ARMS: readonly Arm[] = [lowerReferences, lowerGc, lowerAtomics, lowerExceptions, lowerWideArithmetic];
