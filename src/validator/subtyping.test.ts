import { describe, expect, it } from 'vitest';
import { BOT, HEAP, I32, I64, type RecGroup, type SubType, type ValType, ref } from '../syntax/types.ts';
import { canonicalType, canonicaliseGroup, closeType, isCanonicalSubtype } from './canonical.ts';
import { func, memory, sub, tableType } from './builder.suite.ts';
import { closeImport, matchesExtern, matchesHeap, matchesIn, matchesVal } from './subtyping.ts';

/** Canonical ids of types in groups of the given lengths. */
function canonicalise(types: readonly SubType[], lengths: readonly number[]): Uint32Array {
  const canonical = new Uint32Array(types.length);
  let start = 0;
  for (const length of lengths) {
    canonicaliseGroup(types, { start, length } satisfies RecGroup, canonical);
    start += length;
  }
  return canonical;
}
const struct = (...storages: ValType[]): SubType['comp'] => ({
  kind: 'struct',
  fields: storages.map((storage) => ({ storage, mutable: false })),
});

describe('canonical ids', () => {
  it('equal groups of different modules have equal ids, wherever they stand', () => {
    const list = (self: number): SubType => sub(struct(I32, ref(self, true)));
    const one = canonicalise([list(0)], [1]);
    const two = canonicalise([sub(func([I64], [])), list(1)], [1, 1]);
    expect(two[1]).toBe(one[0]);
    expect(two[0]).not.toBe(one[0]);
  });

  it('a type in a larger group is another type', () => {
    const alone = canonicalise([sub(struct(I64))], [1]);
    const pair = canonicalise([sub(struct(I64)), sub(struct(I64))], [2]);
    expect(new Set([alone[0], pair[0], pair[1]]).size).toBe(3);
  });

  it('closed types refer to canonical ids', () => {
    const canonical = canonicalise([sub(func([], [I64, I64])), sub(func([ref(0, true)], []))], [1, 1]);
    const comp = canonicalType(canonical[1]).comp;
    expect(comp.kind === 'func' && comp.params[0]).toBe(ref(canonical[0], true));
    expect(closeType(canonical, ref(1, false))).toBe(ref(canonical[1], false));
    expect(closeType(canonical, I32)).toBe(I32);
  });

  it('declared supertypes are found through any number of steps', () => {
    const types: SubType[] = [sub(struct(), { final: false })];
    for (let i = 1; i < 64; i++) types.push(sub(struct(), { final: false, supers: [i - 1] }));
    const canonical = canonicalise(types, new Array<number>(64).fill(1));
    expect(isCanonicalSubtype(canonical[63], canonical[0])).toBe(true);
    expect(isCanonicalSubtype(canonical[0], canonical[63])).toBe(false);
    expect(isCanonicalSubtype(canonical[40], canonical[40])).toBe(true);
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
      order.filter((other) => matchesHeap(HEAP[name], HEAP[other])).join(' ');
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
    const canonical = canonicalise([sub(func([], [])), sub(struct())], [1, 1]);
    const [f, s] = canonical;
    expect([matchesHeap(f, HEAP.func), matchesHeap(HEAP.nofunc, f), matchesHeap(HEAP.none, f)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([matchesHeap(s, HEAP.eq), matchesHeap(HEAP.none, s), matchesHeap(s, HEAP.array)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('a nullable reference does not match a non-null one; bot matches all', () => {
    expect(matchesVal(ref(HEAP.func, false), ref(HEAP.func, true))).toBe(true);
    expect(matchesVal(ref(HEAP.func, true), ref(HEAP.func, false))).toBe(false);
    expect(matchesVal(BOT, I32)).toBe(true);
    expect(matchesVal(I32, I64)).toBe(false);
  });

  it('an exact type is matched by itself and its bottom only', () => {
    const canonical = canonicalise([sub(struct(), { final: false }), sub(struct(I32), { supers: [0] })], [1, 1]);
    const exact = (index: number): ValType => ref(index, false, true);
    expect(matchesIn(canonical, exact(1), ref(0, false))).toBe(true);
    expect(matchesIn(canonical, exact(1), exact(0))).toBe(false);
    expect(matchesIn(canonical, ref(0, false), exact(0))).toBe(false);
    expect(matchesIn(canonical, ref(HEAP.none, false), exact(0))).toBe(true);
  });

  it('what an import asks for is closed over canonical ids', () => {
    const canonical = canonicalise([sub(func([], []), { final: false }), sub(func([], []), { supers: [0] })], [1, 1]);
    const asked = closeImport(canonical, { kind: 'func', type: 0 });
    const exactly = closeImport(canonical, { kind: 'func', type: 0, exact: true });
    const given = { kind: 'func', type: canonical[1] } as const;
    expect(matchesExtern(given, asked)).toBe(true);
    expect(matchesExtern(given, exactly)).toBe(false);
    expect(matchesExtern({ kind: 'func', type: canonical[0] }, exactly)).toBe(true);
    const global = closeImport(canonical, { kind: 'global', type: { val: ref(1, true), mutable: true } });
    expect(global).toEqual({ kind: 'global', type: { val: ref(canonical[1], true), mutable: true } });
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
    const table = { kind: 'table', type: tableType(1n, 2n) } as const;
    expect(matchesExtern(table, table)).toBe(true);
    expect(matchesExtern(table, { kind: 'table', type: tableType(1n, 2n, ref(HEAP.func, false)) })).toBe(false);
    const global = (val: ValType, mutable: boolean) => ({ kind: 'global', type: { val, mutable } }) as const;
    expect(matchesExtern(global(ref(HEAP.func, false), false), global(ref(HEAP.func, true), false))).toBe(true);
    expect(matchesExtern(global(ref(HEAP.func, false), true), global(ref(HEAP.func, true), true))).toBe(false);
    expect(matchesExtern(global(I32, false), mem(1n))).toBe(false);
  });
});
