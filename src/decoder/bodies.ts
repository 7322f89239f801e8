// Walks function bodies for what the binary format asks of them: locals and instructions that can be read, and nesting.
// https://webassembly.github.io/spec/core/binary/modules.html#code-section
// Validation walks bodies itself and reports the same faults. This is for a module whose sections are out of step, and
// for tools that look at modules without validating them.
import { checkStep } from '../clock.ts';
import { MalformedError } from '../errors.ts';
import { InstructionCursor } from './instruction-cursor.ts';
import type { Row } from '../syntax/instructions.ts';
import { decodeLocals } from './locals.ts';
import { Nesting } from './nesting.ts';
import * as say from './messages.ts';
import type { Bodies } from './sections/code.ts';

/**
 * Walks one body, from its locals to after its final `end`, and gives the number of its instructions. `params` counts
 * the function's parameters; `dataCount` says whether the module has a data count section. Throws MalformedError.
 */
export function walkBody(cursor: InstructionCursor, params: number, dataCount: boolean): number {
  decodeLocals(cursor.reader, params);
  const nesting = new Nesting();
  for (let count = 1; ; count++) {
    checkStep();
    cursor.next();
    if (nesting.isFinal(cursor)) return count;
    if (!dataCount && namesData(cursor.row)) throw say.dataCountRequired(cursor.at, cursor.row.name);
  }
}

/** Does the instruction name a data segment, so that the module has to count them before its code? */
export function namesData({ parts: [first, second] }: Row): boolean {
  return first === 'data' || second === 'data';
}

/**
 * The first fault in the bodies when each is read to its final `end`, even past its size, as the reference interpreter
 * does; undefined when there is none.
 */
export function findBodyFault(bytes: Uint8Array, { start, end }: Bodies): MalformedError | undefined {
  try {
    for (let i = 0; i < start.length; i++) {
      const cursor = new InstructionCursor(bytes, start[i], bytes.length);
      walkBody(cursor, 0, true);
      if (cursor.offset !== end[i]) return say.bodySizeMismatch(cursor.offset, i, end[i]);
    }
    return undefined;
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}
