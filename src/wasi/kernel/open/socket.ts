// What stream sockets and sockets for messages have in common: a family, options, an address of their own, and what they
// keep for those who read, which is counted.
import type { Budget } from '../../../runtime/budget.ts';
import { type Family, familyOf, octetsOf, plainAddress } from '../../host/addresses.ts';
import { type ErrnoName, refused, type SystemError } from '../../host/errno.ts';
import {
  type OptionName,
  type OptionValue,
  SOCKET_OPTIONS,
  type SocketAddress,
  type SocketOptions,
} from '../../host/network.ts';
import type { HeldNetwork } from '../held-network.ts';
import { HANGUP, type Pollable, READABLE } from '../pollable.ts';
import { Open, type SocketStatus } from './open.ts';

/** What a socket may need. */
export interface SocketContext {
  /** Undefined: a socket that was given to the guest, and makes no other. */
  readonly network: HeldNetwork | undefined;
  readonly family: Family;
  readonly budget: Budget<'socketBytes'>;
}

/** What is ready at once, since nothing will ever happen with it as it is. */
export const OVER: Pollable = { ready: (interest) => interest | HANGUP, subscribe: () => () => {} };

export abstract class Socket extends Open {
  abstract readonly kind: 'stream' | 'datagram';
  readonly family: Family;
  protected readonly network: HeldNetwork | undefined;
  protected readonly budget: Budget<'socketBytes'>;
  /** As it was asked for. */
  protected bound: SocketAddress | undefined;
  protected failure: SystemError | undefined;
  private charged = 0;
  private readonly values = new Map<OptionName, OptionValue>();

  constructor({ network, family, budget }: SocketContext) {
    super();
    this.network = network;
    this.family = family;
    this.budget = budget;
  }

  /** What the provider has open for it. */
  protected abstract readonly raw: { setOption(name: OptionName, value: OptionValue): void } | undefined;

  abstract override status(): SocketStatus;

  override option(name: OptionName | 'listening'): OptionValue {
    if (name === 'listening') return false;
    this.checkOption(name);
    return this.values.has(name) ? this.values.get(name) : SOCKET_OPTIONS[name].initial;
  }

  override setOption(name: OptionName, value: OptionValue): void {
    this.checkOption(name);
    const known = SOCKET_OPTIONS[name];
    if ('most' in known && !(Number(value) >= 0 && Number(value) <= known.most)) throw refused('INVAL');
    this.raw?.setOption(name, value);
    this.values.set(name, value);
  }

  override timeout(interest: number): bigint | undefined {
    return this.option(interest === READABLE ? 'receiveTimeout' : 'sendTimeout') as bigint | undefined;
  }

  override lastError(): ErrnoName {
    return this.takeFailure()?.errno ?? 'SUCCESS';
  }

  protected get options(): SocketOptions {
    return Object.fromEntries(this.values);
  }

  protected takeFailure(): SystemError | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  /**
   * What a network is told where the guest names an address: AFNOSUPPORT where it is of another family than the socket,
   * ADDRNOTAVAIL for one of IPv4 behind a socket that is for IPv6 alone, INVAL for what is none.
   */
  protected outward({ address, port }: SocketAddress): SocketAddress {
    const plain = plainAddress(address);
    if (plain === undefined || octetsOf(address) === undefined) throw refused('INVAL');
    if (familyOf(address) !== this.family) throw refused('AFNOSUPPORT');
    if (familyOf(plain) !== this.family && this.option('onlyV6') === true) throw refused('ADDRNOTAVAIL');
    return { address: plain, port };
  }

  /** An address as the guest's socket has it: one of IPv4 is mapped where the socket is for IPv6. */
  protected inward({ address, port }: SocketAddress): SocketAddress {
    const maps = this.family === 'ipv6' && familyOf(address) === 'ipv4';
    return { address: maps ? `::ffff:${address}` : address, port };
  }

  /** ACCES for a socket that has no network to use. */
  protected get usedNetwork(): HeldNetwork {
    if (this.network === undefined) throw refused('ACCES');
    return this.network;
  }

  /** NOBUFS where no more may be kept. What is charged is given back when it is closed. */
  protected charge(bytes: number): void {
    if (!this.budget.charge('socketBytes', bytes)) throw refused('NOBUFS');
    this.charged += bytes;
  }

  protected creditAll(): void {
    this.budget.credit('socketBytes', this.charged);
    this.charged = 0;
  }

  private checkOption(name: OptionName): void {
    const { of } = SOCKET_OPTIONS[name];
    if (of !== 'both' && of !== this.kind) throw refused('NOPROTOOPT');
  }
}

/** Something to wait for until `isThere`, whatever the interest; `source` says when it may have changed. */
export function until(source: Pollable, isThere: () => boolean): Pollable {
  return {
    ready: (interest) => (isThere() ? interest : 0),
    subscribe: (wake) => source.subscribe(wake),
  };
}
