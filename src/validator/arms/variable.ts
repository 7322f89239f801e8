// Validation of variable and parametric instructions.
// https://webassembly.github.io/spec/core/valid/instructions.html#variable-instructions
import { BOT, V128, isNum, typesName } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';

export function localGet(s: BodyState): void {
  const { index } = s.cursor;
  const t = s.locals.get(index);
  if (s.locals.tracked) s.locals.checkSet(index, t);
  s.stack.pushVal(t);
}

export function localSet(s: BodyState): void {
  const { index } = s.cursor;
  const t = s.locals.get(index);
  s.stack.popVal(t);
  if (s.locals.tracked) s.locals.markSet(index, t);
}

export function localTee(s: BodyState): void {
  localSet(s);
  s.stack.pushVal(s.locals.get(s.cursor.index));
}

export function globalGet(s: BodyState): void {
  const { ctx } = s;
  const { index } = s.cursor;
  if (s.constant) {
    if (index >= ctx.importedGlobals && index < ctx.visibleGlobals)
      ctx.need('gc', 'a constant that reads a defined global');
    ctx.check('global', index, ctx.visibleGlobals);
  }
  const { val, mutable } = ctx.global(index);
  if (s.constant && mutable) throw say.constantRequired(ctx.where(), `global ${index} is mutable`);
  s.stack.pushVal(val);
}

export function globalSet(s: BodyState): void {
  const { val, mutable } = s.ctx.global(s.cursor.index);
  if (!mutable) throw say.immutableGlobal(s.ctx.where(), s.cursor.index);
  s.stack.popVal(val);
}

/** `select` without types: numbers or vectors, both the same. */
export function select(s: BodyState): void {
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
export function selectTyped(s: BodyState): void {
  const { types } = s.cursor;
  if (types.length !== 1) throw say.selectArity(s.ctx.where(), types.length);
  s.ctx.val(types[0]);
  s.stack.popI32();
  s.stack.popVal(types[0]);
  s.stack.popVal(types[0]);
  s.stack.pushVal(types[0]);
}
