// The network of Node, kept on this machine.
import dns from 'node:dns';
import { describe, expect, it, vi } from 'vitest';
import { networkSuite } from '../../host/network.suite.ts';
import type { Cancellable } from '../../kernel/replay.ts';
import { guarded } from '../guarded.ts';
import { nodeNetwork } from '../node.ts';
import { isLookingUp } from './lookup.ts';

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

  it('looks up two names at a time, and none that nobody waits for any more', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const hook = vi.spyOn(dns, 'lookup').mockImplementation(((
      name: string,
      _options: unknown,
      found: (error: null, all: object[]) => void,
    ) => {
      asked.push(name);
      answers.push(() => found(null, [{ address: '10.0.0.1' }]));
    }) as never);
    try {
      const rules = { resolve: ['*'] };
      const found = ['a', 'b', 'c', 'd'].map((name) => guarded(nodeNetwork(), rules).resolve?.(name, undefined));
      expect([asked, isLookingUp()]).toEqual([['a', 'b'], true]);
      (found[2] as Cancellable<unknown>).cancel();
      for (const one of answers.splice(0)) one();
      expect(asked).toEqual(['a', 'b', 'd']);
      for (const one of answers.splice(0)) one();
      expect([await found[0], await found[3], isLookingUp()]).toEqual([['10.0.0.1'], ['10.0.0.1'], false]);
    } finally {
      hook.mockRestore();
    }
  });

  it('takes no name for an address', () => {
    expect(() => nodeNetwork().connect({ address: 'example.com', port: 80 })).toThrow('INVAL');
    expect(() => nodeNetwork().listen({ address: 'localhost', port: 80 })).toThrow('INVAL');
  });
});
