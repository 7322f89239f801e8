// A guest for tests of WasmEdge's sockets: calls by name, whose form is told by how many arguments there are.
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { BUFFER, TestGuest } from '../guest.suite.ts';
import { octetsOf } from '../host/addresses.ts';
import { errnoName } from '../host/errno.ts';
import { LoopbackNetwork, type WasiOptions } from '../index.ts';
import { AI_ERRNO, FAMILY, SOCKTYPE } from './abi.ts';

/** Where tests put what calls are given, and where results are. */
export const AT = {
  fd: 0x100,
  iovs: 0x110,
  length: 0x120,
  flags: 0x124,
  type: 0x128,
  port: 0x12c,
  address: 0x140,
} as const;

/** Bytes at BUFFER may be overwritten from here on. */
const OCTETS = 0x180;

const AI_NAMES = Object.entries(AI_ERRNO);

export class SocketGuest extends TestGuest {
  constructor(options: WasiOptions = {}) {
    super({ network: new LoopbackNetwork(), ...options });
  }

  /** Calls: the name of the errno, or a promise of it. */
  later(name: string, ...args: readonly (number | bigint)[]): string | Promise<string> {
    const answer = this.raw(name, ...args);
    return answer instanceof Promise ? answer.then(nameOf) : nameOf(answer as number);
  }

  override call(name: string, ...args: readonly (number | bigint)[]): string {
    const answer = this.later(name, ...args);
    if (typeof answer !== 'string') throw new TypeError(`${name} had to wait`);
    return answer;
  }

  /** A new socket: its descriptor, or the name of the errno. */
  socket(type: keyof typeof SOCKTYPE = 'stream', family: keyof typeof FAMILY = 'inet4'): number {
    const errno = this.call('sock_open', FAMILY[family], SOCKTYPE[type], AT.fd);
    if (errno !== 'SUCCESS') throw new Error(`sock_open: ${errno}`);
    return this.u32(AT.fd);
  }

  /** Puts an address into memory, in a buffer of its own length or in a storage: where it is. */
  address(text: string, storage = false): number {
    const octets = octetsOf(text) as Uint8Array;
    this.bytes.fill(0, OCTETS, OCTETS + 128);
    if (storage) this.bytes[OCTETS] = octets.length === 4 ? FAMILY.inet4 : FAMILY.inet6;
    this.bytes.set(octets, OCTETS + (storage ? 2 : 0));
    return this.room(storage ? 128 : octets.length);
  }

  /** Room for an address: where it is. */
  room(length: number): number {
    this.setU32(AT.address, OCTETS);
    this.setU32(AT.address + 4, length);
    return AT.address;
  }

  /** Bytes of the address that was told. */
  octets(from: number, to: number): number[] {
    return Array.from(this.bytes.subarray(OCTETS + from, OCTETS + to));
  }

  bind(fd: number, address: string, port: number): string {
    return this.call('sock_bind', fd, this.address(address), port);
  }

  connect(fd: number, address: string, port: number): string | Promise<string> {
    return this.later('sock_connect', fd, this.address(address), port);
  }

  /** One iovec over `length` bytes at BUFFER: pointer and number of iovecs. */
  buffer(length: number, at = BUFFER): [number, number] {
    this.setU32(AT.iovs, at);
    this.setU32(AT.iovs + 4, length);
    return [AT.iovs, 1];
  }

  /** One iovec over a text. */
  sending(text: string): [number, number] {
    const [at, length] = this.text(text);
    return this.buffer(length, at);
  }

  /** What was received, as text. */
  received(): string {
    return decodeUtf8(this.bytes, BUFFER, BUFFER + this.u32(AT.length)) ?? '?';
  }

  /** A server that listens and a client that is connected to it. */
  connected(address = '127.0.0.1', port = 80): { listener: number; server: number; client: number } {
    const family = address.includes(':') ? 'inet6' : 'inet4';
    const listener = this.socket('stream', family);
    for (const errno of [this.bind(listener, address, port), this.call('sock_listen', listener, 5)]) {
      if (errno !== 'SUCCESS') throw new Error(errno);
    }
    const client = this.socket('stream', family);
    const errno = this.connect(client, address, port);
    if (errno !== 'SUCCESS') throw new Error(`sock_connect: ${errno}`);
    const accepted = this.call('sock_accept', listener, AT.fd);
    if (accepted !== 'SUCCESS') throw new Error(`sock_accept: ${accepted}`);
    return { listener, server: this.u32(AT.fd), client };
  }
}

function nameOf(errno: number): string {
  return AI_NAMES.find(([, number]) => number === errno)?.[0] ?? errnoName(errno);
}
