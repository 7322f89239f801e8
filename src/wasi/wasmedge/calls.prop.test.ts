// All functions of sockets with any arguments: an error number that is documented, nothing written when it fails, and
// nothing thrown. The descriptors are sockets of all kinds and states.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../hosts/memory.ts';
import { declarationsOf } from '../kernel/table.ts';
import { V1, V2, V2_CHANGED } from './abi.ts';
import { AT, SocketGuest } from './socket-guest.suite.ts';

const SIZE = 0x1_0000;

/** What these functions may return. */
// biome-ignore format: a table
const DOCUMENTED: ReadonlySet<string> = new Set([
  'SUCCESS', 'ACCES', 'ADDRINUSE', 'ADDRNOTAVAIL', 'AFNOSUPPORT', 'AGAIN', 'ALREADY', 'BADF', 'CONNREFUSED', 'CONNRESET',
  'DESTADDRREQ', 'FAULT', 'ILSEQ', 'INPROGRESS', 'INVAL', 'ISCONN', 'MFILE', 'MSGSIZE', 'NETUNREACH', 'NOBUFS', 'NODEV',
  'NOPROTOOPT', 'NOSYS', 'NOTCONN', 'NOTSOCK', 'NOTSUP', 'PIPE', 'TIMEDOUT', 'NOTCAPABLE', 'SPIPE',
  'AIADDRFAMILY', 'AIAGAIN', 'AIBADFLAG', 'AIFAIL', 'AIFAMILY', 'AIMEMORY', 'AINODATA', 'AINONAME', 'AISERVICE',
  'AISOCKTYPE', 'AISYSTEM',
]);

/** 0-2 stdio, 3 listens, 4 and 5 are connected, 6 and 7 for messages, 8 is new, 9 does not wait, 10 is for IPv6. */
function makeGuest(): SocketGuest {
  const guest = new SocketGuest({ stdin: 'input', clock: new VirtualClock() });
  guest.connected();
  guest.write(4, 'bytes');
  const messages = [guest.socket('dgram'), guest.socket('dgram')];
  for (const [i, fd] of messages.entries()) guest.bind(fd, '127.0.0.1', 1000 + i);
  guest.call('sock_send_to', 6, ...guest.sending('message'), guest.address('127.0.0.1'), 1001, 0, AT.length);
  guest.socket();
  guest.call('fd_fdstat_set_flags', guest.socket(), 4);
  guest.socket('stream', 'inet6');
  guest.text('localhost', 0x1000);
  guest.text('80', 0x1020);
  guest.bytes.fill(0, 0x1040, 0x1100);
  guest.buffer(8, 0x4000);
  // Lists of results at 0x2000: the second leads to the first.
  for (const [at, next] of [
    [0x2000, 0x2100],
    [0x2100, 0x2000],
  ] as const) {
    guest.setU32(at + 12, at + 0x40);
    guest.setU32(at + 16, at + 0x80);
    guest.setU32(at + 24, next);
    guest.setU32(at + 0x48, at + 0x60);
  }
  guest.setU32(0x2200, 0x2000);
  guest.setU32(0x2204, 16);
  guest.address('127.0.0.1');
  return guest;
}

const far = [
  SIZE - 128,
  SIZE - 28,
  SIZE - 16,
  SIZE - 8,
  SIZE - 4,
  SIZE - 3,
  SIZE - 1,
  SIZE,
  SIZE + 1,
  0x8000_0000,
  0xffff_ffff,
];
const pointer = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<number>(AT.address, AT.iovs, 0x1000, 0x2000, 0x2100, 0x2200, 0x2204, 0x4000),
  },
  fc.constantFrom(0, 1, 0x1001, ...far),
  fc.nat(SIZE),
);
const count = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    4,
    8,
    9,
    16,
    17,
    28,
    128,
    1024,
    1025,
    SIZE,
    0x0924_9249,
    0x8000_0000,
    0xffff_fff0,
    0xffff_ffff,
  ),
  fc.nat(40),
);
const descriptor = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 3, max: 10 }) },
  fc.constantFrom(0, 1, 11, 1024, 0xffff_ffff),
);
const small = fc.oneof(fc.nat(16), fc.constantFrom(53, 80, 255, 256, 1000, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff));

const KINDS = new Map([
  ['ptr', pointer],
  ['address', pointer],
  ['size', count],
  ['fd', descriptor],
]);

const FORMS = [V1, V2_CHANGED, V2].flatMap((table) => declarationsOf(table as Readonly<Record<string, string>>));

describe.each(FORMS.map((one) => [`${one.name} of ${one.type.params.length} parameters`, one] as const))(
  '%s',
  (_title, one) => {
    const values = one.parameters.flatMap(({ type, out, values: core }) => {
      if (core.length === 2) return [pointer, count];
      return [out ? pointer : (KINDS.get(type) ?? small)];
    });

    it('with any arguments returns an errno that is documented, and writes nothing when it fails', () => {
      fc.assert(
        fc.property(fc.tuple(...values), (args) => {
          const guest = makeGuest();
          const before = guest.bytes.slice();
          const answer = guest.call(one.name, ...args);
          expect(DOCUMENTED).toContain(answer);
          if (answer !== 'SUCCESS') expect(Buffer.compare(guest.bytes, before)).toBe(0);
          guest.wasi.close();
        }),
        { numRuns: 75 },
      );
    });
  },
);

it('all functions one after the other on the same sockets, in any order, leave them in a state that can be closed', () => {
  const step = fc.constantFrom(...FORMS).chain((one) => {
    const values = one.parameters.flatMap(({ type, out, values: core }) => {
      if (core.length === 2) return [pointer, fc.constantFrom(0, 1)];
      return [out ? pointer : (KINDS.get(type) ?? small)];
    });
    return fc.tuple(...values).map((args) => ({ name: one.name, args }));
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const guest = makeGuest();
      for (const { name, args } of steps) expect(DOCUMENTED).toContain(guest.call(name, ...args));
      for (let fd = 3; fd <= 10; fd++) expect(guest.call('fd_close', fd)).toBe('SUCCESS');
      guest.wasi.close();
    }),
    { numRuns: 50 },
  );
});
