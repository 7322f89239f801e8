// Validation of constant expressions: initial values, offsets and elements of segments.
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
// Which instructions are constant is a column of the instruction table; their rules are those of bodies.
import { checkStep } from '../clock.ts';
import { endOfShortConst } from '../decoder/sections/expressions.ts';
import type { Expr } from '../syntax/module.ts';
import type { Row } from '../syntax/instructions.ts';
import { I32, type ValType } from '../syntax/types.ts';
import { step } from './body.ts';
import type { BodyState } from './body-state.ts';
import { NO_TYPES, single } from './context.ts';
import * as say from './messages.ts';

/** Validates that `expr` is constant and gives one value that matches `type`. */
export function validateConstant(s: BodyState, expr: Expr, type: ValType): void {
  const { ctx, stack } = s;
  const { bytes, start, end } = expr;
  if (type === I32 && endOfShortConst(bytes, start, bytes.length) === end) return;
  s.begin(expr.bytes, expr.start, expr.end);
  s.constant = true;
  stack.pushCtrl(0x02, NO_TYPES, single(type), 0);
  const { cursor } = s;
  while (stack.depth > 0) {
    checkStep();
    if (cursor.done) {
      cursor.at = cursor.offset;
      throw say.endExpected(ctx.where(), 'the expression does not end');
    }
    cursor.next();
    checkConstant(s, cursor.row);
    step(s, cursor.row);
  }
  if (!cursor.done) throw say.endExpected(ctx.where(), 'bytes follow the end of the expression');
  s.constant = false;
  ctx.cursor = undefined;
}

function checkConstant(s: BodyState, row: Row): void {
  if (row.constant === undefined) throw say.constantRequired(s.ctx.where(), `${row.name} is not constant`);
  if (row.constant === 'extended') s.ctx.need('extended-const', `${row.name} in a constant expression`);
}
