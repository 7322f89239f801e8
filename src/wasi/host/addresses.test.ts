import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { addressOf, octetsOf, plainAddress } from './addresses.ts';
import { hostName, knownAddresses } from './names.ts';
import { cidrOf, contains, rangeOf } from './ranges.ts';

describe('addresses', () => {
  // Texts of RFC 4291 and RFC 5952.
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['ff01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:7f00:1', '::ffff:127.0.0.1'],
    ['::13.1.68.3', '::d01:4403'],
  ])('%s is %s', (given, canonical) => {
    expect(addressOf(octetsOf(given) as Uint8Array)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4 ',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    '::1%lo',
    'localhost',
    '::1.2.3.4:5',
    `${'0'.repeat(50)}::`,
  ])('%s is none', (text) => {
    expect(octetsOf(text)).toBeUndefined();
  });

  it('are the same octets again, whichever they are', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((a) => Uint8Array.from(a)),
    );
    fc.assert(
      fc.property(octets, (given) => {
        expect(octetsOf(addressOf(given))).toEqual(given);
      }),
    );
  });

  it('of IPv4 that are mapped into IPv6 mean the former', () => {
    expect(['::ffff:10.0.0.1', '::FFFF:0a00:0001', '10.0.0.1'].map(plainAddress)).toEqual(Array(3).fill('10.0.0.1'));
    expect(plainAddress('::10.0.0.1')).toBe('::a00:1');
  });
});

describe('ranges', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['::ffff:0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'reserved'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'link'],
    ['fe80::1', 'link'],
    ['febf::1', 'link'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.128.0.1', 'public'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fec0::1', 'private'],
    ['64:ff9b::7f00:1', 'translated'],
    ['2002:7f00:1::', 'translated'],
    ['2001:0:1::', 'translated'],
    ['192.88.99.1', 'translated'],
    ['224.0.0.1', 'group'],
    ['239.1.1.1', 'group'],
    ['ff02::1', 'group'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['4000::1', 'reserved'],
    ['9000::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['192.0.2.1', 'reserved'],
  ])('%s is %s', (address, name) => {
    expect(rangeOf(address).name).toBe(name);
  });

  it('have no bits behind those that count, and contain what begins with these', () => {
    for (const none of [
      '10.0.0.1/8',
      '::1/64',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/08',
      '10.0.0.0/',
      'x/8',
      '::/129',
      '::ffff:0:0/95',
    ])
      expect(cidrOf(none), none).toBeUndefined();
    const has = (cidr: string, address: string) => contains(cidrOf(cidr) as never, octetsOf(address) as Uint8Array);
    expect([has('10.0.0.0/9', '10.127.0.1'), has('10.0.0.0/9', '10.128.0.1'), has('0.0.0.0/0', '1.2.3.4')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([has('fe80::/10', 'febf::1'), has('fe80::/10', 'fec0::1'), has('::/0', '1.2.3.4')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(has('::ffff:10.0.0.0/104', '10.1.2.3')).toBe(true);
  });
});

describe('names', () => {
  it('are in small letters and without a dot at the end; what resolvers take for an address is none', () => {
    expect([hostName('Example.COM.'), hostName('_srv.a-b.c1'), hostName('1e100.net')]).toEqual([
      'example.com',
      '_srv.a-b.c1',
      '1e100.net',
    ]);
    for (const none of [
      '',
      '.',
      'a..b',
      '.a',
      'a b',
      'ä.de',
      'a\0b',
      '1',
      '127.1',
      '0x7f.1',
      '017700000001',
      'a.0x1',
      'a/b',
      'a:1',
      `${'a.'.repeat(130)}b`,
      'x'.repeat(64),
    ])
      expect(hostName(none), none).toBeUndefined();
  });

  it('of this machine, and literals, need no resolver', () => {
    expect(knownAddresses('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(knownAddresses('a.localhost')).toEqual(['127.0.0.1', '::1']);
    expect([knownAddresses('10.0.0.1'), knownAddresses('0:0::1'), knownAddresses('example.com')]).toEqual([
      ['10.0.0.1'],
      ['::1'],
      undefined,
    ]);
  });
});
