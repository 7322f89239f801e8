// A network of which a guest may use what its rules allow: each address is checked when it is used, as it is used.
import { destinationOf, type Family, plainAddress, wildcardOf } from '../host/addresses.ts';
import type { Answer } from '../host/async-filesystem.ts';
import { refused, type SystemError } from '../host/errno.ts';
import type {
  Connection,
  Datagram,
  Datagrams,
  Listener,
  Network,
  OptionName,
  OptionValue,
  SocketAddress,
  SocketOptions,
} from '../host/network.ts';
import { type NetworkRules, Policy } from '../host/policy.ts';
import { whenAnswered } from '../kernel/replay.ts';
import { needsNetwork, needsRules, needsTurns } from '../messages.ts';

/** Whom a socket that others may send to can answer, at most: those who wrote last. */
const HEARD = 1024;

/** What the guest gets of a network. */
export function networkFor(
  network: Network | undefined,
  allow: NetworkRules | undefined,
  mode: 'async' | 'sync',
): Network | undefined {
  if (network === undefined && allow !== undefined) throw new TypeError(needsNetwork());
  if (network?.needsTurns === true && mode === 'sync') throw new TypeError(needsTurns());
  if (network === undefined || (network.contained === true && allow === undefined)) return network;
  if (allow === undefined) throw new TypeError(needsRules());
  return guarded(network, allow);
}

/** Is told of what is refused: which of the rules it lacks, as it would be written. */
export type Refused = (kind: keyof NetworkRules, rule: string) => void;

/** Refuses with ACCES what the rules do not allow. */
export function guarded(network: Network, rules: NetworkRules, tell?: Refused): Network {
  const refuse: Refusing = (kind, rule, address) => {
    tell?.(kind, address === undefined ? rule : `${rule}${nameOf(address)}`);
    return refused('ACCES');
  };
  return new Guarded(network, new Policy(rules), refuse);
}

/** Makes the error for a guest. */
type Refusing = (kind: keyof NetworkRules, rule: string, address?: SocketAddress) => SystemError;

function plain({ address, port }: SocketAddress): SocketAddress {
  const known = plainAddress(address);
  if (known === undefined) throw refused('INVAL');
  return { address: known, port };
}

/** What is checked is what is used: no address is that of this machine. */
function destination(given: SocketAddress): SocketAddress {
  const { address, port } = plain(given);
  return { address: destinationOf(address), port };
}

function isAny({ address, port }: SocketAddress): boolean {
  return port === 0 && (address === wildcardOf('ipv4') || address === wildcardOf('ipv6'));
}

class Guarded implements Network {
  readonly contained = true;
  readonly datagrams?: (local: SocketAddress, options?: SocketOptions) => Datagrams;
  readonly resolve?: (name: string, family: Family | undefined) => Answer<readonly string[]>;
  private readonly inner: Network;
  private readonly policy: Policy;
  private readonly refuse: Refusing;

  constructor(inner: Network, policy: Policy, refuse: Refusing) {
    this.inner = inner;
    this.policy = policy;
    this.refuse = refuse;
    if (inner.datagrams !== undefined) this.datagrams = (local, options) => this.openDatagrams(plain(local), options);
    if (inner.resolve !== undefined) this.resolve = (name, family) => this.lookUp(name, family);
  }

  listen(given: SocketAddress, backlog?: number, options?: SocketOptions): Listener {
    const address = plain(given);
    this.checkBind(address);
    return this.inner.listen(address, backlog, options);
  }

  connect(given: SocketAddress, from?: SocketAddress, options?: SocketOptions): Connection {
    const address = destination(given);
    if (!this.policy.mayConnect('tcp', address.address, address.port)) throw this.refuse('connect', 'tcp://', address);
    const local = from && plain(from);
    if (local !== undefined && !isAny(local)) this.checkBind(local);
    return this.inner.connect(address, local, options);
  }

  private openDatagrams(local: SocketAddress, options: SocketOptions | undefined): Datagrams {
    const serves = this.policy.mayBind('udp', local.address, local.port);
    if (!serves && !isAny(local)) throw this.refuse('bind', 'udp://', local);
    if (!serves && !this.policy.maySend()) throw this.refuse('connect', 'udp://ADDRESS:PORT');
    const datagrams = this.inner.datagrams?.(local, options) as Datagrams;
    return new GuardedDatagrams(datagrams, this.policy, serves, this.refuse);
  }

  private lookUp(name: string, family: Family | undefined): Answer<readonly string[]> {
    if (!this.policy.mayResolve(name)) throw this.refuse('resolve', name);
    return whenAnswered(this.inner.resolve?.(name, family) ?? [], (found) => {
      this.policy.learn(name, found);
      return found;
    });
  }

  private checkBind(local: SocketAddress): void {
    if (!this.policy.mayBind('tcp', local.address, local.port)) throw this.refuse('bind', 'tcp://', local);
  }
}

/**
 * A socket whose address the rules name gets messages of all, and may answer those it has heard of. Any other gets messages
 * of those alone that it may send to.
 */
class GuardedDatagrams implements Datagrams {
  readonly capacity: number;
  readonly connect: (peer: SocketAddress | undefined) => void;
  readonly join?: (group: string, by: string | number | undefined) => void;
  readonly leave?: (group: string, by: string | number | undefined) => void;
  private readonly inner: Datagrams;
  private readonly policy: Policy;
  private readonly serves: boolean;
  private readonly refuse: Refusing;
  private readonly heard = new Set<string>();

  constructor(inner: Datagrams, policy: Policy, serves: boolean, refuse: Refusing) {
    this.inner = inner;
    this.policy = policy;
    this.serves = serves;
    this.refuse = refuse;
    this.capacity = inner.capacity;
    this.connect = (peer) => {
      // Checked also where the network does not want to know.
      const allowed = peer && this.checked(peer);
      inner.connect?.(allowed);
    };
    if (inner.join !== undefined) this.join = (group, by) => inner.join?.(this.checkedGroup(group), by);
    if (inner.leave !== undefined) this.leave = (group, by) => inner.leave?.(this.checkedGroup(group), by);
  }

  get local(): SocketAddress | undefined {
    return this.inner.local;
  }

  receive(peek = false): Datagram | undefined {
    for (;;) {
      const first = this.inner.receive(true);
      if (first === undefined) return undefined;
      const from = plain(first.from);
      if (this.serves) this.remember(from);
      else if (!this.policy.mayConnect('udp', from.address, from.port)) {
        this.inner.receive();
        continue;
      }
      return peek ? first : this.inner.receive();
    }
  }

  send(bytes: Uint8Array, to: SocketAddress): boolean {
    return this.inner.send(bytes, this.checked(to));
  }

  setOption(name: OptionName, value: OptionValue): void {
    if (this.inner.setOption === undefined) throw refused('NOTSUP');
    this.inner.setOption(name, value);
  }

  ready(interest: number): number {
    return this.inner.ready(interest);
  }

  subscribe(wake: () => void): () => void {
    return this.inner.subscribe(wake);
  }

  close(): void {
    this.inner.close();
  }

  private checked(given: SocketAddress): SocketAddress {
    const to = destination(given);
    if (this.heard.has(nameOf(to)) || this.policy.mayConnect('udp', to.address, to.port)) return to;
    throw this.refuse('connect', 'udp://', to);
  }

  private checkedGroup(group: string): string {
    const { address } = plain({ address: group, port: 0 });
    if (!this.policy.mayJoin(address)) throw this.refuse('connect', `udp://${hostText(address)}`);
    return address;
  }

  private remember(from: SocketAddress): void {
    const name = nameOf(from);
    this.heard.delete(name);
    this.heard.add(name);
    const [oldest] = this.heard;
    if (this.heard.size > HEARD) this.heard.delete(oldest);
  }
}

/** As rules have it. */
function nameOf({ address, port }: SocketAddress): string {
  return `${hostText(address)}:${port}`;
}

function hostText(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
