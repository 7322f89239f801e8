// Values of preview 1 as people read them: flags and enumerations by name, structures.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#types
import { errnoName } from '../host/errno.ts';
import type { Guest } from '../kernel/guest.ts';
import { flagsText, hex, MAX_PARTS, textAt } from '../kernel/strace-values.ts';
import {
  EVENT_SIZE,
  FDFLAGS,
  FILE_TYPES,
  FSTFLAGS,
  type Layout,
  LOOKUPFLAGS,
  OFLAGS,
  RIFLAGS,
  RIGHT_NAMES,
  SDFLAGS,
} from './abi.ts';

/** Sets of more rights are written in hexadecimal. */
const MAX_RIGHTS = 4;

const FLAGS = new Map<string, Readonly<Record<string, number>>>([
  ['fdflags', FDFLAGS],
  ['fstflags', FSTFLAGS],
  ['lookupflags', LOOKUPFLAGS],
  ['oflags', OFLAGS],
  ['riflags', RIFLAGS],
  ['sdflags', SDFLAGS],
]);

const NAMES = new Map([
  ['clockid', ['realtime', 'monotonic', 'process_cputime', 'thread_cputime']],
  ['advice', ['normal', 'sequential', 'random', 'willneed', 'dontneed', 'noreuse']],
]);

/** A value that is not in memory, by the type that the table gives it. */
export function valueText(type: string, value: number | bigint, layout: Layout): string {
  if (type === 'rights') return rightsText(value as bigint);
  if (type === 'whence') return layout.whence[Number(value)] ?? String(value);
  const flags = FLAGS.get(type);
  if (flags !== undefined) return flagsText(flags, value as number);
  const name = NAMES.get(type)?.[Number(value)];
  if (name !== undefined) return name;
  return type === 'ptr' || type.endsWith('flags') ? hex(value) : String(value);
}

function rightsText(value: bigint): string {
  const names = RIGHT_NAMES.filter((_name, bit) => ((value >> BigInt(bit)) & 1n) !== 0n);
  if (names.length === 0 || names.length > MAX_RIGHTS || value >> BigInt(RIGHT_NAMES.length) !== 0n) return hex(value);
  return names.join('|');
}

function typeName(number: number): string {
  return Object.keys(FILE_TYPES)[Object.values(FILE_TYPES).indexOf(number)] ?? String(number);
}

export function fdstatText(guest: Guest, at: number): string {
  const rights = `rights=${rightsText(guest.u64(at + 8))} inheriting=${rightsText(guest.u64(at + 16))}`;
  return `{${typeName(guest.u8(at))} flags=${flagsText(FDFLAGS, guest.u16(at + 2))} ${rights}}`;
}

export function filestatText(guest: Guest, at: number, { filestat }: Layout): string {
  const links = filestat.nlinkBytes === 8 ? guest.u64(at + filestat.nlink) : guest.u32(at + filestat.nlink);
  const size = guest.u64(at + filestat.fileSize);
  return `{${typeName(guest.u8(at + 16))} size=${size} ino=${guest.u64(at + 8)} nlink=${links} mtim=${guest.u64(at + filestat.mtim)}}`;
}

/** What poll_oneoff is asked: `read(0) clock(monotonic, 5000)`. */
export function subscriptionsText(guest: Guest, at: number, count: number, layout: Layout): string {
  const { size, clockId, timeout, flags } = layout.subscription;
  const parts: string[] = [];
  try {
    guest.check(at, count * size);
    for (let i = 0; i < count && i < MAX_PARTS; i++) {
      const one = at + i * size;
      const type = guest.u8(one + 8);
      if (type === 0) {
        const until = (guest.u16(one + flags) & 1) !== 0 ? 'at ' : '';
        const clock = valueText('clockid', guest.u32(one + clockId), layout);
        parts.push(`clock(${clock}, ${until}${guest.u64(one + timeout)})`);
      } else {
        parts.push(`${['', 'read', 'write'][type] ?? type}(${guest.u32(one + 16)})`);
      }
    }
  } catch {
    return hex(at);
  }
  return `[${parts.join(', ')}${count > MAX_PARTS ? ', ...' : ''}]`;
}

/** What has happened: `read 5 bytes`, `clock`, or the error of one. */
export function eventsText(guest: Guest, at: number, count: number): string {
  const parts: string[] = [];
  for (let i = 0; i < count && i < MAX_PARTS; i++) {
    const one = at + i * EVENT_SIZE;
    const errno = guest.u16(one + 8);
    const type = ['clock', 'read', 'write'][guest.u8(one + 10)] ?? 'unknown';
    const bytes = type === 'read' ? ` ${guest.u64(one + 16)} bytes` : '';
    const hangup = (guest.u16(one + 24) & 1) !== 0 ? ' hangup' : '';
    parts.push(errno === 0 ? `${type}${bytes}${hangup}` : `${type} ${errnoName(errno)}`);
  }
  return `[${parts.join(', ')}${count > MAX_PARTS ? ', ...' : ''}]`;
}

/** The names that fd_readdir wrote; the last may be cut. */
export function direntsText(guest: Guest, at: number, used: number): string {
  const parts: string[] = [];
  for (let here = at; here + 24 <= at + used; ) {
    const length = guest.u32(here + 16);
    const there = Math.min(length, at + used - here - 24);
    if (parts.length === MAX_PARTS) return `[${parts.join(', ')}, ...]`;
    parts.push(`${textAt(guest, here + 24, there)}${there < length ? '...' : ''}`);
    here += 24 + length;
  }
  return `[${parts.join(', ')}]`;
}
