// Validation of exception handling and of its legacy form.
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
import type { CatchClause } from '../../decoder/instruction-cursor.ts';
import { EXNREF, HEAP, type ValType, ref, typesName } from '../../syntax/types.ts';
import { closeFrame, enterBlock } from './control.ts';
import type { BodyState } from '../body-state.ts';
import { NO_TYPES } from '../context.ts';
import * as say from '../messages.ts';

const TRY = 0x06;
const CATCH = 0x07;
const CATCH_ALL = 0x19;

export function throwArm(s: BodyState): void {
  s.stack.popVals(s.ctx.tagType(s.cursor.index).params);
  s.stack.unreachable();
}

export function throwRef(s: BodyState): void {
  s.stack.popVal(EXNREF);
  s.stack.unreachable();
}

/** The labels of catch clauses are those outside of the block. */
export function tryTable(s: BodyState): void {
  for (const clause of s.cursor.catches) checkCatch(s, clause);
  enterBlock(s);
}

function checkCatch(s: BodyState, { kind, tag, label }: CatchClause): void {
  const params = tag < 0 ? NO_TYPES : s.ctx.tagType(tag).params;
  const given: readonly ValType[] = kind.endsWith('_ref') ? [...params, ref(HEAP.exn, false)] : params;
  const taken = s.stack.labelTypes(label);
  if (!s.ctx.matchesResult(given, taken)) {
    throw say.notMatching(s.ctx.where(), `what ${kind} gives its label`, typesName(taken), typesName(given));
  }
  s.stack.brought(given);
}

/** `catch` and `catch_all` of the legacy form: they close what is before them and start with the tag's values. */
export function legacyCatch(s: BodyState): void {
  const { stack, cursor } = s;
  const code = stack.codeOf(stack.depth - 1);
  if (code !== TRY && code !== CATCH) throw say.endExpected(s.ctx.where(), `${cursor.row.name} without try`);
  const params = cursor.row.code === CATCH ? s.ctx.tagType(cursor.index).params : NO_TYPES;
  closeFrame(s);
  stack.pushCtrl(cursor.row.code, params, stack.endOf(stack.depth), s.locals.setCount);
  stack.keepCaught();
}

/** Ends a `try` in place of `end`; the label is one outside of it. */
export function delegate(s: BodyState): void {
  const { stack } = s;
  if (stack.codeOf(stack.depth - 1) !== TRY) throw say.endExpected(s.ctx.where(), 'delegate without try');
  closeFrame(s);
  stack.frameOf(s.cursor.index);
  stack.pushVals(stack.endOf(stack.depth));
}

export function rethrow(s: BodyState): void {
  const code = s.stack.codeOf(s.stack.frameOf(s.cursor.index));
  if (code !== CATCH && code !== CATCH_ALL) throw say.rethrowLabel(s.ctx.where(), s.cursor.index);
  s.stack.unreachable();
}
