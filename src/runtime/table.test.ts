import { expect, test } from 'vitest';
import { FUNCREF, I32, type TableType } from '../syntax/types.ts';
import { Table } from './table.ts';

const type: TableType = { addr: I32, limits: { min: 1n, max: 2n }, shared: false, elem: FUNCREF };

test('what is no type of a table is refused', () => {
  const odd =
    (given: object): (() => Table) =>
    () =>
      new Table({ ...type, ...given } as TableType);
  expect(odd({})().size).toBe(1);
  for (const given of [{ limits: { min: 1 } }, { limits: null }, { elem: 'funcref' }, { addr: undefined }]) {
    expect(odd(given)).toThrow(TypeError);
  }
  for (const limits of [
    { min: -1n, max: undefined },
    { min: 3n, max: 2n },
  ]) {
    expect(odd({ limits })).toThrow(RangeError);
  }
  expect(() => new Table(null as unknown as TableType)).toThrow(TypeError);
});
