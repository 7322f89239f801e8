// The network of Node, kept on this machine.
import { describe, expect, it } from 'vitest';
import { networkSuite } from '../../host/network.suite.ts';
import { nodeNetwork } from '../node.ts';

const network = nodeNetwork({ loopbackOnly: true });

networkSuite('the network of Node', () => network, {
  'keeps no more connections waiting than it was told': 'Node takes all that come at once, which are kept up to 1,024',
});

describe('the network of Node in tests', () => {
  it('ends a test that uses an address which is not of this machine alone, or asks for a name', () => {
    const away = { address: '8.8.8.8', port: 53 };
    const actions = [
      () => network.connect(away),
      () => network.connect({ address: '127.0.0.1', port: 1 }, away),
      () => network.listen({ address: '192.168.0.1', port: 0 }),
      () => network.datagrams?.({ address: 'fe80::1', port: 0 }),
      () => network.resolve?.('example.com', undefined),
    ];
    for (const action of actions) expect(action).toThrow(TypeError);
    const messages = network.datagrams?.({ address: '0.0.0.0', port: 0 });
    expect(messages?.local?.address).toBe('127.0.0.1');
    expect(() => messages?.send(new Uint8Array(1), away)).toThrow(TypeError);
    expect(() => messages?.join?.('224.0.0.251', undefined)).toThrow(TypeError);
    messages?.close();
  });

  it('takes no name for an address', () => {
    expect(() => nodeNetwork().connect({ address: 'example.com', port: 80 })).toThrow('INVAL');
    expect(() => nodeNetwork().listen({ address: 'localhost', port: 80 })).toThrow('INVAL');
  });
});
