// Where everything stands in the frame of a function: parameters, declared locals, operands, scratch slots.
// Scratch slots stand above everything else, but in a frame too large for the fields of ops after the parameters.
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { type FuncType, asFunc } from '../syntax/types.ts';
import { type ValidModule, operandsOf } from '../validator/module.ts';
import { slotsOf, slotsOfAll } from '../runtime/slots.ts';

/** Slots from here on do not fit a field (word fields hold twice the slot's number). */
export const FAR_SLOT = 32_000;
/** Scratch slots that a function with far slots needs within reach, after its parameters. */
export const FAR_SCRATCH = 10;

/** Slots that trees may need while they are computed; vectors take two each. */
export const SCRATCH = 48;
const RESERVED = SCRATCH + FAR_SCRATCH;

/** The first scratch slot of a frame: what is in it and above is dead between two statements. */
export function scratchSlots(frameSlots: number): number {
  return frameSlots >= FAR_SLOT ? Number.POSITIVE_INFINITY : frameSlots - RESERVED;
}

/** Numbers of slots, relative to the frame. */
export interface FrameLayout {
  readonly type: FuncType;
  /** By local, parameters first: its type, and its first slot. */
  readonly localTypes: Int32Array;
  readonly localSlots: Int32Array;
  /** Declared locals, and what is reserved before them, are the slots from `locals` up to `operands`. */
  readonly locals: number;
  readonly operands: number;
  /** Slots of declared locals: those that a call clears. */
  readonly cleared: number;
  readonly scratch: number;
  /** How many slots there are. */
  readonly size: number;
  /** Whether references are among parameters, locals, operands or results. */
  readonly refs: boolean;
  /** The body's instructions are these bytes of the module. */
  readonly start: number;
  readonly end: number;
}

/** Quick, also for a function whose frame no stack has room for. */
export function layoutOf(valid: ValidModule, funcIndex: number): FrameLayout {
  const { bytes, start, end } = valid.module.funcs;
  const defined = funcIndex - valid.importedFuncs;
  const reader = new Reader(bytes, start[defined], end[defined]);
  const type = asFunc(valid.module.types[valid.funcTypes[funcIndex]].comp);
  const { params } = type;
  const { types, counts, total } = decodeLocals(reader, params.length);
  const { slots, refs } = operandsOf(valid, funcIndex);
  let hasRefs = refs || type.results.some((t) => t > 0);
  const locals = slotsOfAll(params);
  let operands = locals;
  for (let i = 0; i < types.length; i++) operands += counts[i] * slotsOf(types[i]);
  const size = Math.max(operands + slots, slotsOfAll(type.results)) + RESERVED;
  const far = size >= FAR_SLOT;
  const localTypes = new Int32Array(params.length + total);
  localTypes.set(params);
  let local = params.length;
  for (let i = 0; i < types.length; i++) localTypes.fill(types[i], local, (local += counts[i]));
  const localSlots = new Int32Array(localTypes.length);
  let slot = 0;
  for (let i = 0; i < localTypes.length; i++) {
    if (far && i === params.length) slot += RESERVED;
    localSlots[i] = slot;
    slot += slotsOf(localTypes[i]);
    if (localTypes[i] > 0) hasRefs = true;
  }
  return {
    type,
    localTypes,
    localSlots,
    locals,
    cleared: operands - locals,
    operands: far ? operands + RESERVED : operands,
    scratch: far ? locals : size - RESERVED,
    size,
    refs: hasRefs,
    start: reader.offset,
    end: reader.end,
  };
}
