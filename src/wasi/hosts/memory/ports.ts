// Who has which port of a network in memory: one such table for streams, and one for messages.
import { familyOf, wildcardOf } from '../../host/addresses.ts';
import { refused } from '../../host/errno.ts';
import type { SocketAddress, SocketOptions } from '../../host/network.ts';

const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

/** Where something is bound. */
interface Bound {
  readonly local: SocketAddress;
  /** `::` does not stand for the addresses of IPv4, too. */
  readonly onlyV6: boolean;
  readonly shared: boolean;
}

export class Ports<T> {
  private readonly byPort = new Map<number, (Bound & { readonly owner: T })[]>();
  private lastPort = FIRST_FREE_PORT - 1;

  /** Binds what `make` makes. ADDRINUSE where an address is taken that it would have, unless both share it. */
  bind(
    { address, port }: SocketAddress,
    { onlyV6, reusePort }: SocketOptions,
    make: (local: SocketAddress, release: () => void) => T,
  ): T {
    const local = { address, port: port === 0 ? this.free() : port };
    const bound: Bound = { local, onlyV6: onlyV6 === true, shared: reusePort === true };
    const others = this.byPort.get(local.port) ?? [];
    for (const other of others) {
      if (!(bound.shared && other.shared) && overlap(bound, other)) throw refused('ADDRINUSE');
    }
    const entry = { ...bound, owner: make(local, () => this.release(local.port, entry)) };
    this.byPort.set(local.port, [...others, entry]);
    return entry.owner;
  }

  /** Who has an address: where one has it and another all addresses, the former. */
  find({ address, port }: SocketAddress): T | undefined {
    const there = this.byPort.get(port) ?? [];
    return (there.find(({ local }) => local.address === address) ?? there.find((one) => covers(one, address)))?.owner;
  }

  /** All that have a port. */
  at(port: number): readonly T[] {
    return (this.byPort.get(port) ?? []).map(({ owner }) => owner);
  }

  /** A port that nobody has. ADDRINUSE when there is none. */
  free(): number {
    for (let tries = FIRST_FREE_PORT; tries <= LAST_PORT; tries++) {
      this.lastPort = this.lastPort >= LAST_PORT ? FIRST_FREE_PORT : this.lastPort + 1;
      if (!this.byPort.has(this.lastPort)) return this.lastPort;
    }
    throw refused('ADDRINUSE');
  }

  private release(port: number, entry: Bound): void {
    const left = (this.byPort.get(port) ?? []).filter((one) => one !== entry);
    if (left.length === 0) this.byPort.delete(port);
    else this.byPort.set(port, left);
  }
}

/** Whether something that is bound to all addresses of a family has one. */
function covers({ local, onlyV6 }: Bound, address: string): boolean {
  if (local.address === '::') return !onlyV6 || familyOf(address) === 'ipv6';
  return local.address === wildcardOf('ipv4') && familyOf(address) === 'ipv4';
}

function overlap(one: Bound, other: Bound): boolean {
  const [a, b] = [one.local.address, other.local.address];
  return a === b || covers(one, b) || covers(other, a);
}
