import { describe, expect, it } from 'vitest';
import { BOT, HEAP, type HeapType, I32, I64, type RecGroup, type SubType, type ValType, ref } from '../syntax/types.ts';
import { func, memory, sub, tableType } from './builder.suite.ts';
import { importType, matchesExtern, matchesHeap, matchesVal } from './subtyping.ts';
import { NO_TYPES, TypeSpace, isSame, isSubtype } from './type-space.ts';

/** The space of types in groups of the given lengths. */
function spaceOf(types: readonly SubType[], lengths: readonly number[] = types.map(() => 1)): TypeSpace {
  let start = 0;
  const groups = lengths.map((length): RecGroup => ({ start: (start += length) - length, length }));
  const space = new TypeSpace(types, groups);
  for (const group of groups) space.add(group);
  return space;
}
const isHeap = (a: HeapType, b: HeapType, space = NO_TYPES): boolean => matchesHeap(space, a, space, b);
const isVal = (a: ValType, b: ValType, space = NO_TYPES): boolean => matchesVal(space, a, space, b);
const struct = (...storages: ValType[]): SubType['comp'] => ({
  kind: 'struct',
  fields: storages.map((storage) => ({ storage, mutable: false })),
});

describe('type spaces', () => {
  it('that had met another one kept the texts of all their types', () => {
    const one = spaceOf([sub(func([I64], [])), sub(struct(I32))]);
    one.close();
    const size = JSON.stringify(one).length;
    for (let i = 0; i < 3; i++) {
      expect([...one.meet(spaceOf([sub(struct(I32)), sub(struct(I64))]))]).toEqual([1, -1]);
      expect(JSON.stringify(one).length).toBe(size);
      expect(Object.values(one).filter((value) => value instanceof Map)).toEqual([]);
    }
  });

  it('equal groups of different modules are the same, wherever they stand', () => {
    const list = (self: number): SubType => sub(struct(I32, ref(self, true)));
    const one = spaceOf([list(0)]);
    const two = spaceOf([sub(func([I64], [])), list(1)]);
    expect([isSame(one, 0, two, 1), isSame(two, 1, one, 0)]).toEqual([true, true]);
    expect([isSame(one, 0, two, 0), isSame(two, 0, one, 0)]).toEqual([false, false]);
  });

  it('equal groups of one module have one canonical index, and one object', () => {
    const space = spaceOf([
      sub(struct(I64)),
      sub(func([], [])),
      sub(struct(I64)),
      sub(struct(ref(0, true), ref(2, true))),
    ]);
    expect([...space.canonical]).toEqual([0, 1, 0, 3]);
    expect(space.at(2)).toBe(space.at(0));
    expect(space.at(2)).not.toBe(space.at(3));
    expect(space.canonicalType(ref(2, true))).toBe(ref(0, true));
    expect(space.canonicalType(I32)).toBe(I32);
  });

  it('a type in a larger group is another type', () => {
    const space = spaceOf([sub(struct(I64)), sub(struct(I64)), sub(struct(I64))], [1, 2]);
    expect([...space.canonical]).toEqual([0, 1, 2]);
  });

  it('a group that refers to a type which the other module lacks is not there, whatever else is alike', () => {
    const refersTo = (comp: SubType['comp']): TypeSpace => spaceOf([sub(comp), sub(struct(ref(0, true)))]);
    const one = refersTo(struct(I32));
    expect(isSame(one, 1, refersTo(struct(I32)), 1)).toBe(true);
    expect(isSame(one, 1, refersTo(struct(I64)), 1)).toBe(false);
    // Of itself, of what comes before it, and of nothing: each in its own words.
    const itself = spaceOf([sub(struct(ref(0, true)))]);
    expect(isSame(one, 1, itself, 0)).toBe(false);
    expect(isSame(itself, 0, one, 1)).toBe(false);
  });

  it('all parts of a type tell it from others', () => {
    const types: SubType[] = [
      sub(func([I32], [])),
      sub(func([], [I32])),
      sub(func([I32], []), { final: false }),
      sub(struct(I32)),
      sub(struct(I32, I32)),
      sub({ kind: 'struct', fields: [{ storage: I32, mutable: true }] }),
      sub({ kind: 'array', field: { storage: I32, mutable: false } }),
      sub({ kind: 'array', field: { storage: ref(HEAP.any, true), mutable: false } }),
      sub({ kind: 'array', field: { storage: ref(HEAP.any, false), mutable: false } }),
      sub({ kind: 'array', field: { storage: ref(0, false), mutable: false } }),
      sub({ kind: 'array', field: { storage: ref(0, false, true), mutable: false } }),
      sub({ kind: 'array', field: { storage: ref(1, false), mutable: false } }),
      sub(struct(I32), { final: false }),
      sub(struct(I32), { supers: [12] }),
    ];
    const space = spaceOf(types);
    expect([...space.canonical]).toEqual(types.map((_, i) => i));
    expect([...spaceOf(types).meet(space)]).toEqual(types.map((_, i) => i));
  });

  it('subtypes of what two modules have in common match in both, also where one of them lacks the subtype', () => {
    const base = sub(struct(), { final: false });
    const one = spaceOf([
      base,
      sub(struct(I32), { final: false, supers: [0] }),
      sub(struct(I32, I32), { supers: [1] }),
    ]);
    const two = spaceOf([sub(func([], [])), base]);
    expect(isSubtype(one, 2, two, 1)).toBe(true);
    expect(isSubtype(two, 1, one, 2)).toBe(false);
    expect(isSubtype(one, 2, two, 0)).toBe(false);
    expect(isSubtype(two, 1, one, 0)).toBe(true);
  });

  it('declared supertypes are found through any number of steps', () => {
    const types: SubType[] = [sub(struct(), { final: false })];
    for (let i = 1; i < 64; i++) types.push(sub(struct(), { final: false, supers: [i - 1] }));
    const space = spaceOf(types);
    expect(space.isBelow(63, 0)).toBe(true);
    expect(space.isBelow(0, 63)).toBe(false);
    expect(space.isBelow(40, 40)).toBe(true);
  });

  it('a hundred thousand types that differ in one number each are told apart in linear time', () => {
    const types = Array.from({ length: 100_000 }, (_, i) => sub(struct(ref(Math.max(0, i - 1), true))));
    const space = spaceOf(types);
    // Type 0 refers to itself, type 1 to type 0: these are not the same.
    expect(space.canonical.every((index, i) => index === i)).toBe(true);
    expect(space.canonical).toEqual(Uint32Array.from(spaceOf(types).meet(space)));
  });
});

describe('matching', () => {
  it('the abstract heap types are as the spec orders them', () => {
    const order = [
      'none',
      'i31',
      'struct',
      'array',
      'eq',
      'any',
      'nofunc',
      'func',
      'noextern',
      'extern',
      'noexn',
      'exn',
    ] as const;
    const above = (name: (typeof order)[number]): string =>
      order.filter((other) => isHeap(HEAP[name], HEAP[other])).join(' ');
    expect(above('none')).toBe('none i31 struct array eq any');
    expect(above('i31')).toBe('i31 eq any');
    expect(above('struct')).toBe('struct eq any');
    expect(above('array')).toBe('array eq any');
    expect(above('eq')).toBe('eq any');
    expect(above('any')).toBe('any');
    expect(above('nofunc')).toBe('nofunc func');
    expect(above('noextern')).toBe('noextern extern');
    expect(above('noexn')).toBe('noexn exn');
  });

  it('defined types stand between their bottom and their kind', () => {
    const space = spaceOf([sub(func([], [])), sub(struct())]);
    expect([isHeap(0, HEAP.func, space), isHeap(HEAP.nofunc, 0, space), isHeap(HEAP.none, 0, space)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isHeap(1, HEAP.eq, space), isHeap(HEAP.none, 1, space), isHeap(1, HEAP.array, space)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('a nullable reference does not match a non-null one; bot matches all', () => {
    expect(isVal(ref(HEAP.func, false), ref(HEAP.func, true))).toBe(true);
    expect(isVal(ref(HEAP.func, true), ref(HEAP.func, false))).toBe(false);
    expect(isVal(BOT, I32)).toBe(true);
    expect(isVal(I32, I64)).toBe(false);
  });

  it('an exact type is matched by itself and its bottom only', () => {
    const space = spaceOf([sub(struct(), { final: false }), sub(struct(I32), { supers: [0] })]);
    const exact = (index: number): ValType => ref(index, false, true);
    expect(isVal(exact(1), ref(0, false), space)).toBe(true);
    expect(isVal(exact(1), exact(0), space)).toBe(false);
    expect(isVal(ref(0, false), exact(0), space)).toBe(false);
    expect(isVal(ref(HEAP.none, false), exact(0), space)).toBe(true);
  });

  it('the same index means another type in another space', () => {
    const [one, two] = [spaceOf([sub(struct(I32))]), spaceOf([sub(struct(I64)), sub(struct(I32))])];
    expect(matchesVal(one, ref(0, true), two, ref(0, true))).toBe(false);
    expect(matchesVal(one, ref(0, true), two, ref(1, true))).toBe(true);
    expect(matchesVal(one, ref(0, true, true), two, ref(1, true, true))).toBe(true);
    expect(matchesVal(one, ref(HEAP.any, true), two, ref(HEAP.any, true))).toBe(true);
  });

  it('what an import asks for is of the space of its module', () => {
    const space = spaceOf([sub(func([], []), { final: false }), sub(func([], []), { supers: [0] })]);
    const asked = importType(space, { kind: 'func', type: 0 });
    const exactly = importType(space, { kind: 'func', type: 0, exact: true });
    const given = { kind: 'func', type: space.at(1) } as const;
    expect(matchesExtern(given, asked)).toBe(true);
    expect(matchesExtern(given, exactly)).toBe(false);
    expect(matchesExtern({ kind: 'func', type: space.at(0) }, exactly)).toBe(true);
    const global = importType(space, { kind: 'global', type: { val: ref(1, true), mutable: true } });
    expect(global).toEqual({ kind: 'global', type: { val: ref(1, true), mutable: true }, space });
  });

  it('external types match by bounds, mutability and type', () => {
    const mem = (min: bigint, max?: bigint): Parameters<typeof matchesExtern>[0] => ({
      kind: 'memory',
      type: memory(min, max),
    });
    expect(matchesExtern(mem(2n, 3n), mem(1n, 4n))).toBe(true);
    expect(matchesExtern(mem(2n), mem(1n))).toBe(true);
    expect(matchesExtern(mem(2n), mem(1n, 4n))).toBe(false);
    expect(matchesExtern(mem(0n, 3n), mem(1n, 4n))).toBe(false);
    const table = { kind: 'table', type: tableType(1n, 2n), space: NO_TYPES } as const;
    expect(matchesExtern(table, table)).toBe(true);
    expect(matchesExtern(table, { ...table, type: tableType(1n, 2n, ref(HEAP.func, false)) })).toBe(false);
    const global = (val: ValType, mutable: boolean) =>
      ({ kind: 'global', type: { val, mutable }, space: NO_TYPES }) as const;
    expect(matchesExtern(global(ref(HEAP.func, false), false), global(ref(HEAP.func, true), false))).toBe(true);
    expect(matchesExtern(global(ref(HEAP.func, false), true), global(ref(HEAP.func, true), true))).toBe(false);
    expect(matchesExtern(global(I32, false), mem(1n))).toBe(false);
  });
});
