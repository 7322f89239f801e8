// Any arguments for all functions of WASIX, in both generations: an error number that is documented, and nothing written where
// a call fails.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError } from '../../errors.ts';
import { TestGuest } from '../guest.suite.ts';
import { LoopbackNetwork, memoryDirectory, seededRandom, VirtualClock } from '../index.ts';
import { declarationsOf, type Declaration } from '../kernel/table.ts';
import { chaptersOf } from './functions.ts';

const SIZE = 0x1_0000;

/** 0-2 stdio, 3 the root, then a file, a pipe, an eventfd, an epoll set, a pair, a listener, both ends of a connection, a datagram socket. */
function made(isFirst: boolean): TestGuest {
  const guest = TestGuest.wasix(
    {
      args: ['program'],
      preopens: { '/': memoryDirectory({ a: 'content', d: { x: '' } }, { bytes: 1 << 20 }) },
      network: new LoopbackNetwork(),
      stdin: 'input',
      clock: new VirtualClock(),
      random: seededRandom(1),
    },
    { isFirst },
  );
  guest.open('a', { base: (1n << 29n) - 1n });
  guest.call('fd_pipe', 0x100, 0x104);
  guest.call('fd_event', 1n, 4, 0x100);
  guest.call('epoll_create', 0x100);
  guest.call('sock_pair', 1, 1, 0, 0x100, 0x104);
  for (const type of [1, 1, 2]) guest.call('sock_open', 1, type, 0, 0x100);
  guest.bytes.set([1, 0, 80, 0, 127, 0, 0, 1], 0x1000);
  guest.text('d', 0x1100);
  guest.setU32(0x2000, 0x4000);
  guest.setU32(0x2004, 8);
  return guest;
}

const pointer = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0x1000, 0x1100, 0x2000, 0x4000) },
  fc.constantFrom(
    0,
    1,
    4,
    SIZE - 64,
    SIZE - 28,
    SIZE - 20,
    SIZE - 8,
    SIZE - 4,
    SIZE - 1,
    SIZE,
    0x7fff_ffff,
    0xffff_ffff,
  ),
);
const count = fc.constantFrom(0, 1, 2, 8, 24, 1024, 1025, SIZE, 0x0555_5556, 0x8000_0000, 0xffff_ffff);
const small = fc.oneof(fc.nat(16), fc.constantFrom(63, 64, 255, 65_536, 0x7fff_ffff, 0xffff_ffff));
const wide = fc.constantFrom(0n, 1n, 7n, 1n << 32n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n);

function argumentsOf({ parameters }: Declaration): fc.Arbitrary<(number | bigint)[]> {
  const values = parameters.flatMap(({ type, out, values: core }): fc.Arbitrary<number | bigint>[] => {
    if (core.length === 2) return [pointer, count];
    if (core[0] === 'i64') return [wide];
    return [out || type === 'ptr' ? pointer : type === 'u32' ? count : small];
  });
  return fc.tuple(...values);
}

/** Written though it fails: how much room is needed. */
const TELLS_WHEN_IT_FAILS = ['getcwd', 'reflect_signature'];

/** What differs in the first generation. */
const DIFFERS = [
  'fd_pipe',
  'sock_accept',
  'sock_recv_from',
  'sock_addr_local',
  'sock_addr_peer',
  'thread_spawn',
  'proc_join',
];

describe.each([false, true])('with any arguments, in the first generation: %s,', (isFirst) => {
  const generation = { moduleName: 'wasix_32v1', pointer: 'i32', isFirst } as const;
  const all = chaptersOf(generation).flatMap(({ table }) => declarationsOf(table));
  const declared = isFirst ? all.filter(({ name }) => DIFFERS.includes(name)) : all;

  it.each(declared.map((one) => [one.name, one] as const))('%s returns an errno', (name, one) => {
    fc.assert(
      fc.property(argumentsOf(one), (args) => {
        const guest = made(isFirst);
        const before = guest.bytes.slice();
        let answer: unknown;
        try {
          answer = guest.raw(name, ...args);
        } catch (error) {
          expect(one.type.results).toEqual([]);
          expect(isError(error, 'exit') || isError(error, 'trap')).toBe(true);
          return;
        }
        if (one.type.results.length === 0) return;
        expect(Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) <= 80).toBe(true);
        if (answer !== 0 && !TELLS_WHEN_IT_FAILS.includes(name)) expect(Buffer.compare(guest.bytes, before)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
