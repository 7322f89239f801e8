// The networks that the programs run on: in this process, and of this machine, where nothing leaves it. Ports that programs
// have written into them are given free ones, and known names are answered here.
import { LoopbackNetwork, type Listener, type Network, type SocketAddress } from '../../src/wasi/index.ts';
import { nodeNetwork } from '../../src/wasi/hosts/node.ts';

export type NetworkName = 'loopback' | 'node';

/** Addresses by name. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** A network of this machine whose ports are whatever is free: those that are asked for are known to both sides. */
class FreePorts implements Network {
  private readonly inner = nodeNetwork({ loopbackOnly: true });
  private readonly listeners = new Map<number, Listener>();

  listen(address: SocketAddress, ...more: [backlog?: number, options?: object]): Listener {
    const listener = this.inner.listen({ ...address, port: 0 }, ...more);
    this.listeners.set(address.port, listener);
    return listener;
  }

  connect(address: SocketAddress, ...more: [local?: SocketAddress, options?: object]) {
    const port = this.listeners.get(address.port)?.local?.port ?? address.port;
    return this.inner.connect({ ...address, port }, ...more);
  }

  datagrams(local: SocketAddress, options?: object) {
    if (this.inner.datagrams === undefined) throw new Error('Node has datagrams');
    return this.inner.datagrams({ ...local, port: 0 }, options);
  }
}

/** What a program gets, and who talks with it. */
export function networkOf(name: NetworkName, names: Names): Network {
  const inner: Network = name === 'loopback' ? new LoopbackNetwork() : new FreePorts();
  return {
    contained: name === 'loopback',
    listen: (address, backlog, options) => inner.listen(address, backlog, options),
    connect: (address, local, options) => inner.connect(address, local, options),
    datagrams: (local, options) => (inner.datagrams as NonNullable<Network['datagrams']>)(local, options),
    resolve: (asked) => names.get(asked) ?? [],
  };
}
