// Validation of function bodies in one pass over their bytes: the generic rule for rows with a plain signature, and
// those of special rows, which are in arms/. https://webassembly.github.io/spec/core/appendix/algorithm.html
// Also finds what makes a body malformed: a missing `end`, bytes after it, `else` without `if`.
import { checkStep } from '../clock.ts';
import { InternalError, MalformedError } from '../errors.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { ADDR, type Row, type Signature } from '../syntax/instructions.ts';
import { I32, type ValType } from '../syntax/types.ts';
import { armOf } from './arms/index.ts';
import type { BodyState } from './body-state.ts';
import { takeLocals, walkUsual } from './body-usual.ts';
import { NO_TYPES } from './context.ts';
import * as say from './messages.ts';

/** Validates the body of function `funcIndex`, which is `bytes[start, end)`, against its type. */
export function validateBody(s: BodyState, funcIndex: number, bytes: Uint8Array, start: number, end: number): void {
  const { ctx, stack } = s;
  ctx.func = funcIndex;
  ctx.cursor = undefined;
  try {
    const type = ctx.typeOfFunc(funcIndex);
    const { reader } = s.cursor;
    reader.restart(bytes, start, end);
    s.locals.reset(type.params, decodeLocals(reader, type.params.length), end - start);
    if (s.usual !== undefined) takeLocals(s.usual, s.locals);
    s.begin(bytes, reader.offset, end);
    s.results = type.results;
    stack.pushCtrl(0x02, NO_TYPES, type.results, 0);
    walk(s);
  } catch (error) {
    throw error instanceof MalformedError ? ctx.placed(error) : error;
  }
  ctx.func = -1;
  ctx.cursor = undefined;
}

function walk(s: BodyState): void {
  const { cursor, stack, usual } = s;
  const { reader } = cursor;
  for (;;) {
    checkStep();
    if (usual !== undefined) reader.offset = walkUsual(s, usual, reader.offset);
    if (stack.depth === 0) break;
    if (reader.offset >= reader.end) {
      cursor.at = reader.offset;
      throw missingEnd(s);
    }
    cursor.next();
    step(s, cursor.row);
    stack.reach(stack.height);
    if (stack.depth === 0) break;
  }
  if (reader.offset < reader.end) {
    // At the final `end`, which may have been validated the quick way.
    cursor.at = reader.offset - 1;
    throw say.bodySize(s.ctx.where());
  }
}

/** A body without `end`, in the words of a decoder that does not look at its size and goes on reading. */
function missingEnd({ ctx, cursor }: BodyState): MalformedError {
  const { bytes, end } = cursor.reader;
  if (end >= bytes.length) return say.bodyEnds(ctx.where());
  return bytes[end] === 0x0b ? say.bodySize(ctx.where()) : say.endExpected(ctx.where(), 'the body ends within a block');
}

/** Validates the instruction that the cursor has read. */
export function step(s: BodyState, row: Row): void {
  if (row.feature !== 'core') s.ctx.need(row.feature, row.name);
  if (row.second !== undefined) s.ctx.need(row.second, row.name);
  if (row.sig !== undefined) plain(s, row, row.sig);
  else armOf(row)(s);
}

/** The generic rule: check the immediates, pop the left side, push the right side. */
function plain(s: BodyState, row: Row, sig: Signature): void {
  const { stack } = s;
  const { imm } = row;
  let real = sig;
  if (imm !== 'none' && imm !== 'i32' && imm !== 'i64' && imm !== 'f32' && imm !== 'f64') {
    const addr = checkImmediates(s, row);
    real = withAddr(sig, addr);
  }
  const { pops, pushes } = real;
  if (pops.length > 0) stack.popVals(pops);
  for (let i = 0; i < pushes.length; i++) stack.pushVal(pushes[i]);
}

/** Signatures in which the address type is filled in. */
const SIGNATURES_32 = new Map<Signature, Signature>();
const SIGNATURES_64 = new Map<Signature, Signature>();

function withAddr(sig: Signature, addr: ValType): Signature {
  const cache = addr === I32 ? SIGNATURES_32 : SIGNATURES_64;
  let real = cache.get(sig);
  if (real === undefined) {
    const fill = (t: ValType): ValType => (t === ADDR ? addr : t);
    real = { pops: sig.pops.map(fill), pushes: sig.pushes.map(fill) };
    cache.set(sig, real);
  }
  return real;
}

/** Checks the immediates of a row with a plain signature; gives the address type of the memory that they name. */
function checkImmediates(s: BodyState, row: Row): ValType {
  const { ctx, cursor } = s;
  switch (row.imm) {
    case 'memarg':
      return checkMemarg(s, row);
    case 'memarg_lane': {
      const addr = checkMemarg(s, row);
      checkLane(s, row, cursor.lane, 16 >> (row.align as number));
      return addr;
    }
    case 'memory':
      return memoryAddr(s, cursor.index);
    case 'memory_init':
      return dataAddr(s);
    case 'data':
      ctx.data(cursor.index);
      return I32;
    case 'elem':
      ctx.elem(cursor.index);
      return I32;
    case 'lane':
      checkLane(s, row, cursor.lane, row.lanes as number);
      return I32;
    case 'lanes':
      for (let i = 0; i < 16; i++) checkLane(s, row, cursor.reader.bytes[cursor.immOffset + i], 32);
      return I32;
    case 'v128':
    case 'fence':
      return I32;
    default:
      throw new InternalError(`the row of ${row.name} has a plain signature and immediates of kind ${row.imm}`);
  }
}

/** Data segment and memory of `memory.init`. */
function dataAddr(s: BodyState): ValType {
  const addr = memoryAddr(s, s.cursor.index2);
  s.ctx.data(s.cursor.index);
  return addr;
}

function memoryAddr(s: BodyState, index: number): ValType {
  const { addr } = s.ctx.memory(index);
  if (index !== 0) s.ctx.need('multi-memory', `${s.cursor.row.name} of another memory than 0`);
  return addr;
}

/** A memory access: the memory exists, the alignment is at most (atomics: exactly) natural, the offset fits. */
function checkMemarg(s: BodyState, row: Row): ValType {
  const { ctx, cursor } = s;
  const addr = memoryAddr(s, cursor.index);
  const natural = row.align as number;
  if (row.feature === 'threads') {
    if (cursor.align !== natural) throw say.atomicAlignment(ctx.where(), row.name, cursor.align, natural);
  } else if (cursor.align > natural) {
    throw say.alignment(ctx.where(), row.name, cursor.align, natural);
  }
  if (cursor.hi !== 0 && addr === I32) throw say.offsetRange(ctx.where(), row.name);
  return addr;
}

function checkLane(s: BodyState, row: Row, lane: number, lanes: number): void {
  if (lane >= lanes) throw say.laneIndex(s.ctx.where(), row.name, lane, lanes);
}
