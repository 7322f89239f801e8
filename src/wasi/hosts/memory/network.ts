// A network in memory: sockets of one object see each other and nothing else. No ports of the host, no resolver; what is
// sent is there at once, so that a run depends on its guests alone.
import { checkOptions, listOf, type Pairs, pairs, pairsOf, type Shape, text } from '../../../options.ts';
import { destinationOf, type Family, plainAddress } from '../../host/addresses.ts';
import { backlog as checkBacklog, socketAddress } from '../../host/checks.ts';
import { refused } from '../../host/errno.ts';
import { ofFamily } from '../../host/names.ts';
import type { Connection, Listener, Network, SocketAddress, SocketOptions } from '../../host/network.ts';
import { READABLE, Subscribers } from '../../kernel/pollable.ts';
import { LoopbackConnection } from './connections.ts';
import { LoopbackDatagrams } from './datagrams.ts';
import { Ports } from './ports.ts';

const BACKLOG = 128;

export interface LoopbackOptions {
  /** Addresses of names, which are all that there are: an object, or pairs. */
  readonly names?: Pairs<readonly string[]> | undefined;
}

const LOOPBACK_OPTIONS: Shape<LoopbackOptions> = { names: pairs(listOf(text)) };

class LoopbackListener implements Listener {
  readonly local: SocketAddress;
  private readonly backlog: number;
  private readonly closed: () => void;
  private readonly waiting: Connection[] = [];
  private readonly subscribers = new Subscribers();

  constructor(local: SocketAddress, backlog: number, closed: () => void) {
    this.local = local;
    this.backlog = backlog;
    this.closed = closed;
  }

  /** CONNREFUSED when too many wait. */
  checkRoom(): void {
    if (this.waiting.length >= this.backlog) throw refused('CONNREFUSED');
  }

  offer(connection: Connection): void {
    this.waiting.push(connection);
    this.subscribers.wakeAll();
  }

  accept(): Connection | undefined {
    return this.waiting.shift();
  }

  ready(interest: number): number {
    return this.waiting.length > 0 ? interest & READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.closed();
    for (const connection of this.waiting.splice(0)) connection.close();
  }
}

/** A network of its own. Any address may be listened at; `0.0.0.0` and `::` listen at all of them. */
export class LoopbackNetwork implements Network {
  readonly contained = true;
  private readonly streams = new Ports<LoopbackListener>();
  private readonly messages = new Ports<LoopbackDatagrams>();
  private readonly names: ReadonlyMap<string, readonly string[]>;

  constructor(options?: LoopbackOptions) {
    const { names = [] } = checkOptions('LoopbackNetwork', options, LOOPBACK_OPTIONS);
    this.names = new Map(pairsOf(names as Pairs<readonly string[]>));
  }

  listen(given: SocketAddress, backlog: number = BACKLOG, options: SocketOptions = {}): Listener {
    const address = addressFrom(given, 'LoopbackNetwork.listen: the address');
    checkBacklog(backlog, 'LoopbackNetwork.listen: the backlog');
    const most = Math.min(Math.max(1, backlog), BACKLOG);
    return this.streams.bind(address, options, (local, release) => new LoopbackListener(local, most, release));
  }

  /** Connected at once. CONNREFUSED where nobody listens. */
  connect(given: SocketAddress, from?: SocketAddress): Connection {
    const to = addressFrom(given, 'LoopbackNetwork.connect: the address');
    const remote = { address: destinationOf(to.address), port: to.port };
    const listener = this.streams.find(remote);
    if (listener === undefined) throw refused('CONNREFUSED');
    listener.checkRoom();
    const local = {
      address: from === undefined || destinationOf(from.address) !== from.address ? remote.address : from.address,
      port: from === undefined || from.port === 0 ? this.streams.free() : from.port,
    };
    const [here, there] = LoopbackConnection.pair(local, remote);
    listener.offer(there);
    return here;
  }

  datagrams(given: SocketAddress, options: SocketOptions = {}): LoopbackDatagrams {
    const address = addressFrom(given, 'LoopbackNetwork.datagrams: the address');
    return this.messages.bind(
      address,
      options,
      (local, release) => new LoopbackDatagrams(this.messages, local, release, options),
    );
  }

  resolve(name: string, family: Family | undefined): readonly string[] {
    const found = ofFamily(this.names.get(name) ?? [], family);
    if (found.length === 0) throw refused('NOENT');
    return found;
  }
}

/** In canonical text, if it is a literal. */
function addressFrom(given: SocketAddress, where: string): SocketAddress {
  const { address, port } = socketAddress(given, where) as SocketAddress;
  return { address: plainAddress(address) ?? address, port };
}
