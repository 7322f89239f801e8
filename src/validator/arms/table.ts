// Validation of table and reference instructions (without those of GC), and of memory instructions that need more than
// their signature. https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions
import { BOT, BOT_HEAP, I32, type ValType, ref, typeName } from '../../syntax/types.ts';
import { applyTailCall } from './control.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';

export function tableGet(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVal(addr);
  s.stack.pushVal(elem);
}

export function tableSet(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([addr, elem]);
}

export function tableSize(s: BodyState): void {
  s.stack.pushVal(s.ctx.table(s.cursor.index).addr);
}

export function tableGrow(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([elem, addr]);
  s.stack.pushVal(addr);
}

export function tableFill(s: BodyState): void {
  const { addr, elem } = s.ctx.table(s.cursor.index);
  s.stack.popVals([addr, elem, addr]);
}

export function tableCopy(s: BodyState): void {
  const to = s.ctx.table(s.cursor.index);
  const from = s.ctx.table(s.cursor.index2);
  checkElements(s, from.elem, to.elem);
  s.stack.popVals([to.addr, from.addr, s.ctx.minAddr(to.addr, from.addr)]);
}

export function tableInit(s: BodyState): void {
  const to = s.ctx.table(s.cursor.index2);
  checkElements(s, s.ctx.elem(s.cursor.index), to.elem);
  s.stack.popVals([to.addr, I32, I32]);
}

function checkElements(s: BodyState, from: ValType, to: ValType): void {
  if (s.ctx.matches(from, to)) return;
  const what = `elements of ${s.cursor.row.name}`;
  throw say.notMatching(s.ctx.where(), what, typeName(to), typeName(from));
}

export function memoryCopy(s: BodyState): void {
  const to = s.ctx.memory(s.cursor.index);
  const from = s.ctx.memory(s.cursor.index2);
  if ((s.cursor.index | s.cursor.index2) !== 0) s.ctx.need('multi-memory', 'memory.copy of another memory than 0');
  s.stack.popVals([to.addr, from.addr, s.ctx.minAddr(to.addr, from.addr)]);
}

export function refNull(s: BodyState): void {
  s.ctx.val(s.cursor.valType);
  s.stack.pushVal(s.cursor.valType);
}

export function refIsNull(s: BodyState): void {
  s.stack.popRef();
  s.stack.pushVal(I32);
}

/** In bodies only of functions that occur outside of them; constant expressions are where they occur. */
export function refFunc(s: BodyState): void {
  const { ctx } = s;
  const { index } = s.cursor;
  const type = ctx.funcTypeIndex(index);
  if (s.constant) ctx.declared[index] = 1;
  else if (ctx.declared[index] === 0) throw say.undeclaredRef(ctx.where(), index);
  s.stack.pushVal(ref(type, false, ctx.isExact(index)));
}

/** The reference on top, popped, as a reference that is not null. */
function popNonNull(s: BodyState): ValType {
  const t = s.stack.popRef();
  return t === BOT ? ref(BOT_HEAP, false) : t & ~1;
}

export function refAsNonNull(s: BodyState): void {
  s.stack.pushVal(popNonNull(s));
}

export function brOnNull(s: BodyState): void {
  const types = s.stack.labelTypes(s.cursor.index);
  const t = popNonNull(s);
  s.stack.popVals(types);
  s.stack.pushVals(types);
  s.stack.pushVal(t);
}

/** The branch takes the reference with it, as the last of the label's values. */
export function brOnNonNull(s: BodyState): void {
  const { ctx, stack } = s;
  const types = stack.labelTypes(s.cursor.index);
  stack.pushVal(popNonNull(s));
  stack.popVals(types);
  if (types.length === 0 || types[types.length - 1] <= 0) {
    throw say.typeMismatch(ctx.where(), 'br_on_non_null', 'a label that takes a reference', 'another');
  }
  for (let i = 0; i < types.length - 1; i++) stack.pushVal(types[i]);
}

export function callRef(s: BodyState): void {
  const type = s.ctx.funcType(s.cursor.index);
  s.stack.popVal(ref(s.cursor.index, true));
  s.stack.popVals(type.params);
  s.stack.pushVals(type.results);
}

export function returnCallRef(s: BodyState): void {
  const type = s.ctx.funcType(s.cursor.index);
  s.stack.popVal(ref(s.cursor.index, true));
  applyTailCall(s, type);
}
