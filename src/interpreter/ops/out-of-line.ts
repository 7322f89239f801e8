// Rare instructions, called by the `out` op: tables, bulk operations, references, globals of other instances.
// https://webassembly.github.io/spec/core/exec/instructions.html
// Operands stand in consecutive slots from `at` (an index of SLOTS) on; results replace them. Each function returns its
// cost in fuel: 0, or what `priceOfPiece` (pieces.ts) says for a piece of a bulk operation, whose ranges are checked first.
import { Trap } from '../../errors.ts';
import { OUT_NAMES, type OutName } from '../../trees/operations.ts';
import { NO_BYTES } from '../../runtime/instance.ts';
import { type AddrType, I32 } from '../../syntax/types.ts';
import { exactAddress, readAddress, runLength, writeAddress } from './access.ts';
import { GC_FUNCTIONS } from './gc/aggregates.ts';
import { PIECE_BYTES, PIECE_ELEMENTS, held, hold, isMidway, part, priceOfPiece } from './pieces.ts';
import type { OutOfLine } from './shapes.ts';
import { REFERENCES as R, SLOTS as S } from '../state/stack.ts';
import { WIDE_ARITHMETIC } from './wide-arithmetic.ts';

/** An address type alone: of lengths and offsets that have 32 bits whatever they are used on. */
const NARROW: { readonly addr: AddrType } = { addr: I32 };

/**
 * Fails unless `n` elements from `start` on lie within `size`. Both stand in slots as values of their types, where they
 * are exact.
 */
function checkElements(
  { start, n, size }: { readonly start: number; readonly n: number; readonly size: number },
  startAt: number,
  startType: { readonly addr: AddrType },
  nAt: number,
  nType: { readonly addr: AddrType },
): void {
  if (start + n <= size) return;
  const first = exactAddress(startType, startAt);
  throw new Trap('table-out-of-bounds', `elements ${first} to ${first + exactAddress(nType, nAt)} of ${size}`);
}

/** The address type of a length between two memories or tables: 32-bit unless both are 64-bit. */
function narrower<T extends { readonly addr: AddrType }>(a: T, b: T): T {
  return a.addr === I32 ? a : b;
}

function elementTrap(type: { readonly addr: AddrType }, at: number, size: number): Trap {
  return new Trap('table-out-of-bounds', `element ${exactAddress(type, at)} of ${size}`);
}

const FUNCTIONS: Readonly<Record<OutName, OutOfLine>> = {
  ...WIDE_ARITHMETIC,
  'table.get': (inst, at, l) => {
    const { elements, type } = inst.tables[l];
    const i = readAddress(type, at);
    if (i >= elements.size) throw elementTrap(type, at, elements.size);
    R[at >> 1] = elements.read(i);
    return 0;
  },
  'table.set': (inst, at, l) => {
    const { elements, type } = inst.tables[l];
    const i = readAddress(type, at);
    if (i >= elements.size) throw elementTrap(type, at, elements.size);
    elements.write(i, R[(at >> 1) + 1]);
    return 0;
  },
  'table.size': (inst, at, l) => {
    writeAddress(inst.tables[l].type, at, inst.tables[l].size);
    return 0;
  },
  'table.grow': (inst, at, l) => {
    const table = inst.tables[l];
    if (!isMidway()) {
      const delta = readAddress(table.type, at + 2);
      S[at] = table.reserve(delta, R[at >> 1]);
      // Until it is done, the size that the table has then stands in the place of what it grows by.
      S[at + 2] = S[at] + delta;
    }
    const [before, end] = [S[at], S[at + 2]];
    const n = before >= 0 && table.size < end ? table.growOn(PIECE_ELEMENTS) : 0;
    const left = before < 0 ? 0 : Math.max(0, end - table.size);
    if (left === 0) writeAddress(table.type, at, before);
    return priceOfPiece(n, inst.unit.prices.element, left);
  },
  'table.fill': (inst, at, l) => {
    const { elements, type } = inst.tables[l];
    const [i, left] = [readAddress(type, at), readAddress(type, at + 4)];
    checkElements({ start: i, n: left, size: elements.size }, at, type, at + 4, type);
    const n = Math.min(left, PIECE_ELEMENTS);
    elements.fill(i, n, R[(at >> 1) + 1]);
    writeAddress(type, at, i + n);
    writeAddress(type, at + 4, left - n);
    return priceOfPiece(n, inst.unit.prices.element, left - n);
  },
  'table.copy': (inst, at, l, m) => {
    const { elements: to, type } = inst.tables[l];
    const { elements: from, type: fromType } = inst.tables[m];
    const [d, s] = [readAddress(type, at), readAddress(fromType, at + 2)];
    const lengthType = narrower(type, fromType);
    const left = readAddress(lengthType, at + 4);
    checkElements({ start: s, n: left, size: from.size }, at + 2, fromType, at + 4, lengthType);
    checkElements({ start: d, n: left, size: to.size }, at, type, at + 4, lengthType);
    const { n, skip, on } = part(left, PIECE_ELEMENTS, to === from && d > s);
    to.copy(d + skip, from, s + skip, n);
    writeAddress(type, at, d + on);
    writeAddress(fromType, at + 2, s + on);
    writeAddress(lengthType, at + 4, left - n);
    return priceOfPiece(n, inst.unit.prices.element, left - n);
  },
  'table.init': (inst, at, l, m) => {
    const from = held(at >> 1, inst.elems[l]);
    const { elements: to, type } = inst.tables[m];
    const [d, s, left] = [readAddress(type, at), S[at + 2] >>> 0, S[at + 4] >>> 0];
    checkElements({ start: s, n: left, size: from.length }, at + 2, NARROW, at + 4, NARROW);
    checkElements({ start: d, n: left, size: to.size }, at, type, at + 4, NARROW);
    const n = Math.min(left, PIECE_ELEMENTS);
    to.init(d, from, s, n);
    writeAddress(type, at, d + n);
    S[at + 2] = s + n;
    S[at + 4] = left - n;
    hold(at >> 1, from, left - n);
    return priceOfPiece(n, inst.unit.prices.element, left - n);
  },
  'elem.drop': (inst, _at, l) => {
    inst.elems[l] = [];
    return 0;
  },
  'ref.func': (inst, at, l) => {
    R[at >> 1] = inst.func(l);
    return 0;
  },
  'memory.size': (inst, at, l) => {
    writeAddress(inst.memories[l].type, at, inst.memories[l].pages);
    return 0;
  },
  'memory.fill': (inst, at, l) => {
    const { type } = inst.memories[l];
    const d = readAddress(type, at);
    const left = runLength(inst.memories[l], d, at, at + 4);
    const n = Math.min(left, PIECE_BYTES);
    if (n > 0) inst.memories[l].M8.fill(S[at + 2] & 0xff, d, d + n);
    writeAddress(type, at, d + n);
    writeAddress(type, at + 4, left - n);
    return priceOfPiece(n, inst.unit.prices.byte, left - n);
  },
  'memory.copy': (inst, at, l, m) => {
    const to = inst.memories[l];
    const from = inst.memories[m];
    const [d, s] = [readAddress(to.type, at), readAddress(from.type, at + 2)];
    const lengthType = narrower(to.type, from.type);
    const left = runLength(from, s, at + 2, at + 4, lengthType);
    runLength(to, d, at, at + 4, lengthType);
    const { n, skip, on } = part(left, PIECE_BYTES, d > s);
    // Views of a memory that was transferred away cannot be touched at all.
    if (n > 0 && to === from) to.M8.copyWithin(d + skip, s + skip, s + skip + n);
    else if (n > 0) to.M8.set(from.M8.subarray(s + skip, s + skip + n), d + skip);
    writeAddress(to.type, at, d + on);
    writeAddress(from.type, at + 2, s + on);
    writeAddress(lengthType, at + 4, left - n);
    return priceOfPiece(n, inst.unit.prices.byte, left - n);
  },
  'memory.init': (inst, at, l, m) => {
    const from = held(at >> 1, inst.datas[l]);
    const to = inst.memories[m];
    const [d, s, left] = [readAddress(to.type, at), S[at + 2] >>> 0, S[at + 4] >>> 0];
    if (s + left > from.length) throw new Trap('memory-out-of-bounds', `bytes ${s} to ${s + left} of ${from.length}`);
    runLength(to, d, at, at + 4, NARROW);
    const n = Math.min(left, PIECE_BYTES);
    if (n > 0) to.M8.set(from.subarray(s, s + n), d);
    writeAddress(to.type, at, d + n);
    S[at + 2] = s + n;
    S[at + 4] = left - n;
    hold(at >> 1, from, left - n);
    return priceOfPiece(n, inst.unit.prices.byte, left - n);
  },
  'data.drop': (inst, _at, l) => {
    inst.datas[l] = NO_BYTES;
    return 0;
  },
  'global.get': (inst, at, l) => {
    const global = inst.global(l);
    if (global.type.val > 0) R[at >> 1] = global.refs[global.at];
    else {
      for (let i = 0; i < 4; i++) S[at + i] = global.words[global.at + i];
    }
    return 0;
  },
  'global.set': (inst, at, l) => {
    const global = inst.global(l);
    if (global.type.val > 0) global.refs[global.at] = R[at >> 1];
    else {
      for (let i = 0; i < 4; i++) global.words[global.at + i] = S[at + i];
    }
    return 0;
  },
  'numbers.move': (_inst, at, l, m) => {
    S.copyWithin(at - 2 * l, at, at + 2 * m);
    return 0;
  },
  'values.move': (_inst, at, l, m) => {
    S.copyWithin(at - 2 * l, at, at + 2 * m);
    const from = at >> 1;
    for (let i = from; i < from + m; i++) R[i - l] = R[i];
    return 0;
  },
  'references.clear': (_inst, at, l) => {
    R.fill(null, at >> 1, (at >> 1) + l);
    return 0;
  },
  ...GC_FUNCTIONS,
};

/** The functions in the order of OUT_NAMES: what the number in an `out` op means. */
export const OUT_OF_LINE: readonly OutOfLine[] = OUT_NAMES.map((name) => FUNCTIONS[name]);
