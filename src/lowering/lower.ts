// Lowers one function: body -> trees and statements -> ops -> words, all of them in one pass.
// Called at a function's first call. The same function always gives the same code.
import { PRICES, type Prices } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';
import { armOf } from '../trees/arms/index.ts';
import { chargeInstruction } from '../trees/charges.ts';
import { type Code, Emitter } from './emit.ts';
import { clearReferences } from '../trees/moves.ts';
import type { Probes } from '../runtime/probes.ts';
import { TreeBuilder } from '../trees/builder.ts';
import { SCRATCH, layoutOf } from '../trees/frame.ts';
import { Selector } from './select-ops.ts';
import { ExhaustionError } from '../errors.ts';

export interface Lowered extends Code {
  /** Of traced code. */
  readonly probes: Probes | undefined;
}

/** What there is room for: slots of a frame, words of a function's code. */
export interface Room {
  readonly slots: number;
  readonly words: number;
}

const ENDLESS: Room = { slots: Number.POSITIVE_INFINITY, words: 2 ** 24 };

const toTheEnd = (): boolean => true;

interface Begun {
  readonly builder: TreeBuilder;
  readonly selector: Selector;
  readonly emitter: Emitter;
}

/** At the beginning of a body. @throws ExhaustionError where there is no room for the function's frame. */
export function begin(valid: ValidModule, funcIndex: number, traced: boolean, prices: Prices, room: Room): Begun {
  const layout = layoutOf(valid, funcIndex);
  const { size, scratch, start, end } = layout;
  if (size > room.slots)
    throw new ExhaustionError(`call stack exhausted: a frame of ${size} slots (function ${funcIndex})`);
  const { words } = room;
  const emitter = new Emitter(scratch + SCRATCH, size, Math.min(words, 64 + end - start), words);
  const selector = new Selector(emitter, scratch);
  const builder = new TreeBuilder(valid, layout, selector, traced, prices);
  clearReferences(builder);
  return { builder, selector, emitter };
}

/** Lowers the body up to its end, or as long as it should go on, from where it is; returns whether it came to the end. */
export function lowerBody({ builder, selector }: Begun, goesOn: () => boolean): boolean {
  const { cursor } = builder;
  while (!cursor.done) {
    if (!goesOn()) return false;
    cursor.next();
    if (!builder.dead) {
      chargeInstruction(builder);
      builder.probe();
    } else if (!builder.followDead()) continue;
    armOf(cursor.row)(builder);
  }
  selector.ready();
  return true;
}

/** The lowering of a function, which can be stopped between two of its instructions and go on. */
export class Lowering {
  private readonly begun: Begun;
  private readonly funcIndex: number;

  /**
   * Of function `funcIndex` (an index of the function index space), which the module defines. @throws ExhaustionError
   * where there is no room for its frame: before time and memory are spent on it.
   */
  constructor(valid: ValidModule, funcIndex: number, traced: boolean, prices: Prices, room: Room) {
    this.begun = begin(valid, funcIndex, traced, prices, room);
    this.funcIndex = funcIndex;
  }

  /**
   * Goes on as long as `goesOn` says, which is asked before each instruction; returns the code once it is whole.
   * @throws ExhaustionError where there is no room for it.
   */
  goOn(goesOn: () => boolean): Lowered | undefined {
    const { funcIndex } = this;
    const { builder, emitter } = this.begun;
    if (!lowerBody(this.begun, goesOn)) return undefined;
    const { size, locals, operands } = builder.layout;
    const code = emitter.finish([2 * size, 2 * locals, 2 * operands, funcIndex], builder.regions);
    return { ...code, probes: builder.probes };
  }
}

/** Lowers a function at once. @throws ExhaustionError where there is no room for its frame or its code. */
export function lowerFunction(
  valid: ValidModule,
  funcIndex: number,
  traced = false,
  prices = PRICES,
  room = ENDLESS,
): Lowered {
  return new Lowering(valid, funcIndex, traced, prices, room).goOn(toTheEnd) as Lowered;
}

/**
 * Offsets in the module of the instructions that the ops at some positions of a function are for. It is lowered up to the
 * last of them, or as long as it should go on: what comes later is not known.
 */
export function offsetsIn(
  valid: ValidModule,
  funcIndex: number,
  traced: boolean,
  prices: Prices,
  positions: readonly number[],
  goesOn: () => boolean,
): (number | undefined)[] {
  const begun = begin(valid, funcIndex, traced, prices, ENDLESS);
  const { emitter } = begun;
  let last = 0;
  for (const one of positions) last = Math.max(last, one);
  emitter.keepsOffsets = true;
  const complete = lowerBody(begun, () => emitter.length <= last && goesOn());
  return positions.map((one) => (complete || one < emitter.length ? emitter.offsetAt(one) : undefined));
}
