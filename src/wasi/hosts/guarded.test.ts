// Rules at work on a network in memory: items 92 to 94 of docs/security.md. What they mean is tried in host/policy.test.ts.
import { describe, expect, it } from 'vitest';
import { errnoOf } from '../host/filesystem.suite.ts';
import { networkSuite } from '../host/network.suite.ts';
import type { Datagrams, Network } from '../host/network.ts';
import { LoopbackNetwork, WASI } from '../index.ts';
import { guarded } from './guarded.ts';
import { nodeNetwork } from './node.ts';

networkSuite('a network in memory with rules that allow this machine', () =>
  guarded(new LoopbackNetwork(), { connect: ['loopback'], bind: ['loopback'] }),
);

const names = { 'good.example': ['8.8.8.8', '10.0.0.1', '127.0.0.1'], 'bad.example': ['8.8.4.4'] };

function everywhere(): LoopbackNetwork {
  const network = new LoopbackNetwork({ names });
  for (const address of ['8.8.8.8', '8.8.4.4', '10.0.0.1', '127.0.0.1', '::1']) network.listen({ address, port: 80 });
  return network;
}
const connecting = (network: Network, address: string): string | undefined =>
  errnoOf(() => network.connect({ address, port: 80 }));

describe('a network with rules', () => {
  it('refuses what none of them allows, with ACCES', () => {
    const network = guarded(everywhere(), { connect: ['10.0.0.0/8:80'] });
    expect(
      ['10.0.0.1', '::ffff:10.0.0.1', '8.8.8.8', '127.0.0.1', '0.0.0.0'].map((one) => connecting(network, one)),
    ).toEqual([undefined, undefined, 'ACCES', 'ACCES', 'ACCES']);
    expect(errnoOf(() => network.listen({ address: '10.0.0.1', port: 81 }))).toBe('ACCES');
    expect(errnoOf(() => network.datagrams?.({ address: '10.0.0.1', port: 81 }))).toBe('ACCES');
    expect(errnoOf(() => network.resolve?.('good.example', undefined))).toBe('ACCES');
    expect(errnoOf(() => network.connect({ address: '10.0.0.1', port: 80 }, { address: '10.0.0.2', port: 1 }))).toBe(
      'ACCES',
    );
    expect(connecting(network, 'good.example')).toBe('INVAL');
  });

  it('goes where a name leads to on the internet, and nowhere else, whatever the name is found to be', () => {
    const network = guarded(everywhere(), { connect: ['good.example:80'] });
    expect(connecting(network, '8.8.8.8')).toBe('ACCES');
    expect(network.resolve?.('good.example', undefined)).toEqual(names['good.example']);
    expect(errnoOf(() => network.resolve?.('bad.example', undefined))).toBe('ACCES');
    expect(['8.8.8.8', '8.8.4.4', '10.0.0.1', '127.0.0.1'].map((one) => connecting(network, one))).toEqual([
      undefined,
      'ACCES',
      'ACCES',
      'ACCES',
    ]);
  });

  it('waits for a name that is found later, and then knows it', async () => {
    const inner = everywhere();
    const later: Network = {
      listen: (...args) => inner.listen(...args),
      connect: (address, from) => inner.connect(address, from),
      resolve: async (name, family) => inner.resolve(name, family),
    };
    const network = guarded(later, { connect: ['good.example'] });
    await network.resolve?.('good.example', undefined);
    expect([connecting(network, '8.8.8.8'), connecting(network, '10.0.0.1')]).toEqual([undefined, 'ACCES']);
    expect([network.datagrams, guarded(inner, {}).datagrams !== undefined]).toEqual([undefined, true]);
  });

  it('gives a client messages of those alone that it may send to', () => {
    const inner = new LoopbackNetwork();
    const at = (address: string, port: number) => inner.datagrams({ address, port });
    const [allowed, other] = [at('127.0.0.1', 53), at('127.0.0.2', 53)];
    const client = guarded(inner, { connect: ['udp://127.0.0.1:53'] }).datagrams?.({
      address: '0.0.0.0',
      port: 0,
    }) as Datagrams;
    const to = { address: '127.0.0.1', port: client.local?.port as number };
    other.send(Uint8Array.of(1), to);
    expect(client.receive()).toBeUndefined();
    other.send(Uint8Array.of(1), to);
    allowed.send(Uint8Array.of(2), to);
    expect([client.receive(true)?.bytes, client.receive()?.bytes, client.receive()]).toEqual([
      Uint8Array.of(2),
      Uint8Array.of(2),
      undefined,
    ]);
    expect(errnoOf(() => client.send(Uint8Array.of(3), other.local))).toBe('ACCES');
    expect(errnoOf(() => client.connect?.(other.local))).toBe('ACCES');
    expect(client.send(Uint8Array.of(3), allowed.local)).toBe(true);
    expect(errnoOf(() => client.join?.('224.0.0.251', undefined))).toBe('ACCES');
  });

  it('lets a server answer those who wrote to it, and nobody else', () => {
    const inner = new LoopbackNetwork();
    const [one, other] = [5001, 5002].map((port) => inner.datagrams({ address: '127.0.0.1', port }));
    const server = guarded(inner, { bind: ['udp://127.0.0.1:53'] }).datagrams?.({
      address: '127.0.0.1',
      port: 53,
    }) as Datagrams;
    expect(errnoOf(() => server.send(Uint8Array.of(1), one.local))).toBe('ACCES');
    one.send(Uint8Array.of(1), { address: '127.0.0.1', port: 53 });
    expect(server.receive()?.from).toEqual(one.local);
    expect(server.send(Uint8Array.of(2), one.local)).toBe(true);
    expect(errnoOf(() => server.send(Uint8Array.of(2), other.local))).toBe('ACCES');
    expect(one.receive()?.bytes).toEqual(Uint8Array.of(2));
  });

  it('lets a guest join a group that it may send to', () => {
    const network = guarded(new LoopbackNetwork(), { bind: ['udp://0.0.0.0:5353'], connect: ['udp://group:5353'] });
    const socket = network.datagrams?.({ address: '0.0.0.0', port: 5353 }) as Datagrams;
    socket.join?.('224.0.0.251', undefined);
    socket.send(Uint8Array.of(1), { address: '224.0.0.251', port: 5353 });
    expect(socket.receive()?.bytes).toEqual(Uint8Array.of(1));
    expect(errnoOf(() => socket.send(Uint8Array.of(1), { address: '224.0.0.251', port: 5354 }))).toBe('ACCES');
    socket.leave?.('224.0.0.251', undefined);
  });
});

describe('WASI', () => {
  it('takes a network that reaches out of the process with rules alone, and rules with a network', () => {
    expect(() => new WASI({ network: nodeNetwork() })).toThrow('option "allow" has to say');
    expect(() => new WASI({ allow: {} })).toThrow('option "network", which is not given');
    expect(() => new WASI({ network: nodeNetwork(), allow: { connect: ['*'] } })).toThrow('connect');
    expect(new WASI({ network: nodeNetwork(), allow: {} })).toBeInstanceOf(WASI);
    expect(new WASI({ network: new LoopbackNetwork(), allow: { bind: ['loopback:80'] } })).toBeInstanceOf(WASI);
  });
});
