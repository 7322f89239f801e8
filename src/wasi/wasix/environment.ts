// What a process has of its surroundings: the current directory, the terminal, the clock.
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Process } from '../kernel/process.ts';
import { withEntry } from '../kernel/resolve.ts';
import type { Pieces } from '../kernel/wait.ts';
import { CLOCK } from '../preview1/abi.ts';
import { type Chapter, chapter } from './chapter.ts';
import { currentDirectory, fromRoot, pathOf } from './rules.ts';

// biome-ignore format: a table
const TABLE = {
  getcwd:         'path:ptr path_len:ptr',
  chdir:          'path:string',
  tty_get:        'state:ptr',
  tty_set:        'state:ptr',
  clock_time_set: 'id:clockid timestamp:timestamp',
} as const;

export function environment(): Chapter[] {
  return [chapter(TABLE, { getcwd, chdir, tty_get: ttyGet, tty_set: ttySet, clock_time_set: clockTimeSet })];
}

/**
 * Writes the current directory with a closing NUL, and its length without that to `length`, where the room is that there is.
 * RANGE: too little; the room that is needed is written then.
 */
function getcwd({ guest, process }: Call, path: number, length: number): void {
  const text = encodeUtf8(`${currentDirectory(process)}\0`);
  const room = guest.pointer(length);
  // Checked in any case, so that what is written is written whole.
  guest.check(length, guest.pointerSize);
  if (path === 0 || room < text.length) {
    guest.setPointer(length, text.length);
    throw refused('RANGE');
  }
  guest.span(path, text.length).set(text);
  guest.setPointer(length, text.length - 1);
}

function chdir({ guest, process }: Call, path: number, length: number): Pieces | undefined {
  return changeDirectory(process, guest.path(path, length));
}

/** Makes a directory the current one of a process. NOENT, NOTDIR, and what resolution returns. */
export function changeDirectory(process: Process, given: string): Pieces | undefined {
  if (given === '') throw refused('NOENT');
  const absolute = given.startsWith('/') ? given : `${currentDirectory(process)}/${given}`;
  const start = fromRoot(process, absolute);
  return withEntry(start, 'always', ({ stat, names, name }) => {
    if (stat === undefined) throw refused('NOENT');
    if (stat.type !== 'directory') throw refused('NOTDIR');
    process.cwd = pathOf([...start.names, ...names, ...(name === undefined ? [] : [name])]);
  });
}

/** Bytes of the structure `0 columns u32 | 4 rows | 8 width | 12 height | 16 six flags of a byte`. */
const TTY_SIZE = 24;

/** Writes the terminal: which of the streams is one, and what was set before. */
function ttyGet({ guest, process }: Call, at: number): void {
  const { columns, rows, width, height, echo, lineBuffered, lineFeeds } = process.terminal;
  guest.span(at, TTY_SIZE).fill(0);
  for (const [i, size] of [columns, rows, width, height].entries()) guest.setU32(at + 4 * i, size);
  const streams = [0, 1, 2].map((fd) => process.files.has(fd) && isTerminal(process.files.get(fd).resource.type));
  for (const [i, flag] of [...streams, echo, lineBuffered, lineFeeds].entries()) guest.setU8(at + 16 + i, Number(flag));
}

function isTerminal(type: string): boolean {
  return type === 'character-device';
}

/** Remembers what is set. The terminal of the host stays as it is. */
function ttySet({ guest, process }: Call, at: number): void {
  guest.check(at, TTY_SIZE);
  const [columns, rows, width, height] = [0, 4, 8, 12].map((i) => guest.u32(at + i)) as [
    number,
    number,
    number,
    number,
  ];
  const [echo, lineBuffered, lineFeeds] = [19, 20, 21].map((i) => guest.u8(at + i) !== 0) as [
    boolean,
    boolean,
    boolean,
  ];
  process.terminal = { columns, rows, width, height, echo, lineBuffered, lineFeeds };
}

/** PERM: no guest sets the clock of its host. INVAL: an unknown clock. */
function clockTimeSet(_call: Call, id: number, _timestamp: bigint): void {
  throw refused(Object.values<number>(CLOCK).includes(id) ? 'PERM' : 'INVAL');
}
