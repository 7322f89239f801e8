// Validation of variable instructions.
// https://webassembly.github.io/spec/core/valid/instructions.html#variable-instructions
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';

function localGet(s: BodyState): void {
  const { index } = s.cursor;
  const t = s.locals.get(index);
  if (s.locals.tracked) s.locals.checkSet(index, t);
  s.stack.pushVal(t);
}

function localSet(s: BodyState): void {
  const { index } = s.cursor;
  const t = s.locals.get(index);
  s.stack.popVal(t);
  if (s.locals.tracked) s.locals.markSet(index, t);
}

function localTee(s: BodyState): void {
  localSet(s);
  s.stack.pushVal(s.locals.get(s.cursor.index));
}

function globalGet(s: BodyState): void {
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

function globalSet(s: BodyState): void {
  const { val, mutable } = s.ctx.global(s.cursor.index);
  if (!mutable) throw say.immutableGlobal(s.ctx.where(), s.cursor.index);
  s.stack.popVal(val);
}

export const VARIABLE_ARMS = {
  'local.get': localGet,
  'local.set': localSet,
  'local.tee': localTee,
  'global.get': globalGet,
  'global.set': globalSet,
} satisfies Arms;
