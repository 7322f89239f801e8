// Decoding undoes encoding: any module, valid or not, comes back the same; and encoding decoded bytes is stable.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import type {
  Custom,
  DataSegment,
  ElemSegment,
  Expr,
  Functions,
  Import,
  ImportGroup,
  Module,
} from '../syntax/module.ts';
import {
  type CompType,
  F64,
  FUNCREF,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  type RecGroup,
  type SubType,
  V128,
  type ValType,
  ref,
} from '../syntax/types.ts';
import { encodeModule } from './encode.ts';

const index = fc.oneof(fc.nat({ max: 200 }), fc.constantFrom(0x7f, 0x80, 0xffff_ffff));
const list = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 3 });
const text = fc.string({ unit: 'binary', maxLength: 6 });
const heap = fc.oneof(fc.nat({ max: 999_999 }), fc.constantFrom(...Object.values(HEAP)));
const refType = fc
  .tuple(heap, fc.boolean(), fc.boolean())
  .map(([h, nullable, exact]): ValType => ref(h, nullable, exact && h >= 0));
const valType = fc.oneof(fc.constantFrom(I32, I64, F64, V128), refType);
const bound = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const limits = fc.record({ min: bound, max: fc.option(bound, { nil: undefined }) });
const addr = fc.constantFrom(I32, I64) as fc.Arbitrary<typeof I32 | typeof I64>;
const tableType = fc.record({ addr, limits, shared: fc.constant(false), elem: refType });
const memType = fc.record({ addr, limits, shared: fc.boolean(), pageSizeLog2: fc.nat({ max: 63 }) });
const globalType = fc.record({ val: valType, mutable: fc.boolean() });
const tagType = fc.record({ type: index });

const field = fc.record({ storage: fc.oneof(valType, fc.constantFrom(I8, I16)), mutable: fc.boolean() });
const comp = fc.oneof(
  fc.record({ kind: fc.constant('func' as const), params: list(valType), results: list(valType) }),
  fc.record({ kind: fc.constant('struct' as const), fields: list(field) }),
  fc.record({ kind: fc.constant('array' as const), field }),
) satisfies fc.Arbitrary<CompType>;
const subType = fc.record(
  { final: fc.boolean(), supers: list(index), comp, descriptor: index, describes: index },
  { requiredKeys: ['final', 'supers', 'comp'] },
) satisfies fc.Arbitrary<SubType>;

/** An expression: nops and numbers around an `end`, which is the last byte. */
const expr = fc
  .array(fc.constantFrom([0x01], [0x41, 0x0b], [0x02, 0x40, 0x0b], [0xd0, 0x70]), { maxLength: 3 })
  .map((parts): Expr => {
    // Junk on both sides, so that `start` and `end` matter.
    const bytes = Uint8Array.from([0xff, ...parts.flat(), 0x0b, 0xff]);
    return { bytes, start: 1, end: bytes.length - 1 };
  });

const importDesc = fc.oneof(
  fc.record({ kind: fc.constant('func' as const), type: index }),
  fc.record({ kind: fc.constant('func' as const), type: index, exact: fc.constant(true) }),
  fc.record({ kind: fc.constant('table' as const), type: tableType }),
  fc.record({ kind: fc.constant('memory' as const), type: memType }),
  fc.record({ kind: fc.constant('global' as const), type: globalType }),
  fc.record({ kind: fc.constant('tag' as const), type: tagType }),
);
const oneImport: fc.Arbitrary<Import> = fc.record({
  module: fc.constantFrom('', 'a', 'b'),
  name: text,
  desc: importDesc,
});

const elemMode: fc.Arbitrary<ElemSegment['mode']> = fc.oneof(
  fc.constantFrom({ kind: 'passive' as const }, { kind: 'declarative' as const }),
  fc.record({ kind: fc.constant('active' as const), table: index, offset: expr }),
);
const elem: fc.Arbitrary<ElemSegment> = fc.oneof(
  fc.record({
    type: fc.constant(ref(HEAP.func, false)),
    mode: elemMode,
    funcs: list(index).map((all) => Uint32Array.from(all)),
    exprs: fc.constant(undefined),
  }),
  fc.record({
    type: fc.oneof(fc.constant(FUNCREF), refType),
    mode: elemMode,
    funcs: fc.constant(undefined),
    exprs: list(expr),
  }),
);
const data: fc.Arbitrary<DataSegment> = fc.record({
  mode: fc.oneof(
    fc.constant({ kind: 'passive' as const }),
    fc.record({ kind: fc.constant('active' as const), memory: index, offset: expr }),
  ),
  init: fc.uint8Array({ maxLength: 5 }),
});

const functions = list(fc.tuple(index, fc.uint8Array({ maxLength: 5 }))).map((all): Functions => {
  const bytes = Uint8Array.from(all.flatMap(([, body]) => [...body]));
  const end = Uint32Array.from(all.map((_, i) => all.slice(0, i + 1).reduce((sum, [, body]) => sum + body.length, 0)));
  const start = Uint32Array.from(all.map(([, body], i) => end[i] - body.length));
  return { types: Uint32Array.from(all.map(([type]) => type)), bytes, start, end };
});

// In the order of the format: custom sections come back in the order of their places.
const PLACES = [0, 1, 2, 3, 4, 5, 13, 6, 7, 9, 10, 11];
const customs = list(fc.tuple(fc.constantFrom(...PLACES), text, fc.uint8Array({ maxLength: 5 }))).map((all) =>
  all
    .map(([after, name, bytes]): Custom => ({ name, bytes, offset: 0, after }))
    .sort((a, b) => PLACES.indexOf(a.after) - PLACES.indexOf(b.after)),
);

/** Sections that may be there without entries. */
const EMPTY = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13];

const oneExport = fc.record({
  name: text,
  kind: fc.constantFrom('func' as const, 'table' as const, 'memory' as const, 'global' as const, 'tag' as const),
  index,
});

const recGroupsOf = (groups: readonly (readonly SubType[])[]): RecGroup[] => {
  let start = 0;
  return groups.map(({ length }) => {
    start += length;
    return { start: start - length, length };
  });
};

const anyModule: fc.Arbitrary<Module> = fc
  .record({
    groups: list(list(subType)),
    imports: list(oneImport),
    importLengths: fc.option(fc.array(fc.integer({ min: 1, max: 3 })), { nil: undefined }),
    form: fc.record({ emptySections: fc.subarray(EMPTY), long: fc.uniqueArray(fc.nat({ max: 12 })) }),
    funcs: functions,
    tables: list(fc.record({ type: tableType, init: fc.option(expr, { nil: undefined }) })),
    memories: list(memType),
    tags: list(tagType),
    globals: list(fc.record({ type: globalType, init: expr })),
    exports: list(oneExport),
    start: fc.option(index, { nil: undefined }),
    elems: list(elem),
    counted: fc.boolean(),
    datas: list(data),
    customs,
  })
  .map(({ groups, importLengths, counted, ...rest }) => ({
    ...rest,
    types: groups.flat(),
    recGroups: recGroupsOf(groups),
    dataCount: counted ? rest.datas.length : undefined,
    ...importGroupsOf(rest.imports, importLengths),
  }));

/** The imports in groups of one module, of at most these lengths. */
function importGroupsOf(imports: readonly Import[], lengths: readonly number[] | undefined): Partial<Module> {
  if (lengths === undefined || imports.length === 0) return {};
  const importGroups: ImportGroup[] = [];
  for (let at = 0; at < imports.length; at += importGroups[importGroups.length - 1].length) {
    let length = 1;
    const most = lengths[importGroups.length] ?? 1;
    while (length < most && imports[at + length]?.module === imports[at].module) length++;
    importGroups.push({ form: 'items', length });
  }
  return { importGroups };
}

/** The module without offsets: expressions and bodies as their bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || value instanceof Uint32Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('bytes' in value && 'start' in value) {
    const { bytes, start, end } = value as Expr | Functions;
    if (typeof start === 'number') return [...bytes.subarray(start, end as number)];
    return [...start].map((from, i) => [...bytes.subarray(from, (end as Uint32Array)[i])]);
  }
  // A custom section's offset is a number; a segment's is an expression. Where a custom section comes after one that
  // is not there, it comes back after the one before; how the module is written is the next test's matter.
  const entries = Object.entries(value).filter(
    ([key, one]) => (key !== 'offset' || typeof one === 'object') && key !== 'after' && key !== 'form',
  );
  return Object.fromEntries(entries.map(([key, one]) => [key, plain(one)]));
}

test('a module comes back as it was', () => {
  fc.assert(
    fc.property(anyModule, (module) => {
      const back = decodeModule(encodeModule(module));
      expect(plain(back)).toEqual(plain(module));
      expect([...back.funcs.types]).toEqual([...module.funcs.types]);
    }),
    { numRuns: 500 },
  );
});

test('encoding what was decoded from encoded bytes gives the same bytes', () => {
  fc.assert(
    fc.property(anyModule, (module) => {
      const bytes = encodeModule(module);
      expect(encodeModule(decodeModule(bytes))).toEqual(bytes);
    }),
  );
});

test('any change of a byte decodes, or is refused as malformed', () => {
  fc.assert(
    fc.property(anyModule, fc.nat(), fc.nat({ max: 255 }), (module, at, value) => {
      const bytes = encodeModule(module);
      bytes[at % bytes.length] = value;
      try {
        decodeModule(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'malformed' });
      }
    }),
    { numRuns: 1000 },
  );
});
