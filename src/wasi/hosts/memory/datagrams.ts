// Messages in memory: who is sent one has it at once, or loses it.
import { destinationOf, familyOf, isMulticast, octetsOf } from '../../host/addresses.ts';
import { refused } from '../../host/errno.ts';
import {
  type Datagram,
  type Datagrams,
  MAX_MESSAGE,
  type OptionName,
  type OptionValue,
  type SocketAddress,
  type SocketOptions,
} from '../../host/network.ts';
import { READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';
import type { Ports } from './ports.ts';

const CAPACITY = 64 * 1024;
/** What a message takes besides its bytes. */
const HEAD = 64;
const BROADCAST = '255.255.255.255';

export class LoopbackDatagrams implements Datagrams {
  readonly capacity = CAPACITY;
  readonly local: SocketAddress;
  private readonly ports: Ports<LoopbackDatagrams>;
  private readonly release: () => void;
  private readonly options = new Map<OptionName, OptionValue>();
  private readonly groups = new Set<string>();
  private readonly waiting: Datagram[] = [];
  private kept = 0;
  private readonly subscribers = new Subscribers();

  constructor(ports: Ports<LoopbackDatagrams>, local: SocketAddress, release: () => void, options: SocketOptions) {
    this.ports = ports;
    this.local = local;
    this.release = release;
    for (const [name, value] of Object.entries(options)) this.setOption(name as OptionName, value);
  }

  setOption(name: OptionName, value: OptionValue): void {
    this.options.set(name, value);
  }

  receive(peek = false): Datagram | undefined {
    const [first] = this.waiting;
    if (first === undefined || peek) return first;
    this.waiting.shift();
    this.kept -= first.bytes.length + HEAD;
    return first;
  }

  send(bytes: Uint8Array, { address, port }: SocketAddress): boolean {
    if (bytes.length > MAX_MESSAGE[familyOf(address)]) throw refused('MSGSIZE');
    if (address === BROADCAST && this.options.get('broadcast') !== true) throw refused('ACCES');
    const to = { address: destinationOf(address), port };
    const wildcard = octetsOf(this.local.address)?.every((octet) => octet === 0) === true;
    const own = familyOf(address) === 'ipv4' ? '127.0.0.1' : '::1';
    const single = !isMulticast(address) && address !== BROADCAST;
    const from = { address: wildcard ? (single ? to.address : own) : this.local.address, port: this.local.port };
    for (const one of this.receivers(to)) one.deliver({ bytes: bytes.slice(), from });
    return true;
  }

  join(group: string): void {
    if (!isMulticast(group)) throw refused('INVAL');
    if (this.groups.has(group)) throw refused('ADDRINUSE');
    this.groups.add(group);
  }

  leave(group: string): void {
    if (!this.groups.delete(group)) throw refused('ADDRNOTAVAIL');
  }

  ready(interest: number): number {
    return ((this.waiting.length > 0 ? READABLE : 0) | WRITABLE) & interest;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.release();
    this.waiting.length = 0;
    this.kept = 0;
  }

  private receivers(to: SocketAddress): readonly LoopbackDatagrams[] {
    const there = this.ports.at(to.port);
    if (isMulticast(to.address)) {
      const loops = this.options.get(familyOf(to.address) === 'ipv4' ? 'multicastLoopV4' : 'multicastLoopV6');
      return loops === false ? [] : there.filter(({ groups }) => groups.has(to.address));
    }
    if (to.address === BROADCAST) return there.filter(({ local }) => local.address === '0.0.0.0');
    const one = this.ports.find(to);
    return one === undefined ? [] : [one];
  }

  private deliver(message: Datagram): void {
    const size = message.bytes.length + HEAD;
    if (this.kept + size > CAPACITY + HEAD) return;
    this.kept += size;
    this.waiting.push(message);
    this.subscribers.wakeAll();
  }
}
