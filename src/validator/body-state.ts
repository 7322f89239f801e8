// What validation of one function body or constant expression works on; all arms take it.
// It is made once per module and reused for all bodies. The rules are in body.ts and arms/.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { ValType } from '../syntax/types.ts';
import { type Context, NO_TYPES } from './context.ts';
import { LocalTypes } from './local-types.ts';
import { Stack } from './stack.ts';

/** What the quick way through a body (body-usual.ts) looks up of a module. */
export interface Usual {
  /** What to do by opcode, with the module's features and its first memory. */
  readonly kinds: Uint8Array;
  /** Types of the locals of the present body and of the globals; BOT elsewhere. */
  readonly types: Int32Array;
  /** How many locals stand in `types`. */
  locals: number;
}

export class BodyState {
  readonly ctx: Context;
  readonly stack: Stack;
  readonly locals: LocalTypes;
  /** What the quick way through a body needs; without it, all instructions are validated by their rows. */
  usual: Usual | undefined = undefined;
  readonly cursor: InstructionCursor;
  /** In a constant expression, references to functions declare them and globals must be visible and immutable. */
  constant = false;
  /** Results of the function, for `return` and tail calls. */
  results: readonly ValType[] = NO_TYPES;

  constructor(ctx: Context) {
    this.ctx = ctx;
    this.stack = new Stack(ctx);
    this.locals = new LocalTypes(ctx);
    this.cursor = new InstructionCursor(new Uint8Array(0), 0, 0);
  }

  /** Stands before the first instruction of `bytes[start, end)`, with empty stacks. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.cursor.reader.restart(bytes, start, end);
    this.ctx.cursor = this.cursor;
    this.stack.reset();
  }
}
