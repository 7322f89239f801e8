// What has to be given where a host is asked for something: providers with their methods, and plain values. One check each,
// used by every entry that takes one. Not here: what options objects have, which stands beside their interfaces.
import { type Check, having, isBytes, misfit, oneOf, text, whole } from '../../options.ts';
import type { FileType } from './filesystem.ts';

/** A handle of a directory, of whatever host. */
export const directory: Check = having('a Directory', 'openFile()', 'openDirectory()', 'statEntry()');

// biome-ignore format: a table
const FILE_TYPES: Readonly<Record<FileType, true>> = {
  'unknown': true, 'block-device': true, 'character-device': true, 'directory': true, 'regular-file': true,
  'socket-datagram': true, 'socket-stream': true, 'symbolic-link': true,
};

export const fileType: Check = oneOf(...Object.keys(FILE_TYPES));

/** A piece of a stream, or a file's content. */
export const piece: Check = (value, where) => {
  if (typeof value === 'string' || isBytes(value)) return value;
  throw misfit(where, 'a text or a Uint8Array', value);
};

/** What gives pieces one after the other: which of these it has says how it is asked. */
export function isPieceSource(value: unknown): boolean {
  const ways = ['getReader', Symbol.asyncIterator, Symbol.iterator];
  return (
    typeof value === 'object' &&
    value !== null &&
    ways.some((way) => typeof (value as Record<string | symbol, unknown>)[way] === 'function')
  );
}

export const descriptor: Check = whole('a descriptor', 0, 2 ** 31 - 1);

export const mode: Check = oneOf('async', 'sync');

/** The members are read once, so what was checked is what is used. */
export const socketAddress: Check = (value, where) => {
  const { address, port } = having('a SocketAddress', 'address', 'port')(value, where) as Record<string, unknown>;
  text(address, `${where}: address`);
  whole('a port', 0, 65_535)(port, `${where}: port`);
  return { address, port };
};

export const backlog: Check = whole('a number of connections');
