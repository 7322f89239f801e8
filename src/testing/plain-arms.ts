// Arms for rows with a plain signature: they follow from the row. What may trap is mostly kept from it.
import { ADDR, type Row } from '../syntax/instructions.ts';
import { F32, F64, I32, I64, V128, type ValType } from '../syntax/types.ts';
import type { Arm, Group } from './arm.ts';
import type { Body } from './body.ts';
import { type Genome, childOf, masked } from './genome.ts';

/** Operands whose NaNs would be seen. */
export const LOOKS = /reinterpret|splat|replace_lane|store|copysign/;
/** Float vectors whose NaN lanes may have any bits. */
export const OPEN_LANES = /^(f32x4|f64x2)\.(?!(eq|ne|lt|gt|le|ge|splat|replace_lane|extract_lane|abs|neg|pmin|pmax)$)/;

function groupOf({ name, imm, feature, sig }: Row): Group {
  if (feature === 'threads') return 'atomic';
  if (imm === 'memarg' || imm === 'memarg_lane') return feature === 'simd' ? 'vector-memory' : 'memory';
  if (imm.startsWith('memory') || imm === 'data') return 'bulk';
  if (imm === 'elem') return 'table';
  if (feature === 'relaxed-simd') return 'relaxed';
  if (feature === 'simd') return `vector ${name.split('.')[0]}`;
  return sig?.pops.length === 1 && /_[if](32|64)|trunc|extend/.test(name) ? 'convert' : 'numeric';
}

/** The arm of a row with a signature; undefined for other rows, and for constants, which are leaves. */
export function plainArm(row: Row): Arm | undefined {
  const { sig, imm, name } = row;
  if (sig === undefined || /\.const$/.test(name)) return undefined;
  const gives = (t: ValType | undefined): boolean => {
    if (t === undefined) return sig.pushes.length === 0;
    return sig.pushes[0] === t || (sig.pushes[0] === ADDR && (t === I32 || t === I64));
  };
  const traps = /atomic\.wait|memory\.init/.test(name);
  const emit = imm === 'memarg' || imm === 'memarg_lane' ? emitAccess : imm === 'none' ? emitPlain : emitOther;
  return {
    group: groupOf(row),
    gives,
    emit: (body, t, g) => {
      emit(body, row, g);
      for (let i = sig.pushes.length - 1; i > 0; i--) body.op1(0x21, body.local(sig.pushes[i], g.k));
      if (t === V128 && OPEN_LANES.test(name)) body.canonicalLanes(name.startsWith('f32x4'));
      if (sig.pushes[0] === ADDR) convertAddress(body, row, t, g);
    },
    ...(traps ? { traps } : {}),
  };
}

function emitPlain(body: Body, row: Row, g: Genome): void {
  const { name, code } = row;
  const safe = body.layout.options.trapFree || (!body.single && (g.n >> 5) % 16 !== 0);
  if (safe && row.traps && row.pops === 1) {
    const isF32 = (row.sig?.pops[0] as ValType) === F32;
    body.small(childOf(g, 0), 0x4000);
    body.op(isF32 ? 0xb3 : 0xb8);
  } else operands(body, row, g);
  if (safe && row.traps && row.pops === 2) {
    const wide = name.startsWith('i64');
    if (body.layout.options.trapFree) smallConstant(body, wide, 7, 0x71, 0x83);
    smallConstant(body, wide, 1, 0x72, 0x84);
  }
  body.op(code);
}

function smallConstant(body: Body, wide: boolean, value: number, op32: number, op64: number): void {
  body.op(wide ? 0x42 : 0x41);
  body.out.s33(value);
  body.op(wide ? op64 : op32);
}

function operands(body: Body, { name, sig }: Row, g: Genome): void {
  const looks = LOOKS.test(name);
  (sig?.pops ?? []).forEach((t, i) => {
    if (looks && (t === F32 || t === F64)) body.seen(t, childOf(g, i));
    else body.value(t, childOf(g, i));
  });
}

/** Offsets that are nearly always in bounds, and some beyond a page or at the end of what can be written. */
const FAR = [65527, 65528, 65532, 65535, 65536, 131071, 196607, 0x7fffffff, 0xffffffff];

function emitAccess(body: Body, row: Row, g: Genome): void {
  const { layout } = body;
  const { trapFree, maxOffset } = layout.options;
  const index = layout.memory(g.k >> 9);
  const { addr, pageSizeLog2 } = layout.memories.list[index];
  const atomic = row.feature === 'threads';
  const align = row.align ?? 0;
  const straight = atomic && (trapFree || g.n % 32 !== 0);
  // Engines do not agree what counts first, alignment or bounds: what is not aligned is in bounds.
  const inBounds = trapFree || (atomic && !straight);
  const limit = inBounds || pageSizeLog2 === 0 ? 128 : g.k % 4 === 0 ? 0x10000 : 512;
  body.smallOf(addr, inBounds ? masked(childOf(g, 0)) : childOf(g, 0), limit);
  if (straight && align > 0) smallConstant(body, addr === I64, -(2 ** align), 0x71, 0x83);
  const rest = { ...row, sig: { pops: (row.sig?.pops ?? []).slice(1), pushes: [] } };
  if (/atomic\.wait/.test(row.name)) {
    // Nobody is going to notify: the time-out has to be short.
    body.value(rest.sig.pops[0], childOf(g, 1));
    body.op(0x42);
    body.out.s64(0n);
  } else operands(body, rest, { ...g, children: g.children.slice(1) });
  body.op(row.code);
  let offset = (g.k >> 3) % (maxOffset + 1);
  if (straight) offset -= offset % 2 ** align;
  else if (!inBounds && g.k % (body.single ? 2 : 32) === 1) offset = FAR[(g.k >> 5) % FAR.length];
  const log2 = atomic ? align : (g.n >> 3) % (align + 1);
  body.out.u32(index === 0 ? log2 : log2 | 0x40);
  if (index !== 0) body.out.u32(index);
  body.out.u32(offset);
  if (row.imm === 'memarg_lane') body.out.byte((g.k >> 6) % (16 >> align));
}

function convertAddress(body: Body, { name }: Row, t: ValType | undefined, g: Genome): void {
  const { addr } = body.layout.memories.list[body.layout.memory(g.k >> 9)];
  if (!/^memory\.(size|grow)/.test(name) || addr === t) return;
  body.op(t === I32 ? 0xa7 : 0xad);
}

/** Lanes, and memory instructions that are not accesses. */
function emitOther(body: Body, row: Row, g: Genome): void {
  const { layout, out } = body;
  switch (row.imm) {
    case 'lane':
      operands(body, row, g);
      body.op(row.code);
      out.byte((g.k >> 6) % (row.lanes as number));
      return;
    case 'lanes':
      operands(body, row, g);
      body.op(row.code);
      for (let i = 0; i < 16; i++) out.byte(((g.k >> (i & 7)) * 7 + i * g.n) & 31);
      return;
    case 'fence':
      body.op(row.code);
      out.byte(0);
      return;
    case 'elem':
      body.op1(row.code, layout.elem(g.k % 2 === 0 || !layout.has('reference-types') ? 'passive' : 'externs'));
      return;
    case 'data':
      body.op1(row.code, layout.data());
      return;
    default:
      emitMemory(body, row, g);
  }
}

function emitMemory(body: Body, row: Row, g: Genome): void {
  const { layout, out } = body;
  const index = layout.memory(g.k >> 9);
  const { addr } = layout.memories.list[index];
  if (row.name === 'memory.grow') body.smallOf(addr, childOf(g, 0), 2);
  else if (row.name === 'memory.fill') {
    body.smallOf(addr, childOf(g, 0), 128);
    body.value(I32, childOf(g, 1));
    body.smallOf(addr, childOf(g, 2), 64);
  } else if (row.name === 'memory.init') {
    body.smallOf(addr, childOf(g, 0), 128);
    body.small(childOf(g, 1), 16);
    body.small(childOf(g, 2), 8);
  }
  body.op(row.code);
  if (row.imm === 'memory_init') out.u32(layout.data());
  out.u32(index);
}
