// Names by way of Node: what the system's own programs would get, its hosts file included.
// https://nodejs.org/api/dns.html#dnslookuphostname-options-callback  A lookup that has begun cannot be ended, and keeps the
// process alive until it is: whoever has nothing else to do may ask.
import dns from 'node:dns';
import type { Family } from '../../host/addresses.ts';
import { type ErrnoName, SystemError, systemErrorOf } from '../../host/errno.ts';
import type { Cancellable } from '../../kernel/replay.ts';

/** Lookups at a time: each keeps one of the four threads on which Node also reads files. */
const AT_A_TIME = 2;

let running = 0;
const waiting = new Set<() => void>();

// biome-ignore format: a table
const CODES: ReadonlyMap<unknown, ErrnoName> = new Map<string, ErrnoName>([
  ['ENOTFOUND', 'NOENT'], ['ENODATA', 'NOENT'], ['EAI_NONAME', 'NOENT'], ['EAI_AGAIN', 'AGAIN'],
]);

/** Whether there is a lookup that nobody can end. */
export function isLookingUp(): boolean {
  return running > 0;
}

/** SystemError: NOENT; AGAIN when nobody could be asked. It need not be done where nobody waits for it any more. */
export function lookUp(name: string, family: Family | undefined): Cancellable<readonly string[]> {
  let begin = (): void => undefined;
  const found = new Promise<readonly string[]>((resolve, reject) => {
    begin = () => {
      running++;
      dns.lookup(name, { all: true, family: numberOf(family), verbatim: true }, (error, all) => {
        running--;
        next();
        if (error === null) resolve(all.map(({ address }) => address));
        else reject(failureOf(error));
      });
    };
  });
  waiting.add(begin);
  next();
  return Object.assign(found, { cancel: () => void waiting.delete(begin) });
}

/** Begins the one that has waited longest, if there may be another. */
function next(): void {
  const [first] = waiting;
  if (first === undefined || running >= AT_A_TIME) return;
  waiting.delete(first);
  first();
}

function numberOf(family: Family | undefined): 0 | 4 | 6 {
  return family === undefined ? 0 : family === 'ipv4' ? 4 : 6;
}

function failureOf(error: NodeJS.ErrnoException): SystemError {
  const known = CODES.get(error.code);
  return known === undefined ? (systemErrorOf(error) ?? new SystemError('IO')) : new SystemError(known);
}
