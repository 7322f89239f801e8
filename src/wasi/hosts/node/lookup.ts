// Names by way of Node: what the system's own programs would get, its hosts file included.
// https://nodejs.org/api/dns.html#dnspromiseslookuphostname-options
import dns from 'node:dns';
import type { Family } from '../../host/addresses.ts';
import { type ErrnoName, SystemError, systemErrorOf } from '../../host/errno.ts';

/** Lookups at a time: each keeps one of the four threads on which Node also reads files. */
const AT_A_TIME = 2;

let running = 0;
const waiting: (() => void)[] = [];

// biome-ignore format: a table
const CODES: ReadonlyMap<unknown, ErrnoName> = new Map<string, ErrnoName>([
  ['ENOTFOUND', 'NOENT'], ['ENODATA', 'NOENT'], ['EAI_NONAME', 'NOENT'], ['EAI_AGAIN', 'AGAIN'],
]);

/** SystemError: NOENT; AGAIN when nobody could be asked. */
export async function lookUp(name: string, family: Family | undefined): Promise<readonly string[]> {
  if (running >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await asked(name, family === undefined ? 0 : family === 'ipv4' ? 4 : 6);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function asked(name: string, family: 0 | 4 | 6): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    dns.lookup(name, { all: true, family, verbatim: true }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(failureOf(error));
    });
  });
}

function failureOf(error: NodeJS.ErrnoException): SystemError {
  const known = CODES.get(error.code);
  return known === undefined ? (systemErrorOf(error) ?? new SystemError('IO')) : new SystemError(known);
}
