// Validation of exception handling.
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
import type { CatchClause } from '../../decoder/instruction-cursor.ts';
import { EXNREF, HEAP, type ValType, ref, typesName } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import { NO_TYPES } from '../context.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';
import { enterBlock } from './control.ts';

function throwArm(s: BodyState): void {
  s.stack.popVals(s.ctx.tagType(s.cursor.index).params);
  s.stack.unreachable();
}

function throwRef(s: BodyState): void {
  s.stack.popVal(EXNREF);
  s.stack.unreachable();
}

/** The labels of catch clauses are those outside of the block. */
function tryTable(s: BodyState): void {
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

export const EXCEPTION_ARMS = {
  throw: throwArm,
  throw_ref: throwRef,
  try_table: tryTable,
} satisfies Arms;
