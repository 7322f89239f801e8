// The network of this machine, by node:net, node:dgram and node:dns.
// Not here: which addresses a guest may use (policy.ts). https://nodejs.org/api/net.html
import { createServer, createConnection, type Server, type Socket } from 'node:net';
import { checkOptions, flag, type Shape } from '../../../options.ts';
import { destinationOf, type Family } from '../../host/addresses.ts';
import { backlog as checkBacklog, socketAddress } from '../../host/checks.ts';
import { refused, type SystemError } from '../../host/errno.ts';
import type {
  Connection,
  Datagrams,
  Listener,
  Network,
  OptionName,
  SocketAddress,
  SocketOptions,
} from '../../host/network.ts';
import { READABLE, Subscribers } from '../../kernel/pollable.ts';
import { addressFrom, failureOf, NodeConnection } from './connection.ts';
import { countedHandle } from './handles.ts';
import { NodeDatagrams } from './datagrams.ts';
import { lookUp } from './lookup.ts';
import { TestRules } from './test-rules.ts';

/**
 * Connections that the system keeps, and that are kept here, for who accepts, however few were asked for: Node takes all
 * that come at once, and where the system has no room, clients try again after a second.
 */
const KEPT = 1024;

class NodeListener implements Listener {
  /** Resolves once it listens; rejects with a SystemError when it cannot. */
  readonly listening: Promise<void>;
  private readonly server: Server;
  private readonly waiting: NodeConnection[] = [];
  private failed: SystemError | undefined;
  private readonly subscribers = new Subscribers();

  constructor({ address, port }: SocketAddress, backlog: number, { onlyV6 }: SocketOptions) {
    checkBacklog(backlog, 'a listener of Node: the backlog');
    const gone = countedHandle();
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.offer(socket));
    this.listening = new Promise((resolve, reject) => {
      this.server.on('listening', () => {
        resolve();
        this.subscribers.wakeAll();
      });
      this.server.on('error', (error) => {
        gone();
        this.failed = failureOf(error);
        reject(this.failed);
        this.subscribers.wakeAll();
      });
    });
    this.server.on('close', gone);
    this.listening.catch(() => undefined);
    this.server.listen({
      host: address,
      port,
      backlog: KEPT,
      ipv6Only: onlyV6 === true,
      exclusive: true,
    });
  }

  get local(): SocketAddress | undefined {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? undefined : addressFrom(address.address, address.port);
  }

  accept(): Connection | undefined {
    if (this.failed !== undefined) throw this.failed;
    return this.waiting.shift()?.begin();
  }

  ready(interest: number): number {
    return this.waiting.length > 0 || this.failed !== undefined ? interest & READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.server.close();
    for (const connection of this.waiting.splice(0)) connection.close(true);
  }

  private offer(socket: Socket): void {
    try {
      if (this.waiting.length >= KEPT) throw refused('NOBUFS');
      this.waiting.push(new NodeConnection(socket, countedHandle()));
    } catch {
      socket.destroy();
      return;
    }
    this.subscribers.wakeAll();
  }
}

export interface NodeNetworkOptions {
  /**
   * For tests: whoever uses an address that is not of this machine alone, or asks for a name, gets an Error that is no
   * errno of a guest, before anything is asked of Node.
   */
  readonly loopbackOnly?: boolean | undefined;
}

const NETWORK_OPTIONS: Shape<NodeNetworkOptions> = { loopbackOnly: flag };

/** Given to Node, so that it looks nothing up by itself whatever it is given. */
function noLookup(name: string): never {
  throw new TypeError(`${JSON.stringify(name)} is no address`);
}

class NodeNetwork implements Network {
  readonly needsTurns = true;
  private readonly rules: TestRules;

  constructor(loopbackOnly: boolean) {
    this.rules = new TestRules(loopbackOnly);
  }

  listen(given: SocketAddress, backlog = KEPT, options: SocketOptions = {}): NodeListener {
    return new NodeListener(this.rules.checked(given, 'listen'), backlog, options);
  }

  connect(given: SocketAddress, local?: SocketAddress, options: SocketOptions = {}): NodeConnection {
    const { address: host, port } = this.rules.checked(given, 'connect');
    const from = local && this.rules.checked(local, 'connect');
    const gone = countedHandle();
    const socket = createConnection({
      host,
      port,
      allowHalfOpen: true,
      autoSelectFamily: false,
      lookup: noLookup as never,
      ...(from === undefined ? {} : { localPort: from.port }),
      ...(from === undefined || destinationOf(from.address) !== from.address ? {} : { localAddress: from.address }),
    });
    const connection = new NodeConnection(socket, gone).begin();
    for (const name of ['noDelay', 'keepAlive', 'linger'] as const satisfies readonly OptionName[]) {
      if (name in options) connection.setOption(name, options[name]);
    }
    return connection;
  }

  datagrams(given: SocketAddress, options: SocketOptions = {}): Datagrams {
    return new NodeDatagrams(this.rules.checked(given, 'datagrams'), options, this.rules);
  }

  resolve(name: string, family: Family | undefined): PromiseLike<readonly string[]> {
    this.rules.checkName(name);
    return lookUp(name, family);
  }
}

/** The network of this machine. A guest may use of it what rules say: see `allow` of WASI. */
export function nodeNetwork(options?: NodeNetworkOptions): Network {
  const { loopbackOnly = false } = checkOptions('nodeNetwork', options, NETWORK_OPTIONS);
  return new NodeNetwork(loopbackOnly);
}

/** A listener for `listeners`, once it listens. Port 0: any free one. SystemError: ADDRINUSE, ADDRNOTAVAIL, ACCES. */
export async function nodeListener(given: SocketAddress): Promise<Listener> {
  const address = socketAddress(given, 'a listener of Node: the address') as SocketAddress;
  const listener = new NodeListener(address, KEPT, { onlyV6: address.address.includes(':') });
  await listener.listening;
  return listener;
}
