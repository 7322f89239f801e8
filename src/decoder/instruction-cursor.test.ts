import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Writer } from '../encoder/writer.ts';
import type { Part, Parts } from '../syntax/immediates.ts';
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import { FUNCREF, HEAP, I32, I64, type ValType, ref } from '../syntax/types.ts';
import { type Part as Bytes, bytes, malformed, u32 } from './bytes.suite.ts';
import { InstructionCursor } from './instruction-cursor.ts';

type Fields = Partial<InstructionCursor>;

/** Immediates as bytes, and the cursor's fields that they have to give. */
interface Sample {
  readonly write: (writer: Writer, row: Row) => void;
  readonly fields: (row: Row) => Fields;
}

const anyIndex = fc.integer({ min: 0, max: 0xffff_ffff });
const anyByte = fc.integer({ min: 0, max: 255 });
const anyHeap = fc.oneof(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom(...Object.values(HEAP)));
const anyValType = fc.oneof(
  fc.constantFrom(I32, I64, FUNCREF),
  fc.tuple(anyHeap, fc.boolean()).map(([heap, nullable]) => ref(heap, nullable)),
);

const nothing: Sample = { write: () => {}, fields: () => ({}) };
/** An index: the kind's first part or the second. */
const index = (place: number): fc.Arbitrary<Sample> =>
  anyIndex.map((value) => ({
    write: (w) => w.u32(value),
    fields: () => (place === 0 ? { index: value } : { index2: value }),
  }));
const twoIndices: fc.Arbitrary<Sample> = fc.tuple(anyIndex, anyIndex).map(([a, b]) => ({
  write: (w) => {
    w.u32(a);
    w.u32(b);
  },
  fields: () => ({ index: a, index2: b }),
}));
const lane: fc.Arbitrary<Sample> = anyByte.map((value) => ({
  write: (w) => w.byte(value),
  fields: () => ({ lane: value }),
}));
const lowHigh = (value: bigint): Fields => ({
  lo: Number(BigInt.asIntN(32, value)),
  hi: Number(BigInt.asIntN(32, value >> 32n)),
});
const memarg: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.integer({ min: 0, max: 63 }),
    fc.oneof(fc.constant(0), anyIndex),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  )
  .map(([align, memory, offset]) => ({
    write: (w) => {
      w.u32(align | (memory === 0 ? 0 : 0x40));
      if (memory !== 0) w.u32(memory);
      w.u64(offset);
    },
    fields: () => ({ align, index: memory, ...lowHigh(offset) }),
  }));
const blockType: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant<Sample>({ write: (w) => w.byte(0x40), fields: () => ({ typeIndex: -1, valType: 0 }) }),
  anyIndex.map((value) => ({ write: (w: Writer) => w.s33(value), fields: () => ({ typeIndex: value, valType: 0 }) })),
  anyValType.map((type) => ({
    write: (w: Writer) => w.valType(type),
    fields: () => ({ typeIndex: -1, valType: type }),
  })),
);
const catches = fc.array(
  fc.record({
    kind: fc.constantFrom('catch', 'catch_ref', 'catch_all', 'catch_all_ref'),
    tag: anyIndex,
    label: anyIndex,
  }),
  { maxLength: 5 },
);
const sixteen: fc.Arbitrary<Sample> = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((values) => ({
  write: (w) => w.bytes(values),
  fields: () => ({}),
}));

const both = (a: fc.Arbitrary<Sample>, b: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> =>
  fc.tuple(a, b).map(([first, second]) => ({
    write: (w, row) => {
      first.write(w, row);
      second.write(w, row);
    },
    fields: (row) => ({ ...first.fields(row), ...second.fields(row) }),
  }));

function vectorOf<T>(
  values: fc.Arbitrary<T[]>,
  write: (w: Writer, one: T) => void,
  fields: (all: T[]) => Fields,
): fc.Arbitrary<Sample> {
  return values.map((all) => ({
    write: (w) => {
      w.u32(all.length);
      for (const one of all) write(w, one);
    },
    fields: () => fields(all),
  }));
}

/** Of two opcodes of a name the second is for nullable types. */
const nullableByRow = (row: Row): boolean => INSTRUCTIONS.filter((one) => one.name === row.name).indexOf(row) === 1;

const castBranch: fc.Arbitrary<Sample> = fc
  .tuple(anyIndex, anyHeap, anyHeap, fc.boolean(), fc.boolean())
  .map(([label, from, to, fromNull, toNull]) => ({
    write: (w) => {
      w.byte((fromNull ? 1 : 0) | (toNull ? 2 : 0));
      w.u32(label);
      w.heapType(from);
      w.heapType(to);
    },
    fields: () => ({ index: label, valType: ref(from, fromNull), valType2: ref(to, toNull) }),
  }));

const CATCH_CODES = { catch: 0, catch_ref: 1, catch_all: 2, catch_all_ref: 3 } as const;
const catchVector = catches.map((list): Sample => {
  const clauses = list.map((one) => ({
    kind: one.kind as keyof typeof CATCH_CODES,
    tag: one.kind.startsWith('catch_all') ? -1 : one.tag,
    label: one.label,
  }));
  return {
    write: (w) => {
      w.u32(clauses.length);
      for (const { kind, tag, label } of clauses) {
        w.byte(CATCH_CODES[kind]);
        if (tag !== -1) w.u32(tag);
        w.u32(label);
      }
    },
    fields: () => ({ catches: clauses }),
  };
});

const SAMPLES: Readonly<Record<Part, fc.Arbitrary<Sample> | ((place: number) => fc.Arbitrary<Sample>)>> = {
  block: blockType,
  catches: catchVector,
  label: index,
  labels: fc.array(anyIndex, { minLength: 1, maxLength: 20 }).map((labels) => ({
    write: (w) => {
      w.u32(labels.length - 1);
      for (const one of labels) w.u32(one);
    },
    fields: () => ({ labels }),
  })),
  func: index,
  local: index,
  global: index,
  tag: index,
  data: index,
  elem: index,
  type: index,
  table: index,
  memory: index,
  type_use: index,
  field: index,
  count: index,
  select: vectorOf<ValType>(
    fc.array(anyValType, { maxLength: 4 }),
    (w, type) => w.valType(type),
    (types) => ({ types }),
  ),
  memarg,
  lane,
  lanes: sixteen,
  v128: sixteen,
  i32: fc.integer().map((value) => ({ write: (w) => w.s33(value), fields: () => ({ lo: value }) })),
  i64: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map((value) => ({
    write: (w) => w.s64(value),
    fields: () => lowHigh(value),
  })),
  f32: fc.integer().map((value) => ({ write: (w) => w.bits32(value), fields: () => ({ lo: value }) })),
  f64: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => ({
    write: (w) => w.bits64(value),
    fields: () => lowHigh(value),
  })),
  table_table: twoIndices,
  memory_memory: twoIndices,
  heap: anyHeap.map((heap) => ({ write: (w) => w.heapType(heap), fields: () => ({ valType: ref(heap, true) }) })),
  ref_type: fc.tuple(fc.integer({ min: 0, max: 999_999 }), fc.boolean()).map(([heap, exact]) => ({
    write: (w) => w.refTo(ref(heap, false, exact)),
    fields: (row) => ({ valType: ref(heap, nullableByRow(row), exact) }),
  })),
  cast_branch: castBranch,
  fence: fc.constant({ write: (w) => w.byte(0), fields: () => ({}) }),
};

const sampleOf = (parts: Parts): fc.Arbitrary<Sample> =>
  [...parts]
    .map((part, place) => {
      const sample = SAMPLES[part];
      return typeof sample === 'function' ? sample(place) : sample;
    })
    .reduce(both, fc.constant(nothing));

describe('every row of the instruction table', () => {
  test.each(INSTRUCTIONS.map((row) => [`${row.name} (${row.code.toString(16)})`, row] as const))(
    'is read as it was written: %s',
    (_, row) => {
      fc.assert(
        fc.property(sampleOf(row.parts), (sample) => {
          const writer = new Writer();
          writer.opcode(row.code);
          const immOffset = writer.length;
          sample.write(writer, row);
          const end = writer.length;
          writer.byte(0x0b);
          const cursor = new InstructionCursor(writer.take(), 0, writer.length);
          cursor.next();
          expect(cursor.row).toBe(row);
          expect([cursor.at, cursor.immOffset, cursor.offset]).toEqual([0, immOffset, end]);
          expect(cursor).toMatchObject(sample.fields(row));
        }),
        { numRuns: 20 },
      );
    },
  );
});

const over = (...parts: readonly Bytes[]): InstructionCursor => {
  const all = bytes(...parts);
  return new InstructionCursor(all, 0, all.length);
};
const refused = (...parts: readonly Bytes[]): string => malformed(() => over(...parts).next());

test('a block type of -129 is not taken for i32', () => {
  expect(refused(0x02, 0xff, 0x7e, 0x0b)).toMatch(/^malformed block type: -129/);
  expect(refused(0x02, 0xff, 0x7f, 0x0b)).toMatch(/^malformed block type: -1/);
});

test('a block type index of 2^32-1 is read as it is', () => {
  const cursor = over(0x02, 0xff, 0xff, 0xff, 0xff, 0x0f);
  cursor.next();
  expect(cursor.typeIndex).toBe(4294967295);
});

test('a padded sub-code is the same instruction, and is not cut to a byte', () => {
  const cursor = over(0xfc, 0x80, 0x00);
  cursor.next();
  expect(cursor.row.name).toBe('i32.trunc_sat_f32_s');
  const simd = over(0xfd, 0xe4, 0x81, 0x80, 0x80, 0x00);
  simd.next();
  expect(simd.row.name).toBe('f32x4.add');
  expect(refused(0xfc, 0x80, 0x02)).toMatch(/^illegal opcode fc 100/);
  expect(refused(0xfc, 0x80, 0x80, 0x04)).toMatch(/^illegal opcode fc 10000/);
  expect(refused(0xfd, 0xff, 0xff, 0xff, 0xff, 0x0f)).toMatch(/^illegal opcode fd ffffffff/);
});

test('opcodes without a row are illegal', () => {
  for (const code of [0x16, 0x17, 0x1d, 0x1e, 0x27, 0xc5, 0xcf, 0xd7, 0xf3, 0xff]) {
    expect(refused(code, 0)).toMatch(new RegExp(`^illegal opcode ${code.toString(16)}`));
  }
});

test('a br_table of 2^32-4 to 2^32-1 labels is refused, one of 65,520 or a million is read', () => {
  for (let count = 0xffff_fffc; count <= 0xffff_ffff; count++) {
    expect(refused(0x0e, u32(count), 0, 0)).toMatch(/^length out of bounds/);
  }
  for (const count of [0, 65_520, 1_000_000]) {
    const cursor = over(0x0e, u32(count), new Uint8Array(count + 1));
    cursor.next();
    expect(cursor.labels).toHaveLength(count + 1);
  }
});

test('the types of select and the clauses of try_table are bounded by the bytes that remain', () => {
  expect(refused(0x1c, u32(0xffff_ffff), 0x7f)).toMatch(/^length out of bounds/);
  expect(refused(0x1f, 0x40, u32(0xffff_ffff), 0)).toMatch(/^length out of bounds/);
});

test('reserved bits and bytes have to be zero', () => {
  expect(refused(0x28, 0x80, 0x01, 0x00)).toMatch(/^malformed memop flags/);
  expect(refused(0xfb, 0x18, 0x04, 0, 0x6e, 0x6e)).toMatch(/^malformed br_on_cast flags/);
  expect(refused(0xfe, 0x03, 0x01)).toMatch(/^zero byte expected/);
  expect(refused(0x1f, 0x40, 0x01, 0x04, 0x00)).toMatch(/^malformed catch clause/);
});

test('a missing end is named by what stands behind it', () => {
  const missing = (next: readonly number[]): string => {
    const all = bytes(0x01, next);
    const cursor = new InstructionCursor(all, 0, 1);
    cursor.next();
    return malformed(() => cursor.next());
  };
  expect(missing([])).toMatch(/^unexpected end of section or function/);
  expect(missing([0x0b])).toMatch(/^section size mismatch/);
  expect(missing([0x05])).toMatch(/^END opcode expected/);
});

test('whatever the bytes, an instruction is read within them or refused as malformed', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 24 }),
      fc.constantFrom(0x0e, 0x1c, 0x1f, 0xfb, 0xfc, 0xfd, 0xfe, 0x28),
      (tail, first) => {
        const cursor = over(first, tail);
        malformed(() => {
          while (!cursor.done) cursor.next();
        });
        return cursor.offset <= tail.length + 1;
      },
    ),
    { numRuns: 2000 },
  );
});
