// Validation of table instructions. https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions
import { I32, type ValType, typeName } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';

function tableGet(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVal(addr);
  s.stack.pushVal(elem);
}

function tableSet(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([addr, elem]);
}

function tableSize(s: BodyState): void {
  s.stack.pushVal(s.ctx.table(s.cursor.index).addr);
}

function tableGrow(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([elem, addr]);
  s.stack.pushVal(addr);
}

function tableFill(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([addr, elem, addr]);
}

function tableCopy(s: BodyState): void {
  const to = s.ctx.table(s.cursor.index);
  const from = s.ctx.table(s.cursor.index2);
  checkElements(s, from.elem, to.elem);
  s.stack.popVals([to.addr, from.addr, s.ctx.minAddr(to.addr, from.addr)]);
}

function tableInit(s: BodyState): void {
  const to = s.ctx.table(s.cursor.index2);
  checkElements(s, s.ctx.elem(s.cursor.index), to.elem);
  s.stack.popVals([to.addr, I32, I32]);
}

function checkElements(s: BodyState, from: ValType, to: ValType): void {
  if (s.ctx.matches(from, to)) return;
  const what = `elements of ${s.cursor.row.name}`;
  throw say.notMatching(s.ctx.where(), what, typeName(to), typeName(from));
}

export const TABLE_ARMS = {
  'table.get': tableGet,
  'table.set': tableSet,
  'table.size': tableSize,
  'table.grow': tableGrow,
  'table.fill': tableFill,
  'table.copy': tableCopy,
  'table.init': tableInit,
} satisfies Arms;
