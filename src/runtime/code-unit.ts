// The lowered code of one module: where each function's code starts. Instances of a module share it, if they have the same
// prices, which are part of the code.
import type { CodeMode, Probes } from './probes.ts';
import type { Handlers } from './handlers.ts';
import type { Prices } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';

export interface CodeUnit {
  readonly module: ValidModule;
  readonly mode: CodeMode;
  readonly prices: Prices;
  /** By function index (imports included): index of the function's first op in CODE, 0 where it is not lowered. */
  readonly entries: Int32Array;
  /** Functions that have code, as a set of bits. */
  readonly lowered: Int32Array;
  /** The `paid` set of the instance that the code stands for now (interpreter/code/first-calls.ts). */
  view: Int32Array;
  /** By function index: the word that is exchanged with the first one of its code where the view changes. */
  readonly otherWords: Int32Array;
  /** The generation of code that the entries are of (interpreter/code/code-space.ts); no code knows of the unit. */
  generation: object | undefined;
  /** The closures of its code by pc, for the second loop, and the generation that they are of (interpreter/loops/blocks.ts). */
  blocks: { readonly generation: object; readonly known: Map<number, unknown> } | undefined;
  /** What each lowered function catches; undefined for nothing. */
  readonly handlers: (Handlers | undefined)[];
  /** Traced units: the probes of each lowered function. */
  readonly probes: (Probes | undefined)[];
}
