// Instantiation: a valid module and external values -> a module instance. Its start function is left to the caller.
// https://webassembly.github.io/spec/core/exec/modules.html#instantiation
// What a segment wrote before a later one trapped stays written, as the spec says.
// It is done piece by piece, so that deadlines are heeded and the host has its turns in between.
import { apart, asOnePiece, checkTime, now } from '../../clock.ts';
import { counted } from '../../syntax/shown.ts';
import { LinkError, Trap } from '../../errors.ts';
import type { CodeMode } from '../../runtime/probes.ts';
import { type AbortLike, checkStop } from '../../runtime/abort.ts';
import { type FuelAccount, type Pay, payerNow, payFrom } from '../../runtime/fuel.ts';
import { type Extern, type Func, ModuleInstance, NO_BYTES, bytesOfInstance } from '../../runtime/instance.ts';
import { describeFunc } from '../../runtime/func.ts';
import type { Global } from '../../runtime/global.ts';
import { CELL_BYTES, FUNC_BYTES } from '../../runtime/heap.ts';
import { type GuestLimits, type Limits, limitsOf } from '../../runtime/limits.ts';
import { Memory, NO_MEMORY } from '../../runtime/memory.ts';
import { INSIDE, Table } from '../../runtime/table.ts';
import { Tag } from '../../runtime/tag.ts';
import { hasToWait, shareOfTurn, yieldToHost } from '../../runtime/turns.ts';
import type { DataSegment, ElemSegment, Import } from '../../syntax/module.ts';
import { type ExternType, importType, matchesExtern } from '../../validator/subtyping.ts';
import type { ValidModule } from '../../validator/module.ts';
import { PRICES, type Prices } from '../../syntax/prices.ts';
import { type MemType, type TableType, typeName } from '../../syntax/types.ts';
import { evaluateConstant, writeGlobalBits } from './constant.ts';
import { unitOf } from '../code/lowered.ts';
import { takeRoomInPieces } from '../threads/room.ts';

/** Elements of a segment that are made, or written, between two looks at the clock. */
const PIECE = 4096;

export interface InstantiateOptions {
  /** 'traced' gives code with probes; see probe.ts. */
  readonly mode?: CodeMode | undefined;
  /** Prices that are others than usual. */
  readonly prices?: Partial<Prices> | undefined;
  /** Bytes that each memory may have at most. */
  readonly maxMemoryBytes?: number | undefined;
  /** For what is done while it is made, as docs/fuel.md says. */
  readonly fuel?: FuelAccount | undefined;
  /** What it may have together with all else that is made under the same Limits; the usual ones of its own if not given. */
  readonly limits?: Limits | GuestLimits | undefined;
}

/** The external type that a value has now. https://webassembly.github.io/spec/core/valid/matching.html#import-matching */
export function externType(value: Extern): ExternType {
  switch (value.kind) {
    case 'func':
      return { kind: 'func', type: value.defType };
    case 'table':
      return {
        kind: 'table',
        type: { ...value.type, limits: { ...value.type.limits, min: BigInt(value.size) } },
        space: value.space,
      };
    case 'memory':
      return { kind: 'memory', type: { ...value.type, limits: { ...value.type.limits, min: BigInt(value.pages) } } };
    case 'global':
      return { kind: 'global', type: value.type, space: value.space };
    case 'tag':
      return { kind: 'tag', type: value.defType };
  }
}

function describe(value: Extern): string {
  switch (value.kind) {
    case 'func':
      return `a function ${describeFunc(value.defType)}`;
    case 'table':
      return `a table of ${value.size} ${typeName(value.type.elem)}`;
    case 'memory':
      return `a memory of ${counted(value.pages, 'page')}`;
    case 'global':
      return `a ${value.type.mutable ? 'mutable' : 'constant'} global ${typeName(value.type.val)}`;
    case 'tag':
      return 'a tag';
  }
}

function mismatch(one: Import, value: Extern, wanted: ExternType): LinkError {
  const as = wanted.kind === 'func' ? `, imported as ${describeFunc(wanted.type)}` : '';
  return new LinkError(`incompatible import type: "${one.module}" "${one.name}" is ${describe(value)}${as}`);
}

/**
 * Makes an instance: allocates, initialises, copies active segments. `externs` are in the order of the imports.
 * @throws LinkError when an external value does not match, Trap when a segment does not fit, ExhaustionError when there
 * is not enough memory, Interrupted when it should be over.
 */
export function instantiateModule(
  valid: ValidModule,
  externs: readonly Extern[],
  options: InstantiateOptions = {},
): ModuleInstance {
  const pieces = piecesOf(valid, externs, options, payFrom(options.fuel, payerNow()));
  return asOnePiece(Number.POSITIVE_INFINITY, () => {
    try {
      for (;;) {
        checkTime();
        const { done, value } = pieces.next();
        if (done === true) return value;
      }
    } finally {
      pieces.return(undefined as never);
    }
  });
}

/** The same with turns for the host in between, until the signal is aborted or the moment `end` has come. */
export async function instantiateInTurns(
  valid: ValidModule,
  externs: readonly Extern[],
  options: InstantiateOptions,
  signal: AbortLike | undefined,
  end: number,
): Promise<ModuleInstance> {
  const pieces = piecesOf(valid, externs, options, payFrom(options.fuel, undefined));
  try {
    for (let pause = shareOfTurn(true); ; pause = now() < pause ? pause : shareOfTurn()) {
      if (hasToWait(pause)) {
        await yieldToHost();
        pause = shareOfTurn();
      }
      checkStop(signal, end);
      const { done, value } = asOnePiece(Number.POSITIVE_INFINITY, () => apart(end, () => pieces.next()));
      if (done === true) return value;
    }
  } finally {
    pieces.return(undefined as never);
  }
}

function* piecesOf(
  valid: ValidModule,
  externs: readonly Extern[],
  options: InstantiateOptions,
  pay: Pay,
): Generator<undefined, ModuleInstance> {
  const unit = unitOf(valid, options.mode ?? 'fast', { ...PRICES, ...options.prices });
  const limits = limitsOf(options.limits);
  yield* takeRoomInPieces({ limits, unit }, bytesOfInstance(valid), pay);
  const inst = new ModuleInstance(valid, unit, limits, NO_MEMORY, valid.globalTypes.length);
  let whole = false;
  try {
    yield* fill(inst, externs, options, pay);
    whole = true;
    return inst;
  } finally {
    if (!whole) inst.release(false);
  }
}

/** The parts of a new instance, one after the other. */
function* fill(
  inst: ModuleInstance,
  externs: readonly Extern[],
  { maxMemoryBytes }: InstantiateOptions,
  pay: Pay,
): Generator<undefined> {
  const valid = inst.module;
  const { prices } = inst.unit;
  const { module } = valid;
  let imported = 0;
  module.imports.forEach((one, i) => {
    const value = externs[i];
    const wanted = importType(inst.space, one.desc);
    if (!matchesExtern(externType(value), wanted)) throw mismatch(one, value, wanted);
    if (value.kind === 'func') inst.funcs[imported++] = value;
    else addImport(inst, value);
  });
  for (const type of module.memories) {
    pay(priceOf(minimumBytes(type), prices.byte));
    inst.memories.push(new Memory(type, maxMemoryBytes, undefined, inst.limits));
  }
  if (inst.memories.length > 0) inst.memory = inst.memories[0];
  for (const type of module.tags) inst.tags.push(new Tag(inst.space.at(type.type)));
  for (const [i, global] of module.globals.entries()) {
    writeGlobalBits(inst.global(valid.importedGlobals + i), yield* evaluateConstant(inst, global.init, pay));
    yield;
  }
  for (const { type, init } of module.tables) {
    const first = init && (yield* evaluateConstant(inst, init, pay));
    pay(priceOf(Number(type.limits.min), prices.element));
    yield* addTable(inst, type, first ?? null);
  }
  for (const segment of module.elems) {
    yield* addElements(inst, segment, pay);
    yield;
  }
  for (const segment of module.datas) inst.datas.push(segment.init);
  for (const [i, segment] of module.elems.entries()) {
    yield* runElem(inst, segment, i, pay);
    yield;
  }
  for (const [i, segment] of module.datas.entries()) {
    yield* runData(inst, segment, i, pay);
    yield;
  }
}

function addImport(inst: ModuleInstance, value: Exclude<Extern, Func>): void {
  if (value.kind === 'table') inst.tables.push(value);
  else if (value.kind === 'memory') inst.memories.push(value);
  else if (value.kind === 'tag') inst.tags.push(value);
  else importGlobal(inst, value);
}

/** Code reads imported constants from the instance's own words, so they are copied there. */
function importGlobal(inst: ModuleInstance, value: Global): void {
  const index = inst.globals.length;
  inst.globals.push(value);
  if (value.type.mutable) return;
  if (value.type.val > 0) inst.globalRefs[index] = value.refs[value.at];
  else inst.globalWords.set(value.words.subarray(value.at, value.at + 4), index * 4);
}

function minimumBytes({ limits, pageSizeLog2 }: MemType): number {
  return Number(limits.min) * 2 ** pageSizeLog2;
}

/** An operation on so many things, each of which has a price, as where code does it. */
function priceOf(count: number, price: number): number {
  return 1 + Math.ceil(count * price);
}

/** A table of its own. One that is given up before it is whole is nobody's: it gives back what it was charged. */
function* addTable(inst: ModuleInstance, type: TableType, first: unknown): Generator<undefined> {
  const table = new Table(type, first, INSIDE, inst.space, inst.limits);
  inst.tables.push(table);
  let n = 1;
  try {
    for (; n > 0; n = table.growOn()) yield;
  } finally {
    if (n > 0) (inst.tables.pop() as Table).release();
  }
}

function* addElements(inst: ModuleInstance, { funcs, exprs = [] }: ElemSegment, pay: Pay): Generator<undefined> {
  const made: unknown[] = [];
  const bytes = funcs === undefined ? CELL_BYTES * exprs.length : (CELL_BYTES + FUNC_BYTES) * funcs.length;
  yield* takeRoomInPieces(inst, bytes, pay);
  // What has been evaluated can be reached from here on.
  inst.elems.push(made);
  const length = funcs?.length ?? exprs.length;
  for (let i = 0; i < length; i++) {
    if (i % PIECE === PIECE - 1) yield;
    made.push(funcs === undefined ? yield* evaluateConstant(inst, exprs[i], pay) : inst.func(funcs[i]));
  }
}

function* runElem(inst: ModuleInstance, { mode }: ElemSegment, index: number, pay: Pay): Generator<undefined> {
  if (mode.kind === 'passive') return;
  if (mode.kind === 'active') {
    const { elements } = inst.tables[mode.table];
    const values = inst.elems[index];
    const offset = Number((yield* evaluateConstant(inst, mode.offset, pay)) as bigint);
    if (offset + values.length > elements.size) {
      throw new Trap(
        'table-out-of-bounds',
        `element segment ${index} of ${counted(values.length, 'element')} at ${offset}, table of ${elements.size}`,
      );
    }
    pay(priceOf(values.length, inst.unit.prices.element));
    for (let at = 0; at < values.length; at += PIECE) {
      yield;
      elements.init(offset + at, values, at, Math.min(PIECE, values.length - at));
    }
  }
  inst.elems[index] = [];
}

function* runData(inst: ModuleInstance, { mode, init }: DataSegment, index: number, pay: Pay): Generator<undefined> {
  if (mode.kind === 'passive') return;
  const memory = inst.memories[mode.memory];
  const offset = Number((yield* evaluateConstant(inst, mode.offset, pay)) as bigint);
  memory.refresh();
  if (offset + init.length > memory.accessible) {
    throw new Trap(
      'memory-out-of-bounds',
      `data segment ${index} of ${counted(init.length, 'byte')} at ${offset}, memory of ${memory.accessible}`,
    );
  }
  pay(priceOf(init.length, inst.unit.prices.byte));
  if (init.length > 0) memory.M8.set(init, offset);
  inst.datas[index] = NO_BYTES;
}
