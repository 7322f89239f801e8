// Which program a name means: one that the embedder has given, or a file of the guest's directories.
import { charge, payerNow } from '../../runtime/fuel.ts';
import { PRICES } from '../../syntax/prices.ts';
import { quietly, refused, SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import type { Process } from '../kernel/process.ts';
import { type Entry, withEntry } from '../kernel/resolve.ts';
import type { Pieces } from '../kernel/wait.ts';
import { BIN_NAME, currentDirectory, fromRoot } from './rules.ts';

/** Where a name without a slash is looked for, if nobody says. */
const DEFAULT_PATH = '/usr/local/bin:/bin:/usr/bin';

/** Bytes of a file that is executed, at most; and those that are read in one piece. */
const MAX_BYTES = 2 ** 28;
const PIECE = 2 ** 20;

/** A program that was found. */
export interface Found {
  readonly module: unknown;
}

/** Where a program is looked for. */
export interface Wanted {
  readonly name: string;
  /** Whether a name without a slash is looked for in the directories of `path`. */
  readonly searches: boolean;
  readonly path: string | undefined;
}

/** NOENT: there is none; NOEXEC: it is no program; and what resolution returns. */
export function* findProgram(call: Call, wanted: Wanted): Generator<undefined, Found> {
  const { programs } = familyOf(call.process);
  const payer = payerNow();
  const { loweredByte } = call.caller?.unit.prices ?? PRICES;
  if (wanted.name === '') throw refused('NOENT');
  const own = wanted.name.includes('/') ? undefined : programs.named(wanted.name);
  if (own !== undefined) return { module: own };
  for (const path of candidates(call.process, wanted)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const known = path === `/${BIN_NAME}/${name}` ? programs.named(name) : undefined;
    if (known !== undefined) return { module: known };
    const bytes = yield* readFile(call.process, path);
    if (bytes === undefined) continue;
    // It is validated now, and nothing of it is known before.
    charge(Math.ceil(bytes.length * loweredByte), payer);
    return { module: programs.compile(bytes) };
  }
  throw refused('NOENT');
}

function candidates(process: Process, { name, searches, path }: Wanted): string[] {
  const absolute = (one: string): string => (one.startsWith('/') ? one : `${currentDirectory(process)}/${one}`);
  if (name.includes('/') || !searches) return [absolute(name)];
  return (path ?? DEFAULT_PATH)
    .split(':')
    .map((directory) => absolute(`${directory === '' ? '.' : directory}/${name}`));
}

/** The bytes of a file, read in pieces; undefined where there is none. */
function* readFile(process: Process, path: string): Generator<undefined, Uint8Array | undefined> {
  let bytes: Uint8Array | undefined;
  const reading = (entry: Entry): Pieces => readEntry(entry, (found) => (bytes = found));
  try {
    const pieces = withEntry(fromRoot(process, path), 'always', reading);
    if (pieces !== undefined) yield* pieces;
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'NOENT') return undefined;
    throw error;
  }
  return bytes;
}

function* readEntry({ parent, name, stat }: Entry, found: (bytes: Uint8Array) => void): Pieces {
  if (name === undefined || stat === undefined) throw refused('NOENT');
  if (stat.type !== 'regular-file') throw refused('ACCES');
  if (stat.size > BigInt(MAX_BYTES)) throw refused('NOMEM');
  const file = parent.openFile(name, { read: true, write: false, create: false, exclusive: false, truncate: false });
  try {
    const bytes = new Uint8Array(Number(stat.size));
    let at = 0;
    while (at < bytes.length) {
      const got = file.read(bytes.subarray(at, at + PIECE), BigInt(at));
      if (got === 0) break;
      at += got;
      yield;
    }
    found(bytes.subarray(0, at));
  } finally {
    quietly(() => file.close());
  }
  return undefined;
}
