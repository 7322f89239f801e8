// The nesting of blocks that the binary format asks of bodies and constant expressions: what may stand in which block.
// https://webassembly.github.io/spec/core/binary/instructions.html#control-instructions  Types are validation's.
import type { MalformedError } from '../errors.ts';
import type { InstructionCursor } from './instruction-cursor.ts';
import * as say from './messages.ts';

const IF = 0x04;
const ELSE = 0x05;
const TRY = 0x06;
const CATCH = 0x07;
const END = 0x0b;
const DELEGATE = 0x18;

export class Nesting {
  /** The opcode that the innermost part of each open block began with. An explicit stack, since blocks nest deep. */
  private readonly open: number[] = [];

  /** Follows the instruction that the cursor has read, and says whether it is the final `end`. Throws MalformedError. */
  isFinal(cursor: InstructionCursor): boolean {
    const { code, nests } = cursor.row;
    const { open } = this;
    if (nests === undefined) return false;
    if (nests === 'opens') open.push(code);
    else if (code === END) return open.pop() === undefined;
    else this.part(code, cursor.at);
    return false;
  }

  /** A part of an if or a try. */
  private part(code: number, at: number): void {
    const { open } = this;
    const inside = open[open.length - 1];
    const fits = code === ELSE ? inside === IF : inside === TRY || (inside === CATCH && code !== DELEGATE);
    if (!fits) throw misplaced(code, at);
    if (code === DELEGATE) open.pop();
    else open[open.length - 1] = code;
  }
}

function misplaced(code: number, at: number): MalformedError {
  if (code === ELSE) return say.endExpected(at);
  return say.endExpected(at, `${code === DELEGATE ? 'delegate' : 'catch'} without a try`);
}
