// Genomes: untyped trees of numbers that the emitter turns into code. Any tree is some valid code, so that whatever
// fast-check shrinks a tree to is a valid module again, and a seed and path find the same module later.
import fc from 'fast-check';
import { whole } from '../options.ts';

export interface Genome {
  /** Chooses the group of instructions. */
  readonly n: number;
  /** Chooses within the group, and the immediates. */
  readonly k: number;
  readonly children: readonly Genome[];
}

export const LEAF: Genome = { n: 0, k: 0, children: [] };

/** The child of a genome; where there is none, a leaf that follows from the genome's own numbers. */
export function childOf({ n, k, children }: Genome, i: number): Genome {
  if (i < children.length) return children[i];
  if (n === 0 && k === 0) return LEAF;
  // Mixed well: neighbours must not depend on each other, or some pairs of operands never occur.
  let mixed = Math.imul(n * 31 + k * 17 + i * 7919 + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = (mixed ^ (mixed >>> 16)) >>> 0;
  return { n: mixed & 0xffff, k: mixed >>> 16, children: [] };
}

/** The genome of a number that has to stay below its limit (see `small` in body.ts). */
export function masked(g: Genome): Genome {
  return { ...g, k: g.k & ~1 };
}

/** Trees of at most `depth` levels; most have about ten nodes. */
export function genome(depth: number): fc.Arbitrary<Genome> {
  whole('a number of levels')(depth, 'genome: the depth');
  const n = fc.nat(0xffff);
  const k = fc.nat(0xffff);
  return fc.letrec<{ tree: Genome }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: depth, depthSize: 'medium', depthIdentifier: 'wasm', withCrossShrink: true },
      { weight: 1, arbitrary: fc.record({ n, k, children: fc.constant<Genome[]>([]) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          n,
          k,
          children: fc.array(tie('tree'), { minLength: 1, maxLength: 3, depthIdentifier: 'wasm' }),
        }),
      },
    ),
  })).tree;
}
