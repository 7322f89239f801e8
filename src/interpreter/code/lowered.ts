// Lowered code on demand: a function's entry, its positions for backtraces, and what happens when the code array is full.
import { now } from '../../clock.ts';
import { ExhaustionError, InternalError } from '../../errors.ts';
import { type Lowered, Lowering, offsetsIn, type Room } from '../../lowering/lower.ts';
import type { CodeMode } from '../../runtime/probes.ts';
import { bitSet } from '../../runtime/bits.ts';
import type { CodeUnit } from '../../runtime/code-unit.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { type Prices, samePrices } from '../../syntax/prices.ts';
import type { ValidModule } from '../../validator/module.ts';
import {
  CROSS_RETURN_PC,
  FIRST_FREE,
  type Generation,
  currentGeneration,
  dropCode,
  findFunction,
  freshen,
  hasRoom,
  place,
} from './code-space.ts';
import { noteLowered } from './first-calls.ts';
import { CODE_WORDS, FRAMES, SLOT_WORDS } from '../state/stack.ts';

const UNITS = new WeakMap<ValidModule, CodeUnit[]>();

/** Functions of a module whose instances share code: many take long to be looked at where another instance runs. */
const MOST_SHARED = 16_384;

/** The code of a module, shared by its instances. */
export function unitOf(module: ValidModule, mode: CodeMode, prices: Prices): CodeUnit {
  const units = UNITS.get(module) ?? [];
  const found = units.find((one) => one.mode === mode && samePrices(one.prices, prices));
  if (found !== undefined) return found;
  const functions = module.funcTypes.length;
  const unit: CodeUnit = {
    module,
    mode,
    prices,
    entries: new Int32Array(functions),
    lowered: bitSet(functions),
    view: bitSet(0),
    otherWords: new Int32Array(functions),
    generation: undefined,
    blocks: undefined,
    handlers: [],
    probes: [],
  };
  if (functions <= MOST_SHARED) UNITS.set(module, [...units, unit]);
  return unit;
}

/** A thread as far as its pcs go. */
export interface PcHolder {
  pc: number;
  sp: number;
  readonly frameBase: number;
  readonly instance: ModuleInstance;
  /** Instances that wait for a return from another one, outermost first. */
  readonly callers: readonly ModuleInstance[];
}

/** The entry of a function that is lowered, or 0. */
function knownEntry(unit: CodeUnit, index: number): number {
  freshen(unit);
  return unit.entries[index];
}

/** Who needs a function, and what has been done for it: it is stopped at a moment, and goes on when it runs again. */
export interface Lowers {
  lowering: { readonly unit: CodeUnit; readonly index: number; readonly work: Lowering } | undefined;
}

/**
 * The entry of a function, lowered now if it was not; 0 where the moment `end` came first. `live` are the threads whose pcs
 * must survive a lack of room: what is on the stack is lowered again to its end, whatever the time.
 */
export function entryOf(unit: CodeUnit, index: number, live: readonly PcHolder[], who: Lowers, end: number): number {
  const entry = knownEntry(unit, index);
  if (entry !== 0) return entry;
  const begun = who.lowering;
  const work = begun?.unit === unit && begun.index === index ? begun.work : begin(unit, index);
  who.lowering = undefined;
  const code = work.goOn(until(end));
  if (code === undefined) {
    who.lowering = { unit, index, work };
    return 0;
  }
  if (!hasRoom(code.words.length)) {
    startGeneration(live);
    freshen(unit);
  }
  return placeOrFail(unit, index, code);
}

/** Instructions that are lowered between two looks at the clock. */
const STRIDE = 64;

function until(end: number): () => boolean {
  if (end === Number.POSITIVE_INFINITY) return () => true;
  let steps = 0;
  return () => ++steps % STRIDE !== 0 || now() < end;
}

const ROOM: Record<CodeMode, Room> = {
  // Two functions that call each other in turn must not push each other out.
  fast: { slots: SLOT_WORDS / 2, words: CODE_WORDS / 2 - FIRST_FREE },
  traced: { slots: SLOT_WORDS / 2, words: CODE_WORDS - FIRST_FREE },
};

function begin({ module, mode, prices }: CodeUnit, index: number): Lowering {
  return new Lowering(module, index, mode === 'traced', prices, ROOM[mode]);
}

function placeOrFail(unit: CodeUnit, index: number, code: Lowered): number {
  if (!hasRoom(code.words.length)) {
    throw new ExhaustionError(`code space exhausted: ${code.words.length} words for function ${index}`, 'code');
  }
  if (unit.mode === 'traced') unit.probes[index] = code.probes;
  unit.handlers[index] = code.handlers;
  const entry = place(unit, index, code.words, code.targets);
  noteLowered(unit, index);
  return entry;
}

/** Drops all code and lowers again what is on the stack: that of the threads that stand on it. */
export function startGeneration(live: readonly PcHolder[]): void {
  const old = dropCode();
  for (const thread of live) movePcs(thread, old);
}

/** Takes the pcs of a thread on the stack from an earlier generation to the current one, from its innermost frame out. */
export function movePcs(thread: PcHolder, old: Generation): void {
  if (old === currentGeneration()) return;
  let { instance } = thread;
  let waiting = thread.callers.length;
  thread.pc = translate(old, thread.pc, instance.unit);
  for (let at = thread.sp - 2; at >= thread.frameBase; at -= 2) {
    if (FRAMES[at] === CROSS_RETURN_PC) instance = thread.callers[--waiting];
    else FRAMES[at] = translate(old, FRAMES[at], instance.unit);
  }
}

/** A pc of a unit's code in an earlier generation, in the current one. */
function translate(old: Generation, pc: number, unit: CodeUnit): number {
  if (pc < FIRST_FREE) return pc;
  const found = findFunction(old, pc);
  if (found < 0) throw new InternalError(`no function at pc ${pc}`);
  freshen(unit);
  const index = old.indices[found];
  const known = unit.entries[index];
  const entry = known !== 0 ? known : placeOrFail(unit, index, begin(unit, index).goOn(() => true) as Lowered);
  return entry + (pc - old.starts[found]);
}

/** A place in a function's code, whatever becomes of the code. */
export interface CodePlace {
  readonly unit: CodeUnit;
  readonly index: number;
  /** Position relative to the function's first op. */
  readonly position: number;
}

/** Which function of a unit a pc is in now. */
export function placeOf(pc: number, unit: CodeUnit): CodePlace | undefined {
  const where = currentGeneration();
  const found = findFunction(where, pc);
  if (pc < FIRST_FREE || found < 0) return undefined;
  return { unit, index: where.indices[found], position: pc - where.starts[found] };
}

/** Instructions that are lowered for one backtrace, whatever the clock says, and between two looks at it; milliseconds. */
const SURE = 20_000;
const BETWEEN = 512;
const TIME = 50;

/**
 * The offsets in the module of the instructions that the ops at some places are for. Lowering is deterministic: each of
 * the functions is lowered once more, up to the last place in it, but not for long: the offsets after that are unknown.
 */
export function offsetsAt(places: readonly CodePlace[]): (number | undefined)[] {
  const offsets: (number | undefined)[] = places.map(() => undefined);
  const end = Date.now() + TIME;
  let steps = 0;
  let late = false;
  const goesOn = (): boolean => {
    if (++steps > SURE && steps % BETWEEN === 0 && Date.now() > end) late = true;
    return !late;
  };
  places.forEach(({ unit, index }, i) => {
    const same = places.map((_, n) => n).filter((n) => places[n].index === index && places[n].unit === unit);
    if (same[0] !== i) return;
    const positions = same.map((n) => places[n].position);
    const found = offsetsIn(unit.module, index, unit.mode === 'traced', unit.prices, positions, goesOn);
    same.forEach((n, k) => {
      offsets[n] = found[k];
    });
  });
  return offsets;
}
