// Validation of tail calls. https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
import { type FuncType, typesName } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';
import { indirect } from './control.ts';

/** The results of the function called must be those of this function. */
export function applyTailCall(s: BodyState, type: FuncType): void {
  if (!s.ctx.matchesResult(type.results, s.results)) {
    const { name } = s.cursor.row;
    throw say.resultsDiffer(s.ctx.where(), name, typesName(type.results), typesName(s.results));
  }
  s.stack.popVals(type.params);
  s.stack.unreachable();
}

function returnCall(s: BodyState): void {
  applyTailCall(s, s.ctx.typeOfFunc(s.cursor.index));
}

function returnCallIndirect(s: BodyState): void {
  applyTailCall(s, indirect(s));
}

export const TAIL_CALL_ARMS = {
  return_call: returnCall,
  return_call_indirect: returnCallIndirect,
} satisfies Arms;
