// Runs of cells: small arrays are JS arrays, larger ones of numbers typed arrays; both behave the same.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExhaustionError } from '../../../errors.ts';
import { cellsOf } from '../../../runtime/layout.ts';
import { type Cells, blankCells, bytesOfArray, layoutOf } from '../../../runtime/objects.ts';
import { F32, F64, FUNCREF, I16, I32, I64, I8, V128 } from '../../../syntax/types.ts';
import { REFERENCES as R, SLOTS as S } from '../../state/stack.ts';
import { growReferences } from '../../state/loop-support.ts';
import { bytesOf, copyCells, fillCells, readCells, writeCell } from './cells.ts';

const NUMBERS = [I8, I16, I32, F32, I64, F64, V128];
const list = (cells: Cells): unknown[] => Array.from(cells as ArrayLike<unknown>);

/** An array of `length` elements whose cells are numbered from `first` on. */
function numbered(storage: number, length: number, first: number): Cells {
  const cells = blankCells(layoutOf(storage), length);
  for (let i = 0; i < length * cellsOf(storage); i++) cells[i] = (first + i) & 0x7f;
  return cells;
}

test('copies do as if they went through a copy, in small and large arrays, also where they overlap', () => {
  const run = fc.record({
    storage: fc.constantFrom(...NUMBERS),
    large: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    d: fc.nat(9),
    s: fc.nat(9),
    n: fc.nat(10),
  });
  fc.assert(
    fc.property(run, ({ storage, large: [first, second, same], d, s, n }) => {
      const size = cellsOf(storage);
      const to = numbered(storage, first ? 100 : 20, 1);
      const from = same ? to : numbered(storage, second ? 100 : 20, 50);
      const before = list(from).slice(s * size, (s + n) * size);
      const expected = list(to);
      expected.splice(d * size, n * size, ...before);
      copyCells(to, d, from, s, n, size);
      expect(list(to)).toEqual(expected);
    }),
  );
});

test('data segments are read little-endian, packed values without their sign', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => 0xf0 + i);
  for (const length of [2, 100]) {
    const read = (storage: number): unknown[] => {
      const cells = blankCells(layoutOf(storage), length);
      readCells(cells, storage, 1, bytes, 3, 1);
      return list(cells).slice(cellsOf(storage), 2 * cellsOf(storage));
    };
    expect(read(I8)).toEqual([0xf3]);
    expect(read(I16)).toEqual([0xf4f3]);
    expect(read(I32)).toEqual([0xf6f5f4f3 | 0]);
    expect(read(F64)).toEqual([0xf6f5f4f3 | 0, 0xfaf9f8f7 | 0]);
    expect(read(V128)).toHaveLength(4);
    expect(read(V128)[3]).toBe(0x0201_00ff | 0);
  }
  expect(NUMBERS.map(bytesOf)).toEqual([1, 2, 4, 4, 8, 8, 16]);
});

test('filling masks packed values and writes all words of wide ones', () => {
  growReferences(8);
  S.set([-2, 7, 8, 9], 4);
  R[2] = 'reference';
  const filled = (storage: number, length: number): unknown[] => {
    const cells = blankCells(layoutOf(storage), length);
    fillCells(cells, storage, 1, 2, 2);
    return list(cells).slice(0, 4 * cellsOf(storage));
  };
  for (const length of [4, 200]) {
    expect(filled(I8, length)).toEqual([0, 0xfe, 0xfe, 0]);
    expect(filled(I16, length)).toEqual([0, 0xfffe, 0xfffe, 0]);
    expect(filled(I64, length)).toEqual([0, 0, -2, 7, -2, 7, 0, 0]);
    expect(filled(V128, length).slice(4, 8)).toEqual([-2, 7, 8, 9]);
    expect(filled(FUNCREF, length)).toEqual([null, 'reference', 'reference', null]);
  }
  const fields: unknown[] = [0, 0, null];
  writeCell(fields, F64, 0, 2);
  writeCell(fields, FUNCREF, 2, 2);
  expect(fields).toEqual([-2, 7, 'reference']);
});

test('an array above the limits is refused before anything is allocated', () => {
  expect(() => bytesOfArray(layoutOf(I8), 2 ** 32 - 1)).toThrow(ExhaustionError);
  expect(() => bytesOfArray(layoutOf(V128), 2 ** 30)).toThrow('out of memory');
  expect(() => bytesOfArray(layoutOf(FUNCREF), 10_000_001)).toThrow(ExhaustionError);
});
