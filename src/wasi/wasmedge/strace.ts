// How strace shows WasmEdge's sockets: addresses as people write them, options and families by name.
import { addressOf } from '../host/addresses.ts';
import { SystemError } from '../host/errno.ts';
import type { Guest } from '../kernel/guest.ts';
import type { Texts } from '../kernel/strace.ts';
import { buffersText, hex, textAt } from '../kernel/strace-values.ts';
import { PREVIEW1 } from '../preview1/abi.ts';
import { eventsText, subscriptionsText, valueText } from '../preview1/strace-values.ts';
import { AI_ERRNO, FAMILY, SOCKOPT, SOCKTYPE, type V1, type V2 } from './abi.ts';
import { readAddress } from './addresses.ts';

const NAMES: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map<string, Readonly<Record<string, number>>>([
  ['family', FAMILY],
  ['socktype', SOCKTYPE],
  ['sockopt', SOCKOPT],
  ['level', { socket: 0 }],
]);

const AI_NAMES = new Map<number, string>(Object.entries(AI_ERRNO).map(([name, number]) => [number, name]));

/** A value that is not in memory; addresses as where they are. */
function shownValue(type: string, value: number | bigint): string {
  const names = NAMES.get(type);
  const name = names && Object.keys(names).find((one) => names[one] === value);
  if (name !== undefined) return name;
  return type === 'address' ? hex(value) : valueText(type, value, PREVIEW1);
}

/** `[::1]:80`, or where it is when there is none. */
export function addressText(guest: Guest, at: number, port: number): string {
  try {
    const { address } = readAddress(guest, at, port);
    return `${address.includes(':') ? `[${address}]` : address}:${port}`;
  } catch (error) {
    if (error instanceof SystemError) return `${hex(at)}:${port}`;
    throw error;
  }
}

/** The octets of an address that was told: as many as the type says, or as the storage does. */
function toldText(guest: Guest, at: number, type: number | undefined): string {
  const buffer = guest.u32(at);
  if (type !== undefined) return addressOf(Uint8Array.from(guest.span(buffer, type === 4 ? 4 : 16)));
  const isV4 = guest.u16(buffer) === FAMILY.inet4;
  return addressOf(Uint8Array.from(guest.span(buffer + 2, isV4 ? 4 : 16)));
}

type Names = keyof typeof V1 | keyof typeof V2;

const bound = (guest: Guest, [fd, at, port]: readonly number[]): string =>
  `fd=${fd}, addr=${addressText(guest, at, port)}`;

const sentTo = (guest: Guest, [fd, iovs, count, at, port, flags, length]: readonly number[]): string =>
  `fd=${fd}, si_data=${buffersText(guest, iovs, count, Number.POSITIVE_INFINITY)}, addr=${addressText(guest, at, port)}, ` +
  `si_flags=${flags}, datalen=${hex(length)}`;

const told = (guest: Guest, [, at, type]: readonly number[]): string => ` addr:${toldText(guest, at, guest.u32(type))}`;
const toldV2 = (guest: Guest, [, at]: readonly number[]): string => ` addr:${toldText(guest, at, undefined)}`;

/** What was received, where the number of bytes is the argument `length`. */
const received =
  (length: number) =>
  (guest: Guest, args: readonly number[]): string =>
    ` data:${buffersText(guest, args[1], args[2], guest.u32(args[length]))}`;

/** For functions of both versions; of those that have one name, `isV2` says which is meant. */
export function textsOf(isV2: boolean): Texts<Names> {
  return {
    value: shownValue,
    errno: (number) => AI_NAMES.get(number),
    sending: ['sock_send_v2'],
    arguments: {
      sock_bind: bound,
      sock_bind_v2: bound,
      sock_connect: bound,
      sock_connect_v2: bound,
      sock_send_to: sentTo,
      sock_send_to_v2: sentTo,
      epoll_oneoff: (guest, [at, out, count, nevents]) =>
        `in=${subscriptionsText(guest, at, count, PREVIEW1)}, out=${hex(out)}, nsubscriptions=${count}, nevents=${hex(nevents)}`,
    },
    results: {
      sock_recv_v2: received(4),
      sock_recv_from: received(isV2 ? 6 : 5),
      sock_recv_from_v2: received(6),
      sock_getlocaladdr: isV2 ? toldV2 : told,
      sock_getpeeraddr: isV2 ? toldV2 : told,
      sock_getlocaladdr_v2: toldV2,
      sock_getpeeraddr_v2: toldV2,
      sock_lookup_ip: (guest, args) => ` addresses:${guest.u32(args[5])} of ${textAt(guest, args[0], args[1])}`,
      epoll_oneoff: (guest, [, at, , nevents]) => ` events:${eventsText(guest, at, guest.u32(nevents))}`,
    },
  };
}
