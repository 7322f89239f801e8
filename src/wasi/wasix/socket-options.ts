// Options of sockets: flags, times and sizes, by one table of their numbers.
// A time is an option_timestamp, `0 tag u8 | 8 nanoseconds u64`, without one there is no limit.
import { refused } from '../host/errno.ts';
import { type OptionName, SOCKET_OPTIONS } from '../host/network.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { can, type Can } from '../kernel/open/open.ts';
import { descriptorFor } from '../preview1/check.ts';

type Socket = Can<'option' | 'setOption' | 'lastError'>;

/** What is asked about a socket and cannot be set. */
type Asked = 'listening' | 'lastError' | 'type' | 'protocol';

// biome-ignore format: a table
const OPTIONS: readonly (OptionName | Asked | undefined)[] = [
  undefined, 'reusePort', 'reuseAddress', 'noDelay', 'dontRoute', 'onlyV6', 'broadcast', 'multicastLoopV4',
  'multicastLoopV6', 'promiscuous', 'listening', 'lastError', 'keepAlive', 'linger', 'outOfBandInline', 'receiveBuffer',
  'sendBuffer', 'receiveLowWater', 'sendLowWater', 'receiveTimeout', 'sendTimeout', 'connectTimeout', 'acceptTimeout',
  'ttl', 'multicastTtlV4', 'type', 'protocol',
];

type Kind = 'flag' | 'time' | 'size';

function kindOf(name: OptionName | Asked): Kind {
  if (name === 'listening') return 'flag';
  return name === 'lastError' || name === 'type' || name === 'protocol' ? 'size' : SOCKET_OPTIONS[name].kind;
}

/** The socket and the option's name. INVAL: no option of that kind has the number. BADF, NOTSOCK. */
function asked(call: Call, fd: number, number: number, kind: Kind): { socket: Socket; name: OptionName | Asked } {
  const { resource } = descriptorFor(call, fd, 'option');
  const name = OPTIONS[number];
  if (name === undefined || kindOf(name) !== kind) throw refused('INVAL');
  if (!can(resource, 'setOption') || !can(resource, 'lastError')) throw refused('NOTSOCK');
  return { socket: resource as Socket, name };
}

/** The same for one that can be set. NOTSUP: it can only be asked. */
function adjustable(call: Call, fd: number, number: number, kind: Kind): { socket: Socket; name: OptionName } {
  const { socket, name } = asked(call, fd, number, kind);
  if (!(name in SOCKET_OPTIONS)) throw refused('NOTSUP');
  return { socket, name: name as OptionName };
}

/** INVAL: no such flag. NOPROTOOPT: a socket of this kind has none. BADF, NOTSOCK. So all below. */
export function sockSetOptFlag(call: Call, fd: number, option: number, value: number): void {
  const { socket, name } = adjustable(call, fd, option, 'flag');
  socket.setOption(name, value !== 0);
}

/** Writes one byte. FAULT. */
export function sockGetOptFlag(call: Call, fd: number, option: number, value: number): void {
  const { socket, name } = asked(call, fd, option, 'flag');
  call.guest.check(value, 1);
  call.guest.setU8(value, socket.option(name as OptionName | 'listening') === true ? 1 : 0);
}

/** A time of 0 is no limit, as POSIX has it, but for `linger`. FAULT. */
export function sockSetOptTime(call: Call, fd: number, option: number, timeout: number): void {
  const { socket, name } = adjustable(call, fd, option, 'time');
  const { guest } = call;
  guest.check(timeout, 16);
  const time = guest.u8(timeout) === 0 ? undefined : guest.u64(timeout + 8);
  socket.setOption(name, time === 0n && name !== 'linger' ? undefined : time);
}

/** Writes 16 bytes. FAULT. */
export function sockGetOptTime(call: Call, fd: number, option: number, timeout: number): void {
  const { socket, name } = asked(call, fd, option, 'time');
  const { guest } = call;
  guest.check(timeout, 16);
  const time = socket.option(name as OptionName) as bigint | undefined;
  guest.span(timeout, 16).fill(0);
  if (time === undefined) return;
  guest.setU8(timeout, 1);
  guest.setU64(timeout + 8, BigInt.asUintN(64, time));
}

/** INVAL, too: a size that is out of range. */
export function sockSetOptSize(call: Call, fd: number, option: number, size: bigint): void {
  const { socket, name } = adjustable(call, fd, option, 'size');
  socket.setOption(name, Number(size));
}

/** Writes a u64. The last error is forgotten when it has been asked for. FAULT. */
export function sockGetOptSize(call: Call, fd: number, option: number, size: number): void {
  const { socket, name } = asked(call, fd, option, 'size');
  call.guest.check(size, 8);
  call.guest.setU64(size, BigInt(sizeOf(call, socket, name)));
}

const STREAM = { type: 1, protocol: 6 } as const;
const DATAGRAM = { type: 2, protocol: 17 } as const;

function sizeOf({ rules }: Call, socket: Socket, name: OptionName | Asked): number {
  if (name === 'lastError') return rules.errno(socket.lastError());
  if (name !== 'type' && name !== 'protocol') return Number(socket.option(name));
  return (socket.type === 'socket-datagram' ? DATAGRAM : STREAM)[name];
}
