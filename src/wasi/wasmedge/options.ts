// Socket options of WasmEdge: sock_getsockopt and sock_setsockopt, and the older sock_bind_device. One table says what each
// option is in memory and what it is for the kernel.
//
//     i32      4 bytes
//     linger   0 on i32 | 4 seconds i32
//     time     0 seconds i64 | 8 microseconds i64; all zero: no limit
//     name     bytes; told with a NUL, which counts
import { ERRNO, refused } from '../host/errno.ts';
import type { OptionName, OptionValue } from '../host/network.ts';
import { encodeUtf8 } from '../../syntax/utf8.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Guest } from '../kernel/guest.ts';
import type { Can } from '../kernel/open/open.ts';
import { descriptorFor } from '../preview1/check.ts';
import { SOCKOPT, SOCKTYPE, SOL_SOCKET } from './abi.ts';
import { bindToDevice, deviceOf } from './device.ts';

type Socket = Can<'option' | 'setOption' | 'lastError'>;

/** How a value is kept in memory: its bytes, and how they are read and written. */
interface Format {
  readonly size: number;
  read(guest: Guest, at: number): OptionValue;
  write(guest: Guest, at: number, value: OptionValue): void;
}

const SECOND = 1_000_000_000n;
const MICROSECOND = 1000n;
/** The longest time that a signed number of 64 bits can say in nanoseconds. */
const LONGEST = 2n ** 63n - 1n;

const i32: Format = {
  size: 4,
  read: (guest, at) => guest.u32(at) | 0,
  write: (guest, at, value) => guest.setU32(at, Number(value) >>> 0),
};

const flag: Format = { ...i32, read: (guest, at) => guest.u32(at) !== 0 };

const linger: Format = {
  size: 8,
  read: (guest, at) => {
    const seconds = guest.u32(at + 4) | 0;
    if (guest.u32(at) === 0) return undefined;
    if (seconds < 0) throw refused('INVAL');
    return BigInt(seconds) * SECOND;
  },
  write: (guest, at, value) => {
    guest.setU32(at, value === undefined ? 0 : 1);
    guest.setU32(at + 4, Number(BigInt(value ?? 0) / SECOND));
  },
};

const time: Format = {
  size: 16,
  read: (guest, at) => {
    const [seconds, microseconds] = [BigInt.asIntN(64, guest.u64(at)), BigInt.asIntN(64, guest.u64(at + 8))];
    if (seconds < 0n || microseconds < 0n || microseconds >= SECOND / MICROSECOND) throw refused('INVAL');
    const all = seconds * SECOND + microseconds * MICROSECOND;
    return all === 0n ? undefined : all < LONGEST ? all : LONGEST;
  },
  write: (guest, at, value) => {
    const all = BigInt(value ?? 0);
    guest.setU64(at, all / SECOND);
    guest.setU64(at + 8, (all % SECOND) / MICROSECOND);
  },
};

/** Options that the kernel's sockets have. */
// biome-ignore format: a table
const KEPT: ReadonlyMap<number, readonly [OptionName, Format]> = new Map([
  [SOCKOPT.reuseaddr, ['reuseAddress', flag]], [SOCKOPT.dontroute, ['dontRoute', flag]],
  [SOCKOPT.broadcast, ['broadcast', flag]], [SOCKOPT.keepalive, ['keepAlive', flag]],
  [SOCKOPT.oobinline, ['outOfBandInline', flag]], [SOCKOPT.sndbuf, ['sendBuffer', i32]],
  [SOCKOPT.rcvbuf, ['receiveBuffer', i32]], [SOCKOPT.rcvlowat, ['receiveLowWater', i32]],
  [SOCKOPT.linger, ['linger', linger]], [SOCKOPT.rcvtimeo, ['receiveTimeout', time]],
  [SOCKOPT.sndtimeo, ['sendTimeout', time]],
]);

/** What is asked about a socket and cannot be set. */
const ASKED: ReadonlyMap<number, (socket: Socket) => number> = new Map([
  [SOCKOPT.type, ({ type }: Socket) => (type === 'socket-datagram' ? SOCKTYPE.dgram : SOCKTYPE.stream)],
  [SOCKOPT.error, (socket: Socket) => ERRNO[socket.lastError()]],
  [SOCKOPT.acceptconn, (socket: Socket) => Number(socket.option('listening'))],
]);

/**
 * Writes the value of an option, and how long it is, where it is said how much room there is. INVAL: an unknown level or
 * option, or no room. NOPROTOOPT: a socket that has no such option. NOTSOCK, BADF, FAULT.
 */
export function sockGetOption(call: Call, fd: number, level: number, name: number, value: number, length: number) {
  checkOption(level, name);
  const { guest } = call;
  const socket = socketFor(call, fd);
  guest.check(length, 4);
  const room = guest.u32(length);
  if (name === SOCKOPT.bindtodevice) tellDevice(guest, socket, value, room, length);
  else {
    const [kept, format] = KEPT.get(name) ?? [undefined, i32];
    if (room < format.size) throw refused('INVAL');
    guest.check(value, format.size);
    format.write(guest, value, kept === undefined ? ASKED.get(name)?.(socket) : socket.option(kept));
    guest.setU32(length, format.size);
  }
}

/** INVAL: an unknown level or option, a value that is too short or out of range. NOPROTOOPT: it cannot be set. */
export function sockSetOption(
  call: Call,
  fd: number,
  level: number,
  name: number,
  value: number,
  length: number,
): void {
  checkOption(level, name);
  const { guest } = call;
  const socket = socketFor(call, fd);
  const found = KEPT.get(name);
  if (name === SOCKOPT.bindtodevice) bindToDevice(guest, socket, value, length);
  else if (found === undefined) throw refused('NOPROTOOPT');
  else {
    const [kept, format] = found;
    guest.check(value, length);
    if (length < format.size) throw refused('INVAL');
    socket.setOption(kept, format.read(guest, value));
  }
}

/** The older way to say a socket's device. NODEV, INVAL, NOTSOCK, BADF, FAULT. */
export function sockBindDevice(call: Call, fd: number, name: number, length: number): void {
  bindToDevice(call.guest, socketFor(call, fd), name, length);
}

function checkOption(level: number, name: number): void {
  if (level !== SOL_SOCKET || name > SOCKOPT.bindtodevice) throw refused('INVAL');
}

function socketFor(call: Call, fd: number): Socket {
  descriptorFor(call, fd, 'option');
  descriptorFor(call, fd, 'setOption');
  return descriptorFor(call, fd, 'lastError').resource as Socket;
}

/** Nothing at all, with length 0, where it has none. */
function tellDevice(guest: Guest, socket: Socket, value: number, room: number, length: number): void {
  const name = deviceOf(socket);
  const bytes = name === '' ? new Uint8Array(0) : encodeUtf8(`${name}\0`);
  if (room < bytes.length) throw refused('INVAL');
  guest.span(value, bytes.length).set(bytes);
  guest.setU32(length, bytes.length);
}
