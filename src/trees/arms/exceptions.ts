// Lowering of exceptions. https://webassembly.github.io/spec/core/syntax/instructions.html#syntax-try-table
// The body of a try is a region of its function (handlers.ts) and has no ops of its own; what runs after a catch stands
// after the function's other code. So a try that catches nothing costs nothing.
import type { CatchClause } from '../../decoder/instruction-cursor.ts';
import { EXNREF, type ValType } from '../../syntax/types.ts';
import { TRAPS } from '../nodes.ts';
import { branch, frameAt, inPlace, openBlock, regionInside } from './control.ts';
import type { Frame, TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';

const NO_TYPES: readonly ValType[] = [];

/** Those of a tag, or none of any exception. */
export function tagParams(b: TreeBuilder, tag: number): readonly ValType[] {
  return tag < 0 ? NO_TYPES : b.funcType(b.valid.tagTypes[tag]).params;
}

/** Values of the tag's parameters in their places, as for a call. */
function throwTag(b: TreeBuilder): void {
  const { operands, cursor } = b;
  const params = tagParams(b, cursor.index);
  const height = operands.height - params.length;
  operands.flushEffects(TRAPS);
  operands.flushFrom(height);
  b.emitOp('throw', operands.place(height) * 2, cursor.index);
  b.endReachable();
}

function throwRef(b: TreeBuilder): void {
  const { operands } = b;
  const top = operands.height - 1;
  operands.flushEffects(TRAPS);
  if (operands.value(top).kind !== 'slot') operands.flushTop();
  b.emitOp('throw_ref', operands.value(top).lo);
  b.endReachable();
}

/** What follows is in the region that the innermost frame stands for. */
export function setRegion(b: TreeBuilder): void {
  b.code.region(regionInside(b));
}

/** A frame whose body is a region of its own. */
export function openTry(b: TreeBuilder, kind: 'try_table' | 'try'): Frame {
  const frame = openBlock(b, kind);
  frame.own = b.regions.add(frame.region);
  frame.region = frame.own;
  setRegion(b);
  return frame;
}

/** The code that brings what is caught to the labels of the clauses, where there has to be any. */
function landings(b: TreeBuilder, frame: Frame): void {
  setRegion(b);
  b.code.aside();
  for (const one of frame.catches ?? []) landing(b, frame, one);
  b.code.back();
}

/** An exception goes on at the clause's label, if its values can be put where the label wants them. */
function landing(b: TreeBuilder, frame: Frame, { kind, tag, label: depth }: CatchClause): void {
  const { operands } = b;
  operands.truncate(frame.height);
  const slot = operands.place(frame.height);
  operands.pushAll(tagParams(b, tag));
  const refSlot = kind.endsWith('_ref') ? operands.place(operands.height) : -1;
  if (refSlot >= 0) operands.pushPlaced(EXNREF);
  const target = frameAt(b, depth);
  if (target.kind !== 'func' && inPlace(b, target)) {
    target.used = true;
    b.regions.addClause(frame.region, tag, target.label, slot, refSlot);
    return;
  }
  const label = b.newLabel();
  b.regions.addClause(frame.region, tag, label, slot, refSlot);
  b.code.label(label);
  branch(b, depth);
}

function tryTable(b: TreeBuilder): void {
  const frame = openTry(b, 'try_table');
  frame.catches = b.cursor.catches;
  frame.atEnd = landings;
}

export const EXCEPTION_ARMS = {
  throw: throwTag,
  throw_ref: throwRef,
  try_table: tryTable,
} satisfies Arms;
