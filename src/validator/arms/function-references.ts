// Validation of calls of references and of branches on them.
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
import { BOT, BOT_HEAP, type ValType, ref } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';
import { applyTailCall } from './tail-calls.ts';

/** The reference on top, popped, as a reference that is not null. */
function popNonNull(s: BodyState): ValType {
  const t = s.stack.popRef();
  return t === BOT ? ref(BOT_HEAP, false) : t & ~1;
}

function refAsNonNull(s: BodyState): void {
  s.stack.pushVal(popNonNull(s));
}

function brOnNull(s: BodyState): void {
  const types = s.stack.labelTypes(s.cursor.index);
  const t = popNonNull(s);
  s.stack.popVals(types);
  s.stack.pushVals(types);
  s.stack.pushVal(t);
}

/** The branch takes the reference with it, as the last of the label's values. */
function brOnNonNull(s: BodyState): void {
  const { ctx, stack } = s;
  const types = stack.labelTypes(s.cursor.index);
  stack.pushVal(popNonNull(s));
  stack.popVals(types);
  if (types.length === 0 || types[types.length - 1] <= 0) {
    throw say.typeMismatch(ctx.where(), 'br_on_non_null', 'a label that takes a reference', 'another');
  }
  for (let i = 0; i < types.length - 1; i++) stack.pushVal(types[i]);
}

function callRef(s: BodyState): void {
  const type = s.ctx.funcType(s.cursor.index);
  s.stack.popVal(ref(s.cursor.index, true));
  s.stack.popVals(type.params);
  s.stack.pushVals(type.results);
}

function returnCallRef(s: BodyState): void {
  const type = s.ctx.funcType(s.cursor.index);
  s.stack.popVal(ref(s.cursor.index, true));
  applyTailCall(s, type);
}

export const FUNCTION_REFERENCE_ARMS = {
  call_ref: callRef,
  return_call_ref: returnCallRef,
  'ref.as_non_null': refAsNonNull,
  br_on_null: brOnNull,
  br_on_non_null: brOnNonNull,
} satisfies Arms;
