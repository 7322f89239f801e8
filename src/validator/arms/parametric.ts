// Validation of parametric instructions. https://webassembly.github.io/spec/core/valid/instructions.html#parametric-instructions
import { BOT, V128, isNum, typesName } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';

/** `select` without types: numbers or vectors, both the same. */
function select(s: BodyState): void {
  const { stack } = s;
  stack.popI32();
  const second = stack.popAny();
  const first = stack.popAny();
  const numbers = (isNum(first) || first === BOT) && (isNum(second) || second === BOT);
  const vectors = (first === V128 || first === BOT) && (second === V128 || second === BOT);
  if (!(numbers || vectors) || (first !== second && first !== BOT && second !== BOT)) {
    const found = typesName([first, second]);
    throw say.typeMismatch(s.ctx.where(), 'select without types', 'two numbers or vectors of one type', found);
  }
  stack.pushVal(first === BOT ? second : first);
}

/** `select` with types, of which there must be one. */
function selectTyped(s: BodyState): void {
  const { types } = s.cursor;
  if (types.length !== 1) throw say.selectArity(s.ctx.where(), types.length);
  s.ctx.val(types[0]);
  s.stack.popI32();
  s.stack.popVal(types[0]);
  s.stack.popVal(types[0]);
  s.stack.pushVal(types[0]);
}

export const PARAMETRIC_ARMS = {
  drop: (s) => void s.stack.popAny(),
  select: (s) => (s.cursor.row.imm === 'select' ? selectTyped(s) : select(s)),
} satisfies Arms;
