// Validation of reference instructions. https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions
import { I32, ref } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';

function refNull(s: BodyState): void {
  s.ctx.val(s.cursor.valType);
  s.stack.pushVal(s.cursor.valType);
}

function refIsNull(s: BodyState): void {
  s.stack.popRef();
  s.stack.pushVal(I32);
}

/** In bodies only of functions that occur outside of them; constant expressions are where they occur. */
function refFunc(s: BodyState): void {
  const { ctx } = s;
  const { index } = s.cursor;
  const type = ctx.funcTypeIndex(index);
  if (s.constant) ctx.declared[index] = 1;
  else if (ctx.declared[index] === 0) throw say.undeclaredRef(ctx.where(), index);
  s.stack.pushVal(ref(type, false, ctx.isExact(index)));
}

export const REFERENCE_ARMS = {
  'ref.null': refNull,
  'ref.is_null': refIsNull,
  'ref.func': refFunc,
} satisfies Arms;
