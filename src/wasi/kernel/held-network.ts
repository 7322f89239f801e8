// A network of the host, and what is open in it, held as all of a host that a guest can reach is: see held.ts.
import { addressOf, type Family, octetsOf, plainAddress, plainOctets } from '../host/addresses.ts';
import { atHost, refused, SystemError } from '../host/errno.ts';
import { hostName, knownAddresses, ofFamily } from '../host/names.ts';
import type {
  Adjustable,
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
import { answer, type Answers, asked, count, countOrLater } from './answers.ts';
import { HeldPollable } from './held.ts';
import type { Pollable } from './pollable.ts';
import { ask } from './replay.ts';

/** A literal with a port, in canonical text and without what is more; undefined while it is not known. */
const addressOrNone: Answers<SocketAddress | undefined> = (value, method) => {
  if (value === undefined) return undefined;
  const { address, port } = Object(value) as Partial<SocketAddress>;
  const octets = typeof address === 'string' ? octetsOf(withoutZone(address)) : undefined;
  const fits = octets !== undefined && Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;
  answer(method, fits, value);
  return { address: addressOf(plainOctets(octets as Uint8Array)), port: port as number };
};

/** Hosts name the zone of an address that is valid on a link alone; a guest has no use for that name. */
function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

/** What is open in a network: options are taken as far as the provider can. */
abstract class HeldSocket<P extends Pollable & Adjustable> extends HeldPollable<P> {
  setOption(name: OptionName, value: OptionValue): void {
    try {
      atHost(() => this.raw.setOption?.(name, value));
    } catch (error) {
      if (!(error instanceof SystemError) || error.errno !== 'NOTSUP') throw error;
    }
  }
}

/** A stream connection; see Connection. */
export class HeldConnection extends HeldSocket<Connection> {
  get local(): SocketAddress | undefined {
    return asked('local', addressOrNone, () => this.raw.local);
  }

  get remote(): SocketAddress | undefined {
    return asked('remote', addressOrNone, () => this.raw.remote);
  }

  get ended(): boolean {
    return atHost(() => this.raw.ended) === true;
  }

  get capacity(): number {
    return asked('capacity', count, () => this.raw.capacity);
  }

  read(into: Uint8Array, peek = false): number | undefined {
    return this.moving('read', countOrLater(into.length), () => this.raw.read(into, peek));
  }

  available(): number {
    return asked('available', count, () => this.raw.available());
  }

  write(bytes: Uint8Array): number | undefined {
    return this.moving('write', countOrLater(bytes.length), () => this.raw.write(bytes));
  }

  shutdown(directions: { readonly read: boolean; readonly write: boolean }): void {
    atHost(() => this.raw.shutdown(directions));
  }

  override close(stopped = false): void {
    this.ending(() => this.raw.close(stopped));
  }
}

function made<T, H>(held: new (raw: T) => H): Answers<H> {
  return (value, method) => new held(answer<T>(method, typeof value === 'object' && value !== null, value));
}

const connection = made<Connection, HeldConnection>(HeldConnection);

/** A socket that listens; see Listener. */
export class HeldListener extends HeldSocket<Listener> {
  get local(): SocketAddress | undefined {
    return asked('local', addressOrNone, () => this.raw.local);
  }

  accept(): HeldConnection | undefined {
    const orNone: Answers<HeldConnection | undefined> = (value, method) =>
      value === undefined ? undefined : connection(value, method);
    return this.moving('accept', orNone, () => this.raw.accept());
  }
}

const datagramOrNone: Answers<Datagram | undefined> = (value, method) => {
  if (value === undefined) return undefined;
  const { bytes, from } = Object(value) as Partial<Datagram>;
  answer(method, Object.prototype.toString.call(bytes) === '[object Uint8Array]', value);
  return { bytes: bytes as Uint8Array, from: addressOrNone(from, method) as SocketAddress };
};

const flag: Answers<boolean> = (value, method) => answer(method, typeof value === 'boolean', value);

/** A socket for messages; see Datagrams. */
export class HeldDatagrams extends HeldSocket<Datagrams> {
  get local(): SocketAddress | undefined {
    return asked('local', addressOrNone, () => this.raw.local);
  }

  get capacity(): number {
    return asked('capacity', count, () => this.raw.capacity);
  }

  receive(peek = false): Datagram | undefined {
    return this.moving('receive', datagramOrNone, () => this.raw.receive(peek));
  }

  send(bytes: Uint8Array, to: SocketAddress): boolean {
    return this.moving('send', flag, () => this.raw.send(bytes, to));
  }

  connect(peer: SocketAddress | undefined): void {
    atHost(() => this.raw.connect?.(peer));
  }

  membership(change: 'join' | 'leave', group: string, by: string | number | undefined): void {
    if (this.raw[change] === undefined) throw refused('NOTSUP');
    atHost(() => this.raw[change]?.(group, by));
  }
}

const texts: Answers<readonly string[]> = (value, method) => {
  const fits = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return answer(method, fits, value);
};

/** See Network. */
export class HeldNetwork {
  private readonly raw: Network;

  constructor(raw: Network) {
    this.raw = raw;
  }

  listen(address: SocketAddress, backlog: number, options: SocketOptions): HeldListener {
    return asked('listen', made<Listener, HeldListener>(HeldListener), () =>
      this.raw.listen(address, backlog, options),
    );
  }

  connect(address: SocketAddress, local: SocketAddress | undefined, options: SocketOptions): HeldConnection {
    return asked('connect', connection, () => this.raw.connect(address, local, options));
  }

  datagrams(local: SocketAddress, options: SocketOptions): HeldDatagrams {
    if (this.raw.datagrams === undefined) throw refused('NOTSUP');
    return asked('datagrams', made<Datagrams, HeldDatagrams>(HeldDatagrams), () =>
      this.raw.datagrams?.(local, options),
    );
  }

  /**
   * Addresses of a name, in canonical text: of a family alone, if one is given. A provider's promise is waited for as all
   * answers that come later are (replay.ts): the call is tried again. NOENT: there are none, or it is no name.
   */
  resolve(name: string, family?: Family): readonly string[] {
    const known = knownAddresses(name.toLowerCase());
    const found = ofFamily(known ?? this.lookUp(name, family), family);
    if (found.length === 0) throw refused('NOENT');
    return found;
  }

  private lookUp(text: string, family: Family | undefined): readonly string[] {
    const name = hostName(text);
    if (name === undefined) throw refused('NOENT');
    if (this.raw.resolve === undefined) throw refused('NOTSUP');
    const put = () => this.raw.resolve?.(name, family) ?? [];
    return asked('resolve', texts, () => ask(this, 'resolve', [name, family], put))
      .map((one) => plainAddress(withoutZone(one)))
      .filter((one) => one !== undefined);
  }
}
