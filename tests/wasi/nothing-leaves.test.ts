// What Node is asked for while guests try everything: each socket and each lookup of this process is told here, and none is
// made. Nothing without a permission, and with one nothing but that. Item 91 of docs/security.md.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemError } from '../../src/wasi/host/errno.ts';
import { addressOf, octetsOf } from '../../src/wasi/host/addresses.ts';
import { nodeNetwork } from '../../src/wasi/hosts/node.ts';
import { memoryDirectory, seededRandom, VirtualClock, WASI } from '../../src/wasi/index.ts';
import { INTERFACES } from '../../src/wasi/interfaces.ts';
import { guarded } from '../../src/wasi/hosts/guarded.ts';
import type { Open } from '../../src/wasi/kernel/open/open.ts';
import { Process } from '../../src/wasi/kernel/process.ts';

/** What was asked for, as `connect 10.0.0.1 80`. */
const asked = new Set<string>();
const refusal = (): Error => Object.assign(new Error('not in this test'), { code: 'ENETUNREACH' });
const undo: (() => void)[] = [];

function hook(on: object, name: string, told: (this: unknown, ...args: never[]) => unknown): void {
  const target = on as Record<string, unknown>;
  const before = target[name];
  if (typeof before !== 'function') return;
  target[name] = told;
  undo.push(() => {
    target[name] = before;
  });
}

/** Tells, and does nothing. */
const tells = (text: (...args: never[]) => string) =>
  function (this: unknown, ...args: never[]): unknown {
    asked.add(text(...args));
    return this;
  };

beforeAll(() => {
  const flat = (given: unknown): Record<string, unknown> => (Array.isArray(given) ? flat(given[0]) : given) as never;
  const told = (what: string) =>
    tells((given: never) => `${what} ${flat(given)['host'] ?? flat(given)['address']} ${flat(given)['port']}`);
  hook(net.Socket.prototype, 'connect', told('connect'));
  hook(net.Server.prototype, 'listen', told('listen'));
  hook(dgram.Socket.prototype, 'bind', told('bind'));
  hook(
    dgram.Socket.prototype,
    'send',
    tells((_bytes: never, port: number, address: string) => `send ${address} ${port}`),
  );
  hook(
    dgram.Socket.prototype,
    'connect',
    tells((port: number, address: string) => `peer ${address} ${port}`),
  );
  for (const name of ['addMembership', 'dropMembership'])
    hook(
      dgram.Socket.prototype,
      name,
      tells((group: string) => `join ${group} 0`),
    );
  for (const name of Object.keys(dns)) {
    const isAsking = name === 'lookup' || name === 'lookupService' || name.startsWith('resolve') || name === 'reverse';
    if (!isAsking) continue;
    hook(dns, name, (host: string, ...rest: unknown[]) => {
      asked.add(`lookup ${host} 0`);
      (rest[rest.length - 1] as (error: Error) => void)(refusal());
    });
    hook(dns.promises, name, (host: string) => {
      asked.add(`lookup ${host} 0`);
      return Promise.reject(refusal());
    });
  }
  syncBuiltinESMExports();
});
afterAll(() => {
  for (const one of undo.splice(0)) one();
  syncBuiltinESMExports();
});
beforeEach(() => asked.clear());

// biome-ignore format: a table
const ADDRESSES = [
  '8.8.8.8', '1.1.1.1', '127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '169.254.169.254',
  '224.0.0.251', '255.255.255.255', '240.0.0.1', '0.0.0.1', '192.0.2.1', '198.18.0.1', '::', '::1', 'fe80::1', 'fc00::1', 'ff02::fb',
  '2606:4700::1111', '64:ff9b::808:808', '2002:808:808::', '2001:0:808:808::', '2001:db8::1', '::7f00:1', '::ffff:127.0.0.1',
  '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:0.0.0.0', '::ffff:169.254.169.254', '4000::1',
];
const PORTS = [0, 1, 53, 80, 443, 8080, 65_535];
// biome-ignore format: a table
const NAMES = [
  'example.com', 'a.example.com', 'example.org', 'metadata.google.internal', 'localhost', 'x.localhost', '127.0.0.1', '2130706433',
  '0x7f.1', '017700000001', '::1', '10.0.0.1', 'a b', '', '.', 'EXAMPLE.com.', 'example.com\0.org',
];

const quiet = (action: () => unknown): void => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
};

/** Everything that sockets of the kernel can be made to do, with every address and name. */
function tryAll(process: Process): void {
  const flags = { nonblock: true, waited: false };
  for (const address of ADDRESSES) {
    const octets = octetsOf(address) as Uint8Array;
    const family = octets.length === 4 ? 'ipv4' : 'ipv6';
    for (const port of PORTS) {
      const at = { address: addressOf(octets), port };
      const tries: ((socket: Open) => unknown)[] = [
        (s) => s.connect?.(at, flags),
        (s) => [s.bind?.(at, false), s.listen?.(1)],
        (s) => [s.bind?.(at, false), s.local?.()],
        (s) => [
          s.bind?.(at, false),
          s.connect?.({ ...at, address: family === 'ipv4' ? '8.8.8.8' : '2606:4700::1111' }, flags),
        ],
        (s) => s.send?.(at)?.move([new Uint8Array(1)], 0),
        (s) => [s.setOption?.('broadcast', true), s.send?.(at)?.move([new Uint8Array(1)], 0)],
        (s) => [s.bind?.({ ...at, address: family === 'ipv4' ? '0.0.0.0' : '::' }, false), s.send?.(at)?.move([], 0)],
        (s) => s.membership?.('join', at.address, undefined),
        (s) => s.receive?.(1, { peek: false, waitall: false, nonblock: true }),
        (s) => s.pollable(3),
      ];
      for (const kind of ['stream', 'datagram'] as const) {
        for (const one of tries) {
          quiet(() => {
            const socket = process.openSocket(family, kind);
            try {
              one(socket);
            } finally {
              quiet(() => socket.close(true));
            }
          });
        }
      }
    }
  }
  for (const name of NAMES) {
    try {
      process.resolve(name);
    } catch (error) {
      // Outside of a call nobody waits for an answer.
      if (!(error instanceof SystemError) && !String(error).includes('blocking wait')) throw error;
    }
  }
}

const processWith = (network: ReturnType<typeof nodeNetwork> | undefined): Process =>
  new Process({ args: [], env: {}, clock: new VirtualClock(), random: seededRandom(1), network });

describe('Node is asked for nothing', () => {
  it('by sockets of a guest that has no network, or no rule', () => {
    quiet(() => tryAll(processWith(undefined)));
    expect([...asked]).toEqual([]);
    tryAll(processWith(guarded(nodeNetwork(), {})));
    expect([...asked]).toEqual([]);
  });

  it('by any function of any interface, whatever it is given, without a network', () => {
    const values = [0, 1, 2, 3, 6, 17, 64, 128, 1024, 65_000, -1, 0x7fff_ffff];
    const random = seededRandom(25);
    const bytes = new Uint8Array(8);
    for (const name of INTERFACES.keys()) {
      const wasi = new WASI({ mode: 'sync', preopens: { '/': memoryDirectory({}) }, clock: new VirtualClock() });
      const buffer = new ArrayBuffer(65_536);
      wasi.bind({ memory: { buffer } });
      for (const [called, run] of Object.entries(wasi.imports[name])) {
        if (called === 'proc_exit' || called === 'thread-spawn') continue;
        for (let i = 0; i < 200; i++) {
          random.fill(new Uint8Array(buffer, 0, 256));
          const args = Array.from({ length: 10 }, () => {
            random.fill(bytes);
            return values[bytes[0] % values.length];
          });
          try {
            run(...args);
          } catch {
            try {
              run(...args.map(BigInt));
            } catch {
              // Values of other kinds than it takes.
            }
          }
        }
      }
      wasi.close();
    }
    expect([...asked]).toEqual([]);
  });
});

/** By rule: what may be asked for, and that some of it is. `p` is any of the ports. */
const RULES: readonly (readonly [rules: object, allowed: RegExp, least: readonly string[]])[] = [
  [
    { connect: ['8.8.8.8:53'] },
    /^(connect|send) (::ffff:)?8\.8\.8\.8 53$|^bind (0\.0\.0\.0|::) 0$/,
    ['connect 8.8.8.8 53', 'send 8.8.8.8 53'],
  ],
  [{ connect: ['tcp://10.0.0.0/8'] }, /^connect 10\.0\.0\.1 \d+$/, ['connect 10.0.0.1 80']],
  [
    { connect: ['udp://10.0.0.0/8'] },
    /^send (::ffff:)?10\.0\.0\.1 \d+$|^bind (0\.0\.0\.0|::) 0$/,
    ['send 10.0.0.1 80'],
  ],
  [
    { connect: ['public:443'] },
    /^(connect|send) (8\.8\.8\.8|1\.1\.1\.1|2606:4700::1111|::ffff:8\.8\.8\.8) 443$|^bind (0\.0\.0\.0|::) 0$/,
    ['connect 2606:4700::1111 443', 'connect 8.8.8.8 443'],
  ],
  [
    { connect: ['0.0.0.0/0', '::/0'] },
    /^(connect|send) (8\.8\.8\.8|1\.1\.1\.1|2606:4700::1111|::ffff:8\.8\.8\.8) \d+$|^bind (0\.0\.0\.0|::) 0$/,
    ['connect 1.1.1.1 80'],
  ],
  [
    { connect: ['tcp://loopback:8080'] },
    /^connect (127\.0\.0\.1|127\.1\.2\.3|::1) 8080$/,
    ['connect 127.0.0.1 8080', 'connect ::1 8080'],
  ],
  [{ connect: ['example.com'] }, /^lookup example\.com 0$|^bind (0\.0\.0\.0|::) 0$/, ['lookup example.com 0']],
  [{ bind: ['127.0.0.1:8080'] }, /^(listen|bind) 127\.0\.0\.1 8080$/, ['listen 127.0.0.1 8080', 'bind 127.0.0.1 8080']],
  [{ bind: ['tcp://0.0.0.0'] }, /^listen 0\.0\.0\.0 \d+$/, ['listen 0.0.0.0 0', 'listen 0.0.0.0 80']],
  [{ resolve: ['*.example.com'] }, /^lookup a\.example\.com 0$/, ['lookup a.example.com 0']],
  [{ resolve: ['*'] }, /^lookup [a-z.]+ 0$/, ['lookup example.org 0', 'lookup metadata.google.internal 0']],
];

describe('Node is asked for nothing but what a rule allows', () => {
  it.each(RULES)('%j', async (rules, allowed, least) => {
    tryAll(processWith(guarded(nodeNetwork(), rules)));
    // Names are looked up one after the other.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...asked].filter((one) => !allowed.test(one))).toEqual([]);
    expect([...asked]).toEqual(expect.arrayContaining([...least]));
    expect([...asked].some((one) => one.startsWith('lookup localhost'))).toBe(false);
  });
});
