// epoll: sets of descriptors that are watched. An event is 32 bytes, `0 events u32 | 8 data, 24 bytes`; the data are the guest's
// and come back unchanged.
import { refused } from '../host/errno.ts';
import type { Price } from '../kernel/cost.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { FileTable } from '../kernel/file-table.ts';
import { OpenEpoll } from '../kernel/open/epoll.ts';
import { can, type IsOpen } from '../kernel/open/open.ts';
import { AT_ONCE, READABLE } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { rights } from '../preview1/abi.ts';
import { checkRights, descriptorFor } from '../preview1/check.ts';

const CHANGES = ['add', 'mod', 'del'] as const;
const EVENT_SIZE = 32;
const DATA = 8;
const DATA_SIZE = 24;
const FOREVER = 0xffff_ffff_ffff_ffffn;

/** Writes the descriptor of an empty set. MFILE, FAULT. */
export function epollCreate({ guest, process }: Call, made: number): void {
  guest.check(made, 4);
  const base = rights('fd_filestat_get', 'fd_read', 'poll_fd_readwrite');
  const fd = process.files.add({ resource: new OpenEpoll(), rights: base, inheriting: 0n, flags: 0 });
  guest.setU32(made, fd);
}

/**
 * Adds a descriptor to a set (0), changes what is asked of it (1), or takes it away (2). EXIST, NOENT: it is there, or is not.
 * PERM: a file or a directory, which are always ready. LOOP: a set of its own. INVAL: no set, itself, no such operation. BADF,
 * FAULT.
 */
export function epollCtl(call: Call, epfd: number, operation: number, fd: number, event: number): void {
  const { guest, process } = call;
  const set = descriptorFor(call, epfd, 'control');
  const descriptor = process.files.get(fd);
  const { resource: open } = descriptor;
  const change = CHANGES[operation];
  if (change === undefined || open === set.resource) throw refused('INVAL');
  if (can(open, 'control')) throw refused('LOOP');
  if (open.directory !== undefined || open.seekable) throw refused('PERM');
  checkRights(descriptor, 'poll_fd_readwrite');
  const asked = change === 'del' ? undefined : guest.span(event, EVENT_SIZE);
  const events = asked === undefined ? 0 : guest.u32(event);
  const data = asked === undefined ? new Uint8Array(0) : asked.slice(DATA, DATA + DATA_SIZE);
  set.resource.control(change, { fd, open, events, data }, openIn(process.files));
}

function openIn(files: FileTable): IsOpen {
  return (fd, open) => files.has(fd) && files.get(fd).resource === open;
}

/**
 * Waits until something is to be told, for so many nanoseconds (0: not at all; all bits: for ever), and writes up to `most`
 * events and their number. INVAL: no set, or no room for one. FAULT.
 */
export function epollWait(
  call: Call,
  epfd: number,
  events: number,
  most: number,
  timeout: bigint,
  count: number,
): WouldBlock | undefined {
  const { guest, process } = call;
  const { resource } = descriptorFor(call, epfd, 'collect');
  if (most === 0) throw refused('INVAL');
  guest.check(events, most * EVENT_SIZE);
  guest.check(count, 4);
  const deadline = timeout === FOREVER ? undefined : call.began() + timeout;
  const shared = process.threads !== undefined && process.threads.count > 1;
  const pollable = resource.pollable(READABLE);
  const isDue = pollable.ready(READABLE) !== 0;
  const isLate = deadline !== undefined && process.clock.monotonic() >= deadline;
  const later = new WouldBlock([{ pollable, interest: READABLE }], deadline);
  if (!isDue && !isLate) return later;
  // What can return at once lets other threads have their turn first.
  if (shared && !call.waited) return new WouldBlock([{ pollable: AT_ONCE, interest: 0 }]);
  const found = resource.collect(most, openIn(process.files));
  if (found.length === 0 && !isLate) return later;
  for (const [i, one] of found.entries()) {
    const at = events + i * EVENT_SIZE;
    guest.span(at, EVENT_SIZE).fill(0);
    guest.setU32(at, one.events);
    guest.span(at + DATA, DATA_SIZE).set(one.data);
  }
  guest.setU32(count, found.length);
  return undefined;
}

/** Which argument of epoll_wait is how many events there is room for. */
export const MOST_EVENTS = 2;
/** As many things are watched at most as there are descriptors, unless more are allowed. */
const WATCHED = 1024;

/** What an epoll set is asked costs as much as to poll for so many. */
export const epollPrice: Price = ({ arg, prices }, at) => Math.min(arg(at), WATCHED) * prices.element;
