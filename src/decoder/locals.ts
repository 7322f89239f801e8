// Reads the locals that open a function body, in the run-length form of the binary format.
// https://webassembly.github.io/spec/core/binary/modules.html#code-section
import { MAX_LOCALS } from '../syntax/limits.ts';
import type { ValType } from '../syntax/types.ts';
import type { Reader } from './reader.ts';
import * as say from './messages.ts';

/** The declared locals of a function: `counts[i]` locals of type `types[i]`, in order. Parameters are not in it. */
export interface Locals {
  readonly counts: readonly number[];
  readonly types: readonly ValType[];
  /** Sum of the counts. */
  readonly total: number;
}

const NONE: Locals = { counts: [], types: [], total: 0 };

/**
 * Reads the locals of a body whose function has `params` parameters, and leaves the reader at the first instruction.
 * Groups of no locals are dropped, neighbours of one type joined. Throws MalformedError, also past MAX_LOCALS.
 */
export function decodeLocals(reader: Reader, params: number): Locals {
  const groups = reader.length();
  if (groups === 0) return NONE;
  const counts: number[] = [];
  const types: ValType[] = [];
  let total = 0;
  for (let i = 0; i < groups; i++) {
    const start = reader.offset;
    const count = reader.u32();
    const type = reader.valType();
    if (params + total + count > MAX_LOCALS) throw say.tooManyLocals(start, MAX_LOCALS);
    if (count === 0) continue;
    total += count;
    if (types.length > 0 && types[types.length - 1] === type) counts[counts.length - 1] += count;
    else {
      counts.push(count);
      types.push(type);
    }
  }
  return { counts, types, total };
}
