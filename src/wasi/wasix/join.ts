// Waiting for children, and numbers of processes.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import { type Pollable, READABLE } from '../kernel/pollable.ts';
import type { Ended, Process } from '../kernel/process.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { checkFlags } from '../preview1/check.ts';

/** Any child. */
const ANY = 0xffff_ffff;

const JOIN = { nonBlocking: 1, wakeStopped: 2 } as const;

/** Children of the number, or all. CHILD where there is none. */
function candidates({ children }: Process, pid: number): Process[] {
  const found = [...children].filter(({ id }) => pid === ANY || id === pid);
  if (found.length === 0) throw refused('CHILD');
  return found;
}

/** One that has news, or a wait for that. */
function awaitNews(process: Process, pid: number, isNews: (child: Process) => boolean): Process | WouldBlock {
  const all = candidates(process, pid);
  const found = all.find(isNews);
  if (found !== undefined) return found;
  const pollable: Pollable = {
    ready: () => (all.some(isNews) ? READABLE : 0),
    subscribe: (wake) => process.changes.add(wake),
  };
  return new WouldBlock([{ pollable, interest: READABLE }]);
}

const hasEnded = ({ ended }: Process): boolean => ended !== undefined;

/** That of the first generation: waits for a child, whose number it reads and writes, and writes its exit code. CHILD. */
export function procJoinFirst({ guest, process }: Call, pid: number, code: number): WouldBlock | undefined {
  guest.check(pid, 4);
  guest.check(code, 4);
  const found = awaitNews(process, guest.u32(pid), hasEnded);
  if (found instanceof WouldBlock) return found;
  guest.setU32(pid, found.id);
  guest.setU32(code, (found.ended as Ended).code);
  familyOf(process).reap(found);
  return undefined;
}

/** Bytes of the option of a process's number `0 tag u8 | 4 pid u32`, and of a status `0 tag u8 | 2 code u16 or signal u8 | 4 signal u8`. */
const OPTION_SIZE = 8;
const STATUS_SIZE = 6;
const STATUS = { nothing: 0, exitNormal: 1, exitSignal: 2, stopped: 3 } as const;

/**
 * Waits for a child: reads whom, writes who it was and how it ended; nobody, without an error, where it does not wait and none
 * has. CHILD: there is none; INVAL: unknown flags.
 */
export function procJoin({ guest, process }: Call, pid: number, flags: number, status: number): WouldBlock | undefined {
  checkFlags(flags, JOIN.nonBlocking | JOIN.wakeStopped);
  guest.check(pid, OPTION_SIZE);
  guest.check(status, STATUS_SIZE);
  const wakesStopped = (flags & JOIN.wakeStopped) !== 0;
  const wanted = guest.u8(pid) === 0 ? ANY : guest.u32(pid + 4);
  const isNews = (child: Process): boolean => hasEnded(child) || (wakesStopped && child.stopIsNews);
  const found = awaitNews(process, wanted, isNews);
  if (found instanceof WouldBlock && (flags & JOIN.nonBlocking) === 0) return found;
  guest.span(status, STATUS_SIZE).fill(0);
  guest.setU8(pid, 1);
  guest.setU32(pid + 4, found instanceof WouldBlock ? 0 : found.id);
  if (found instanceof WouldBlock) return undefined;
  const { ended, stopped } = found;
  if (ended === undefined) {
    guest.setU8(status, STATUS.stopped);
    guest.setU8(status + 2, stopped ?? 0);
    found.stopIsNews = false;
    return undefined;
  }
  guest.setU8(status, ended.signal === undefined ? STATUS.exitNormal : STATUS.exitSignal);
  guest.setU16(status + 2, ended.code & 0xffff);
  if (ended.signal !== undefined) guest.setU8(status + 4, ended.signal);
  familyOf(process).reap(found);
  return undefined;
}

export function procId({ guest, process }: Call, pid: number): void {
  guest.setU32(pid, process.id);
}

/** The number of a process's parent, 0 for none. SRCH: there is no such process. */
export function procParent({ guest, process }: Call, pid: number, parent: number): void {
  guest.check(parent, 4);
  const found = pid === process.id ? process : familyOf(process).members.get(pid);
  if (found === undefined) throw refused('SRCH');
  guest.setU32(parent, found.parent?.id ?? 0);
}
