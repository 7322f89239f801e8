// The reader undoes the writer, and nothing else than MalformedError comes out of any bytes.
import fc from 'fast-check';
import { test } from 'vitest';
import { Writer } from '../encoder/writer.ts';
import { EXTERNREF, F32, F64, HEAP, I32, I64, V128, ref } from '../syntax/types.ts';
import { malformed } from './bytes.suite.ts';
import { Reader } from './reader.ts';

function written(write: (writer: Writer) => void): Reader {
  const writer = new Writer();
  write(writer);
  return new Reader(writer.take());
}

const s64Of = (reader: Reader): bigint => (BigInt(reader.hi) << 32n) | BigInt(reader.lo >>> 0);

test('u32 is read as written, and all bytes are used', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      const reader = written((w) => w.u32(value));
      return reader.u32() === value && reader.done;
    }),
  );
});

test('s32 and s33 are read as written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2147483648, max: 2147483647 }), (value) => {
      const [a, b] = [written((w) => w.s33(value)), written((w) => w.s33(value))];
      return a.s32() === value && b.s33() === value && a.done && b.done;
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: -4294967296, max: 4294967295 }), (value) => {
      const reader = written((w) => w.s33(value));
      return reader.s33() === value && reader.done;
    }),
  );
});

test('s64 and u64 are read as written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (value) => {
      const signed = written((w) => w.s64(value));
      signed.s64();
      const unsigned = written((w) => w.u64(value));
      unsigned.u64();
      return s64Of(signed) === value && s64Of(unsigned) === value && signed.done && unsigned.done;
    }),
  );
});

test('names are read as written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const reader = written((w) => w.name(text));
      return reader.name() === text && reader.done;
    }),
  );
});

test('value types are read as written', () => {
  const heap = fc.oneof(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom(...Object.values(HEAP)));
  const reference = fc
    .tuple(heap, fc.boolean(), fc.boolean())
    .map(([index, nullable, exact]) => ref(index, nullable, exact && index >= 0));
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(I32, I64, F32, F64, V128, EXTERNREF), reference), (type) => {
      const reader = written((w) => w.valType(type));
      return reader.valType() === type && reader.done;
    }),
  );
});

test('whatever the bytes, a read gives a value or a MalformedError', () => {
  const reads: ((reader: Reader) => unknown)[] = [
    (r) => r.u32(),
    (r) => r.s32(),
    (r) => r.s33(),
    (r) => r.s64(),
    (r) => r.u64(),
    (r) => r.name(),
    (r) => r.valType(),
    (r) => r.refType(),
    (r) => r.storageType(),
    (r) => r.heapType(),
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), fc.constantFrom(...reads), (bytes, read) => {
      const reader = new Reader(bytes);
      // Other errors pass through `malformed` and fail the test.
      malformed(() => read(reader));
      return reader.offset <= bytes.length;
    }),
  );
});
