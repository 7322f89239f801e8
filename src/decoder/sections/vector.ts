// Vectors of the binary format. https://webassembly.github.io/spec/core/binary/conventions.html#lists
import { checkStep } from '../../clock.ts';
import type { Reader } from '../reader.ts';
import * as say from '../messages.ts';

/**
 * The length of a vector of `what` (a plural noun for the message), checked against the bytes that remain and `limit`.
 * Throws MalformedError.
 */
export function vectorLength(reader: Reader, what: string, limit: number): number {
  const start = reader.offset;
  const count = reader.length();
  if (count > limit) throw say.tooMany(start, what, count, limit);
  return count;
}

/** A vector of at most `limit` elements; `element` reads one. */
export function vector<T>(reader: Reader, what: string, limit: number, element: () => T): T[] {
  const count = vectorLength(reader, what, limit);
  const list: T[] = [];
  for (let i = 0; i < count; i++) {
    checkStep();
    list.push(element());
  }
  // Lists that grow have room for sixteen more, which counts where short ones are many.
  return list.slice();
}

/** A vector of u32, in one typed array. */
export function indexVector(reader: Reader, what: string, limit: number): Uint32Array {
  const list = new Uint32Array(vectorLength(reader, what, limit));
  for (let i = 0; i < list.length; i++) list[i] = reader.u32();
  return list;
}
