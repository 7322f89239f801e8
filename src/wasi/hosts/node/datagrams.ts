// Messages by way of Node. https://nodejs.org/api/dgram.html  Addresses are literals, so nothing is looked up, and Node
// binds and sends at once.
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { familyOf } from '../../host/addresses.ts';
import { refused, type SystemError } from '../../host/errno.ts';
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
import { addressFrom, failureOf } from './connection.ts';
import { countedHandle } from './handles.ts';
import type { TestRules } from './test-rules.ts';

const CAPACITY = 64 * 1024;
/** What a message takes besides its bytes. */
const HEAD = 64;

type Found = (error: Error | null, address: string, family: number) => void;

/** In place of a resolver: an address is itself. */
function literal(address: string, family: unknown, found: Found): void {
  found(null, address, family === 6 ? 6 : 4);
}

const SETTERS: ReadonlyMap<OptionName, (socket: Socket, value: OptionValue) => unknown> = new Map([
  ['broadcast', (socket: Socket, value: OptionValue) => socket.setBroadcast(value === true)],
  ['ttl', (socket: Socket, value: OptionValue) => socket.setTTL(Number(value))],
  ['multicastTtlV4', (socket: Socket, value: OptionValue) => socket.setMulticastTTL(Number(value))],
  ['multicastLoopV4', (socket: Socket, value: OptionValue) => socket.setMulticastLoopback(value === true)],
  ['multicastLoopV6', (socket: Socket, value: OptionValue) => socket.setMulticastLoopback(value === true)],
]);

export class NodeDatagrams implements Datagrams {
  readonly capacity = CAPACITY;
  local: SocketAddress | undefined;
  private readonly rules: TestRules;
  private readonly socket: Socket;
  private readonly isV6: boolean;
  private readonly waiting: Datagram[] = [];
  private kept = 0;
  /** Bytes that Node has not sent yet. */
  private sending = 0;
  private failed: SystemError | undefined;
  private readonly subscribers = new Subscribers();

  constructor({ address, port }: SocketAddress, options: SocketOptions, rules: TestRules) {
    this.rules = rules;
    this.isV6 = familyOf(address) === 'ipv6';
    const { reuseAddress, onlyV6 } = options;
    const gone = countedHandle();
    const socket = createSocket({
      type: this.isV6 ? 'udp6' : 'udp4',
      reuseAddr: reuseAddress === true,
      ipv6Only: this.isV6 && onlyV6 === true,
      lookup: literal as never,
    });
    this.socket = socket;
    socket.on('close', gone);
    socket.on('error', (error) => this.fail(error));
    socket.on('message', (bytes, { address: from, port: of }) =>
      this.keep({ bytes, from: { address: from, port: of } }),
    );
    socket.on('listening', () => {
      const bound = socket.address();
      this.local = addressFrom(bound.address, bound.port);
      for (const [name, value] of Object.entries(options)) this.setLate(name as OptionName, value);
      this.subscribers.wakeAll();
    });
    socket.bind({ address, port, exclusive: true });
  }

  setOption(name: OptionName, value: OptionValue): void {
    const set = SETTERS.get(name);
    if (set === undefined) throw refused('NOTSUP');
    // Before it is bound, Node has nothing to set it on.
    if (this.local === undefined) this.socket.once('listening', () => this.setLate(name, value));
    else set(this.socket, value);
  }

  receive(peek = false): Datagram | undefined {
    const [first] = this.waiting;
    if (first === undefined) this.throwFailure();
    if (first === undefined || peek) return first;
    this.waiting.shift();
    this.kept -= first.bytes.length + HEAD;
    return first;
  }

  send(bytes: Uint8Array, to: SocketAddress): boolean {
    const { address, port } = this.rules.checked(to, 'send');
    this.throwFailure();
    if (bytes.length > MAX_MESSAGE[familyOf(address)]) throw refused('MSGSIZE');
    if (this.sending > 0 && this.sending + bytes.length > CAPACITY) return false;
    const size = bytes.length + HEAD;
    this.sending += size;
    this.socket.send(
      bytes.slice(),
      port,
      this.isV6 && familyOf(address) === 'ipv4' ? `::ffff:${address}` : address,
      (error) => {
        this.sending -= size;
        if (error !== null) this.failed = failureOf(error);
        this.subscribers.wakeAll();
      },
    );
    return true;
  }

  join(group: string, by: string | number | undefined): void {
    this.rules.checkName(group);
    this.socket.addMembership(group, interfaceOf(by));
  }

  leave(group: string, by: string | number | undefined): void {
    this.socket.dropMembership(group, interfaceOf(by));
  }

  ready(interest: number): number {
    const isOver = this.failed !== undefined;
    const bits =
      (this.waiting.length > 0 || isOver ? READABLE : 0) | (this.sending < CAPACITY || isOver ? WRITABLE : 0);
    return bits & interest;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.waiting.length = 0;
    this.kept = 0;
    this.socket.removeAllListeners('message');
    this.socket.close();
  }

  private setLate(name: OptionName, value: OptionValue): void {
    try {
      SETTERS.get(name)?.(this.socket, value);
    } catch (error) {
      this.fail(error);
    }
  }

  private keep(message: Datagram): void {
    const size = message.bytes.length + HEAD;
    if (this.kept + size > CAPACITY + HEAD) return;
    this.kept += size;
    this.waiting.push(message);
    this.subscribers.wakeAll();
  }

  private fail(error: unknown): void {
    this.failed = failureOf(error);
    this.subscribers.wakeAll();
  }

  private throwFailure(): void {
    const { failed } = this;
    // What could not be bound stays so.
    if (this.local !== undefined) this.failed = undefined;
    if (failed !== undefined) throw failed;
  }
}

/** What Node calls an interface: its address, or for IPv6 its name behind a `%`. NODEV: there is none with the index. */
function interfaceOf(by: string | number | undefined): string | undefined {
  if (by === undefined || by === 0 || by === '0.0.0.0') return undefined;
  if (typeof by === 'string') return by;
  for (const [name, all = []] of Object.entries(networkInterfaces())) {
    if (all.some((one) => one.family === 'IPv6' && one.scopeid === by)) return `::%${name}`;
  }
  throw refused('NODEV');
}
