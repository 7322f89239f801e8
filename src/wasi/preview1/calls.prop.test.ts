import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ExitStatus } from '../../errors.ts';
import { memoryDirectory, seededRandom, VirtualClock } from '../hosts/memory.ts';
import { EVERYTHING, TestGuest } from '../guest.suite.ts';
import { FUNCTIONS, type FunctionName, OFLAGS, parametersOf } from './abi.ts';

const SIZE = 0x1_0000;

/** Descriptors 0-2 stdio, 3 a directory, 4 a file, 5 a directory below 3; paths at 0x1000, iovecs at 0x2000. */
function makeGuest(): TestGuest {
  const guest = new TestGuest({
    args: ['program', 'argument'],
    env: { KEY: 'value' },
    preopens: { '/': memoryDirectory({ a: 'content', d: { x: '' } }, { bytes: 1 << 20 }) },
    stdin: 'input',
    clock: new VirtualClock(),
    random: seededRandom(1),
  });
  guest.open('a', { base: EVERYTHING, inheriting: EVERYTHING });
  guest.open('d', { oflags: OFLAGS.directory });
  guest.text('a');
  guest.setU32(0x2000, 0x4000);
  guest.setU32(0x2004, 8);
  return guest;
}

const pointer = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0x1000, 0x2000, 0x4000) },
  fc.constantFrom(
    0,
    1,
    SIZE - 64,
    SIZE - 24,
    SIZE - 8,
    SIZE - 4,
    SIZE - 3,
    SIZE - 1,
    SIZE,
    SIZE + 1,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
  ),
);
const count = fc.constantFrom(0, 1, 2, 8, 23, 24, 1024, 1025, SIZE, 0x0555_5556, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
const small = fc.oneof(fc.nat(6), fc.constantFrom(8, 16, 255, 65_536, 0x7fff_ffff, 0xffff_ffff));
const wide = fc.constantFrom(0n, 1n, 7n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n);

function argumentsOf(name: FunctionName): fc.Arbitrary<(number | bigint)[]> {
  const values = parametersOf(name).flatMap(({ type, out, values: core }): fc.Arbitrary<number | bigint>[] => {
    if (core.length === 2) return [pointer, count];
    if (core[0] === 'i64') return [wide];
    return [out || type === 'ptr' ? pointer : type === 'size' ? count : small];
  });
  return fc.tuple(...values);
}

describe.each(Object.keys(FUNCTIONS) as FunctionName[])('%s with any arguments', (name) => {
  it('returns an errno, and writes nothing to memory when it fails', () => {
    fc.assert(
      fc.property(argumentsOf(name), (args) => {
        const guest = makeGuest();
        const before = guest.bytes.slice();
        let answer: unknown;
        try {
          answer = guest.raw(name, ...args);
        } catch (error) {
          expect(name).toBe('proc_exit');
          expect(error).toBeInstanceOf(ExitStatus);
          return;
        }
        expect(Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) <= 76).toBe(true);
        if (answer !== 0) expect(Buffer.compare(guest.bytes, before)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
