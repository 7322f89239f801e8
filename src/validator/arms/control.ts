// Validation of control instructions and calls.
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
import { type FuncType, FUNCREF, I32, type ValType } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import type { Arms } from './arm.ts';
import { NO_TYPES, single } from '../context.ts';
import * as say from '../messages.ts';

const IF = 0x04;
const ELSE = 0x05;

/** Opens a block with the block type that the cursor read. The condition of an `if` is taken once the type is known. */
export function enterBlock(s: BodyState): void {
  const { ctx, cursor, stack } = s;
  if (cursor.typeIndex < 0) {
    if (cursor.valType !== 0) ctx.val(cursor.valType);
    if (cursor.row.code === IF) stack.popI32();
    const end = cursor.valType === 0 ? NO_TYPES : single(cursor.valType);
    stack.pushCtrl(cursor.row.code, NO_TYPES, end, s.locals.setCount);
    return;
  }
  const { params, results } = ctx.funcType(cursor.typeIndex);
  if (params.length > 0 || results.length > 1) ctx.need('multi-value', 'a block with parameters or several results');
  if (cursor.row.code === IF) stack.popI32();
  stack.popVals(params);
  stack.pushCtrl(cursor.row.code, params, results, s.locals.setCount);
}

/** Closes the innermost frame and forgets which locals were set in it. */
export function closeFrame(s: BodyState): void {
  s.stack.popCtrl();
  if (s.locals.tracked) s.locals.forget(s.stack.initsOf(s.stack.depth));
}

function enterElse(s: BodyState): void {
  const { stack } = s;
  if (stack.codeOf(stack.depth - 1) !== IF) throw say.endExpected(s.ctx.where(), 'else without if');
  closeFrame(s);
  stack.pushCtrl(ELSE, stack.startOf(stack.depth), stack.endOf(stack.depth), s.locals.setCount);
}

/** The end of a block. An `if` without `else` must be fine with an empty one. */
function endBlock(s: BodyState): void {
  const { stack } = s;
  closeFrame(s);
  if (stack.codeOf(stack.depth) === IF) {
    stack.pushCtrl(ELSE, stack.startOf(stack.depth), stack.endOf(stack.depth), s.locals.setCount);
    closeFrame(s);
  }
  stack.pushVals(stack.endOf(stack.depth));
}

function br(s: BodyState): void {
  s.stack.popVals(s.stack.labelTypes(s.cursor.index));
  s.stack.unreachable();
}

function brIf(s: BodyState): void {
  const types = s.stack.labelTypes(s.cursor.index);
  s.stack.popI32();
  s.stack.popVals(types);
  s.stack.pushVals(types);
}

/** Lists of types that the current br_table has met; only used where labels take several values. */
const met = new Set<readonly ValType[]>();

function brTable(s: BodyState): void {
  const { stack, cursor } = s;
  const { labels } = cursor;
  stack.popI32();
  const last = stack.labelTypes(labels[labels.length - 1]);
  let before: readonly ValType[] | undefined;
  met.clear();
  for (let i = 0; i < labels.length; i++) {
    const types = stack.labelTypes(labels[i]);
    if (types === before) continue;
    before = types;
    if (types.length !== last.length) throw say.labelArity(s.ctx.where(), labels[i], types.length, last.length);
    if (types.length > 1) {
      if (met.has(types)) continue;
      met.add(types);
    }
    stack.checkVals(types);
  }
  met.clear();
  stack.unreachable();
}

function returnArm(s: BodyState): void {
  s.stack.popVals(s.results);
  s.stack.unreachable();
}

function applyCall(s: BodyState, type: FuncType): void {
  s.stack.popVals(type.params);
  s.stack.pushVals(type.results);
}

function call(s: BodyState): void {
  applyCall(s, s.ctx.typeOfFunc(s.cursor.index));
}

/** Table and function type of an indirect call; pops the operand that selects the function. */
export function indirect(s: BodyState): FuncType {
  const { ctx, cursor } = s;
  if (cursor.index2 !== 0) ctx.need('reference-types', `${cursor.row.name} of another table than 0`);
  const table = ctx.table(cursor.index2);
  const type = ctx.funcType(cursor.index);
  if (!ctx.matches(table.elem, FUNCREF)) {
    throw say.tableNotFunc(ctx.where(), cursor.row.name, cursor.index2, table.elem);
  }
  if (table.addr === I32) s.stack.popI32();
  else s.stack.popVal(table.addr);
  return type;
}

function callIndirect(s: BodyState): void {
  applyCall(s, indirect(s));
}

export const CONTROL_ARMS = {
  unreachable: (s) => s.stack.unreachable(),
  block: enterBlock,
  loop: enterBlock,
  if: enterBlock,
  else: enterElse,
  end: endBlock,
  br: br,
  br_if: brIf,
  br_table: brTable,
  return: returnArm,
  call: call,
  call_indirect: callIndirect,
} satisfies Arms;
