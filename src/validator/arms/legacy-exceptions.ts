// Validation of the legacy form of exception handling.
// https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md
import type { BodyState } from '../body-state.ts';
import { NO_TYPES } from '../context.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';
import { closeFrame, enterBlock } from './control.ts';

const TRY = 0x06;
const CATCH = 0x07;
const CATCH_ALL = 0x19;

/** `catch` and `catch_all` of the legacy form: they close what is before them and start with the tag's values. */
function legacyCatch(s: BodyState): void {
  const { stack, cursor } = s;
  const code = stack.codeOf(stack.depth - 1);
  if (code !== TRY && code !== CATCH) throw say.endExpected(s.ctx.where(), `${cursor.row.name} without try`);
  const params = cursor.row.code === CATCH ? s.ctx.tagType(cursor.index).params : NO_TYPES;
  closeFrame(s);
  stack.pushCtrl(cursor.row.code, params, stack.endOf(stack.depth), s.locals.setCount);
  stack.keepCaught();
}

/** Ends a `try` in place of `end`; the label is one outside of it. */
function delegate(s: BodyState): void {
  const { stack } = s;
  if (stack.codeOf(stack.depth - 1) !== TRY) throw say.endExpected(s.ctx.where(), 'delegate without try');
  closeFrame(s);
  stack.frameOf(s.cursor.index);
  stack.pushVals(stack.endOf(stack.depth));
}

function rethrow(s: BodyState): void {
  const code = s.stack.codeOf(s.stack.frameOf(s.cursor.index));
  if (code !== CATCH && code !== CATCH_ALL) throw say.rethrowLabel(s.ctx.where(), s.cursor.index);
  s.stack.unreachable();
}

export const LEGACY_EXCEPTION_ARMS = {
  try: enterBlock,
  catch: legacyCatch,
  catch_all: legacyCatch,
  delegate: delegate,
  rethrow: rethrow,
} satisfies Arms;
