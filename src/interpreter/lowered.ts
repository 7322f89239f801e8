// Lowered code on demand: a function's entry, its positions for backtraces, and what happens when the code array is full.
import { ExhaustionError, InternalError } from '../errors.ts';
import { type Lowered, lowerFunction } from '../lowering/lower.ts';
import type { CodeMode } from '../lowering/probes.ts';
import type { CodeUnit } from '../runtime/code-unit.ts';
import { type Prices, samePrices } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';
import {
  FIRST_FREE,
  type Generation,
  currentGeneration,
  dropCode,
  findFunction,
  hasRoom,
  place,
} from './code-space.ts';
import { FRAMES } from './stack.ts';

const UNITS = new WeakMap<ValidModule, CodeUnit[]>();

/** The code of a module, shared by its instances. */
export function unitOf(module: ValidModule, mode: CodeMode, prices: Prices): CodeUnit {
  const units = UNITS.get(module) ?? [];
  const found = units.find((one) => one.mode === mode && samePrices(one.prices, prices));
  if (found !== undefined) return found;
  const entries = new Int32Array(module.funcTypes.length);
  const unit: CodeUnit = { module, mode, prices, entries, handlers: [], probes: [] };
  UNITS.set(module, [...units, unit]);
  return unit;
}

function lower({ module, mode, prices }: CodeUnit, index: number): Lowered {
  return lowerFunction(module, index, mode === 'traced', prices);
}

/** What holds pcs besides FRAMES: threads that are on the stack now. */
export interface PcHolder {
  pc: number;
}

/** The entry of a function, lowered now if it was not. `live` and `sp` say which pcs must survive a lack of room. */
export function entryOf(unit: CodeUnit, index: number, live: readonly PcHolder[], sp: number): number {
  const entry = unit.entries[index];
  if (entry !== 0) return entry;
  const code = lower(unit, index);
  if (!hasRoom(code.words.length)) startGeneration(live, sp);
  return placeOrFail(unit, index, code);
}

function placeOrFail(unit: CodeUnit, index: number, code: Lowered): number {
  if (!hasRoom(code.words.length)) {
    throw new ExhaustionError(`code space exhausted: ${code.words.length} words for function ${index}`, 'code');
  }
  if (unit.mode === 'traced') unit.probes[index] = code.probes;
  unit.handlers[index] = code.handlers;
  return place(unit, index, code.words, code.targets);
}

/** Drops all code and lowers again what is on the stack: the frames below `sp`, and where `live` threads stand. */
export function startGeneration(live: readonly PcHolder[], sp: number): void {
  const old = dropCode();
  for (let at = 0; at < sp; at += 2) FRAMES[at] = translate(old, FRAMES[at]);
  for (const holder of live) holder.pc = translate(old, holder.pc);
}

/** A pc of an earlier generation in the current one. */
export function translate(old: Generation, pc: number): number {
  if (pc < FIRST_FREE || old === currentGeneration()) return pc;
  const found = findFunction(old, pc);
  if (found < 0) throw new InternalError(`no function at pc ${pc}`);
  const { unit, index } = old.owners[found];
  const known = unit.entries[index];
  const entry = known !== 0 ? known : placeOrFail(unit, index, lower(unit, index));
  return entry + (pc - old.starts[found]);
}

/** A place in a function's code, whatever becomes of the code. */
export interface CodePlace {
  readonly unit: CodeUnit;
  readonly index: number;
  /** Position relative to the function's first op. */
  readonly position: number;
}

/** Which function a pc is in now. */
export function placeOf(pc: number): CodePlace | undefined {
  const where = currentGeneration();
  const found = findFunction(where, pc);
  if (pc < FIRST_FREE || found < 0) return undefined;
  return { ...where.owners[found], position: pc - where.starts[found] };
}

/** The offset in the module of the instruction that the op at a place is for. */
export function offsetAt({ unit, index, position }: CodePlace): number {
  // Lowering is deterministic: the same function again, this time for its positions.
  const { positions } = lower(unit, index);
  let offset = 0;
  for (let i = 0; i < positions.length && positions[i] <= position; i += 2) {
    if (positions[i + 1] >= 0) offset = positions[i + 1];
  }
  return offset;
}
