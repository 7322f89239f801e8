// Lowers one function: body -> trees and statements -> ops -> words, all of them in one pass.
// Called at a function's first call. The same function always gives the same code.
import { PRICES, type Prices } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';
import { armOf } from './arms/index.ts';
import { chargeInstruction } from './charges.ts';
import type { Code } from './emit.ts';
import { clearReferences } from './moves.ts';
import type { Probes } from '../runtime/probes.ts';
import { type Room, TreeBuilder } from './trees.ts';

export interface Lowered extends Code {
  /** Of traced code. */
  readonly probes: Probes | undefined;
}

const ENDLESS: Room = { slots: Number.POSITIVE_INFINITY, words: 2 ** 24 };

const toTheEnd = (): boolean => true;

/** A builder at the beginning of a body. */
function begin(valid: ValidModule, funcIndex: number, traced: boolean, prices: Prices, room: Room): TreeBuilder {
  const builder = new TreeBuilder(valid, funcIndex, traced, prices, room);
  clearReferences(builder);
  return builder;
}

/** Lowers the body up to its end, or as long as it should go on, from where it is; returns whether it came to the end. */
export function lowerBody(builder: TreeBuilder, goesOn: () => boolean): boolean {
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
  builder.code.ready();
  return true;
}

/** The lowering of a function, which can be stopped between two of its instructions and go on. */
export class Lowering {
  private readonly builder: TreeBuilder;
  private readonly funcIndex: number;

  /**
   * Of function `funcIndex` (an index of the function index space), which the module defines. @throws ExhaustionError
   * where there is no room for its frame: before time and memory are spent on it.
   */
  constructor(valid: ValidModule, funcIndex: number, traced: boolean, prices: Prices, room: Room) {
    this.builder = begin(valid, funcIndex, traced, prices, room);
    this.funcIndex = funcIndex;
  }

  /**
   * Goes on as long as `goesOn` says, which is asked before each instruction; answers the code once it is whole.
   * @throws ExhaustionError where there is no room for it.
   */
  goOn(goesOn: () => boolean): Lowered | undefined {
    const { builder, funcIndex } = this;
    if (!lowerBody(builder, goesOn)) return undefined;
    const { size, locals, operands } = builder.layout;
    const code = builder.emitter.finish([2 * size, 2 * locals, 2 * operands, funcIndex], builder.regions);
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
  const builder = begin(valid, funcIndex, traced, prices, ENDLESS);
  const { emitter } = builder;
  let last = 0;
  for (const one of positions) last = Math.max(last, one);
  emitter.keepsOffsets = true;
  const complete = lowerBody(builder, () => emitter.length <= last && goesOn());
  return positions.map((one) => (complete || one < emitter.length ? emitter.offsetAt(one) : undefined));
}
