// What rules allow: items 92 to 94 of docs/security.md.
import { describe, expect, it } from 'vitest';
import { networkRules, type NetworkRules, Policy } from './policy.ts';

const policy = (rules: NetworkRules): Policy => new Policy(networkRules(rules, 'rules') as NetworkRules);
const connects = (rule: string, address: string, port = 80, protocol: 'tcp' | 'udp' = 'tcp'): boolean =>
  policy({ connect: [rule] }).mayConnect(protocol, address, port);

/** One of each range that is not the internet, with a rule that names it. */
const SPECIAL: readonly (readonly [address: string, rule: string])[] = [
  ['127.0.0.1', 'loopback'],
  ['::1', '[::1/128]'],
  ['0.0.0.0', 'unspecified'],
  ['::', '[::]'],
  ['169.254.169.254', '169.254.0.0/16'],
  ['10.0.0.1', '10.0.0.0/8'],
  ['172.16.0.1', 'private'],
  ['192.168.0.1', '192.168.0.1'],
  ['100.64.0.1', '100.64.0.0/10'],
  ['fc00::1', '[fc00::/7]'],
  ['fe80::1', 'link'],
  ['64:ff9b::808:808', '[64:ff9b::/96]'],
  ['2002:808:808::', '[2002::/16]'],
  ['224.0.0.251', 'group'],
  ['255.255.255.255', 'broadcast'],
  ['240.0.0.1', '240.0.0.1'],
];

describe('rules for addresses', () => {
  it.each(SPECIAL)('do not mean %s but by a rule such as %s', (address, rule) => {
    const wide = [
      'public',
      '0.0.0.0/0',
      '0.0.0.0/1',
      '128.0.0.0/1',
      '::/0',
      '[::/1]',
      '2000::/3',
      '0.0.0.0/0:80',
      'example.com',
    ];
    for (const one of wide) expect(connects(one, address), one).toBe(false);
    expect(connects(rule, address)).toBe(true);
    expect(connects(rule, '8.8.8.8')).toBe(false);
    expect(policy({ bind: wide.slice(0, -1) }).mayBind('tcp', address, 80)).toBe(false);
    expect(policy({ bind: [rule] }).mayBind('tcp', address, 80)).toBe(true);
  });

  it('mean the internet where they are wide', () => {
    for (const one of ['public', '0.0.0.0/0', '8.0.0.0/7', '8.8.8.8', '8.8.8.8/32'])
      expect(connects(one, '8.8.8.8'), one).toBe(true);
    for (const one of ['public', '::/0', '[2606:4700::/32]:80', '2606:4700::1111'])
      expect(connects(one, '2606:4700::1111'), one).toBe(true);
    expect(connects('0.0.0.0/0', '2606:4700::1111')).toBe(false);
  });

  it('have ports and a protocol, if they say so', () => {
    expect([connects('10.0.0.1:80', '10.0.0.1', 80), connects('10.0.0.1:80', '10.0.0.1', 81)]).toEqual([true, false]);
    expect([80, 81, 90, 91].map((port) => connects('[::1]:81-90', '::1', port))).toEqual([false, true, true, false]);
    expect(connects('tcp://loopback:80', '127.0.0.1', 80, 'tcp')).toBe(true);
    expect(connects('tcp://loopback:80', '127.0.0.1', 80, 'udp')).toBe(false);
    expect(connects('udp://[fe80::/10]', 'fe80::1', 9, 'udp')).toBe(true);
    expect(policy({ bind: ['loopback:8080'] }).mayBind('tcp', '127.0.0.1', 0)).toBe(false);
    expect(policy({ bind: ['loopback', '127.0.0.1:0'] }).mayBind('tcp', '127.0.0.1', 0)).toBe(true);
    expect(policy({ bind: ['tcp://loopback'] }).mayBind('udp', '127.0.0.1', 0)).toBe(false);
    expect([policy({ connect: ['tcp://public'] }).maySend(), policy({ connect: ['public'] }).maySend()]).toEqual([
      false,
      true,
    ]);
    expect(policy({ connect: ['udp://group:5353'] }).mayJoin('224.0.0.251')).toBe(true);
    expect(policy({ connect: ['tcp://group', 'public'] }).mayJoin('224.0.0.251')).toBe(false);
  });

  it('are texts of one of these forms', () => {
    const wrong = [
      '',
      '*',
      '*:80',
      'a b',
      '10.0.0.1/8',
      '10.0.0.0/33',
      '::1/64',
      '::1:4567',
      'udp://fd00::5:443',
      '[::1',
      '[::1]80',
      '10.0.0.1:',
      '10.0.0.1:65536',
      '10.0.0.1:080',
      '10.0.0.1:9-8',
      '10.0.0.1:-1',
      'http://a',
      '2130706433',
      '0x7f.1',
      '017700000001',
      '*.example.com',
      5,
      undefined,
    ];
    for (const one of wrong) expect(() => policy({ connect: [one as string] }), String(one)).toThrow(TypeError);
    for (const one of [...wrong, 'example.com'])
      expect(() => policy({ bind: [one as string] }), String(one)).toThrow(TypeError);
    for (const one of ['', 'a b', '**', '*a', '*.', 'a.*', '127.1', 5])
      expect(() => policy({ resolve: [one as string] }), String(one)).toThrow(TypeError);
    expect(() => policy({ conect: [] } as never)).toThrow('conect');
  });
});

describe('rules for names', () => {
  it('say which may be looked up', () => {
    const some = policy({ resolve: ['Example.com.', '*.example.org'], connect: ['api.example.net:443'] });
    const names = [
      'example.com',
      'a.example.com',
      'example.org',
      'a.example.org',
      'a.b.example.org',
      'badexample.org',
      'api.example.net',
    ];
    expect(names.filter((one) => some.mayResolve(one))).toEqual([
      'example.com',
      'a.example.org',
      'a.b.example.org',
      'api.example.net',
    ]);
    expect([policy({ resolve: ['*'] }).mayResolve('x.y'), policy({}).mayResolve('x.y')]).toEqual([true, false]);
  });

  it('mean the addresses that the name was found to have, and none of them that is not of the internet', () => {
    const some = policy({ connect: ['example.com:443'] });
    const may = (address: string, port = 443) => some.mayConnect('tcp', address, port);
    expect(may('8.8.8.8')).toBe(false);
    some.learn('other.com', ['8.8.8.8']);
    expect(may('8.8.8.8')).toBe(false);
    // Who answers for the name says where this machine is, and its neighbours, too.
    some.learn('example.com', ['8.8.8.8', '10.0.0.1', '127.0.0.1', '::ffff:1.1.1.1', '169.254.169.254', 'x']);
    expect([may('8.8.8.8'), may('1.1.1.1'), may('8.8.8.8', 80)]).toEqual([true, true, false]);
    for (const address of ['10.0.0.1', '127.0.0.1', '169.254.169.254']) expect(may(address)).toBe(false);
  });

  it('remember some of a name that has others each time', () => {
    const some = policy({ connect: ['example.com'] });
    for (let i = 0; i < 100; i++) some.learn('example.com', [`8.8.8.${i}`]);
    expect([35, 36, 99].map((last) => some.mayConnect('tcp', `8.8.8.${last}`, 1))).toEqual([false, true, true]);
  });

  it('localhost means this machine', () => {
    expect([
      connects('localhost:80', '127.0.0.1'),
      connects('localhost:80', '::1'),
      connects('localhost', '8.8.8.8'),
    ]).toEqual([true, true, false]);
  });
});
