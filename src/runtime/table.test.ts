import { expect, test } from 'vitest';
import { FUNCREF, HEAP, I32, ref, type TableType } from '../syntax/types.ts';
import { Func } from './instance.ts';
import { Global } from './global.ts';
import { Table } from './table.ts';
import { funcType } from '../validator/type-space.ts';

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

test('what the host puts into a table is of the type of the table, and what it reads cannot be written to', () => {
  const func = new Func(funcType([], []), undefined, -1, () => undefined);
  const table = new Table(type);
  for (const value of [5, {}, undefined, 'x', () => 1]) {
    expect(() => table.set(0, value)).toThrow(TypeError);
    expect(() => table.grow(1, value)).toThrow(TypeError);
    expect(() => new Table(type, value)).toThrow(TypeError);
  }
  table.set(0, func);
  expect(table.get(0)).toBe(func);
  expect(() => {
    (table.elems as unknown[])[0] = 5;
  }).toThrow(TypeError);
  expect(table.elems).toEqual([func]);
  for (const index of [1, -1, 0.5, Number.NaN]) expect(() => table.get(index)).toThrow(RangeError);
  for (const index of ['0', 0n, null]) expect(() => table.set(index as unknown as number, null)).toThrow(TypeError);
  expect(() => new Table({ ...type, elem: ref(HEAP.func, false) })).toThrow(TypeError);
  expect(() => new Table({ ...type, elem: I32 })).toThrow(TypeError);
});

test('the type of a table is its own: nobody changes it, nor by the object that was given', () => {
  const given = { ...type, limits: { ...type.limits } };
  const table = new Table(given);
  given.elem = I32;
  expect(table.type).toEqual(type);
  expect(Object.isFrozen(table.type) && Object.isFrozen(table.type.limits)).toBe(true);
});

test("a table of a module's own type is made by that module only: elsewhere its index means nothing", () => {
  for (const elem of [ref(0, true), ref(3, true)]) {
    expect(() => new Table({ ...type, elem })).toThrow("a type of a module's own");
    expect(() => new Global({ val: elem, mutable: true })).toThrow("a type of a module's own");
  }
});
