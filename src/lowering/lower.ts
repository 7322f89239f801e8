// Lowers one function: body -> trees and statements -> ops -> words.
// Called at a function's first call. The same function always gives the same code.
import type { Probe } from './probes.ts';
import { PRICES } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';
import { type Code, Emitter, FAR_SCRATCH, FAR_SLOT } from './emit.ts';
import { Selector } from './select-ops.ts';
import { TreeBuilder } from './trees.ts';

export interface Lowered extends Code {
  readonly probes: readonly Probe[];
}

/** Slots that trees may need while they are computed; vectors take two each. */
const SCRATCH = 48;
const RESERVED = SCRATCH + FAR_SCRATCH;

/** The first scratch slot of a frame: what is in it and above is dead between two statements. */
export function scratchSlots(frameSlots: number): number {
  return frameSlots >= FAR_SLOT ? Number.POSITIVE_INFINITY : frameSlots - RESERVED;
}

/** Lowers function `funcIndex` (an index of the function index space), which the module defines. */
export function lowerFunction(valid: ValidModule, funcIndex: number, traced = false, prices = PRICES): Lowered {
  let trees = new TreeBuilder(valid, funcIndex, traced, 0, prices).build();
  // Scratch slots stand above everything else, but in a frame too large for the fields of ops behind the parameters.
  const far = trees.slots + RESERVED >= FAR_SLOT;
  if (far) trees = new TreeBuilder(valid, funcIndex, traced, RESERVED, prices).build();
  const frameSlots = trees.slots + RESERVED;
  const scratch = far ? trees.paramSlots : trees.slots;
  const emitter = new Emitter(scratch + SCRATCH, frameSlots);
  if (trees.usesRefs) emitter.op('refs.enter', -1, frameSlots);
  for (const slot of trees.refLocals) emitter.op('nullref', -1, slot);
  new Selector(emitter, scratch, SCRATCH).statements(trees.statements);
  const code = emitter.finish(frameSlots, trees.paramSlots, trees.localSlots, funcIndex, trees.regions);
  return { ...code, probes: trees.probes };
}
