// Lowering of exceptions and of their legacy form. https://webassembly.github.io/spec/core/syntax/instructions.html#syntax-try-table
// The body of a try is a region of its function (handlers.ts) and has no ops of its own; what runs after a catch stands
// behind the function's other code. So a try that catches nothing costs nothing.
// A block of the legacy form keeps what it caught below its operands, in a place of the frame, for `rethrow`.
import type { CatchClause } from '../../decoder/instruction-cursor.ts';
import { EXNREF, type ValType } from '../../syntax/types.ts';
import { TRAPS } from '../nodes.ts';
import { type Frame, branch, closeBlock, frameAt, inPlace, moveToFrame, openBlock, regionInside } from './control.ts';
import type { TreeBuilder } from '../trees.ts';

const NO_TYPES: readonly ValType[] = [];

/** Lowers one of these instructions; answers false for any other. */
export function lowerExceptions(b: TreeBuilder): boolean {
  switch (b.cursor.row.name) {
    case 'throw':
      throwTag(b);
      return true;
    case 'throw_ref':
      throwRef(b);
      return true;
    case 'try_table':
      openTry(b, 'try_table').catches = b.cursor.catches;
      return true;
    case 'try':
      openTry(b, 'try');
      return true;
    case 'catch':
    case 'catch_all':
      legacyCatch(b);
      return true;
    case 'delegate':
      delegate(b);
      return true;
    case 'rethrow':
      rethrow(b);
      return true;
    default:
      return false;
  }
}

function tagParams(b: TreeBuilder, tag: number): readonly ValType[] {
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
  b.dead = true;
}

function throwRef(b: TreeBuilder): void {
  const { operands } = b;
  const top = operands.height - 1;
  operands.flushEffects(TRAPS);
  if (operands.value(top).kind !== 'slot') operands.flushTop();
  b.emitOp('throw_ref', operands.value(top).lo);
  b.dead = true;
}

// ----------------------------------------------------------------------------------------------------------- try_table

/** What follows is in the region that the innermost frame stands for. */
function setRegion(b: TreeBuilder): void {
  b.code.ready().region(regionInside(b));
}

/** A frame whose body is a region of its own. */
function openTry(b: TreeBuilder, kind: 'try_table' | 'try'): Frame {
  const frame = openBlock(b, kind);
  frame.own = b.regions.add(frame.region);
  frame.region = frame.own;
  setRegion(b);
  return frame;
}

/** What the end of a block does with exceptions; its frame is closed already. */
export function endTry(b: TreeBuilder, frame: Frame): void {
  if (frame.catches !== undefined) landings(b, frame, frame.catches);
  else if (frame.kind === 'try') setRegion(b);
  else if (frame.kind === 'catch') endCatch(b, frame);
}

/** The code that brings what is caught to the labels of the clauses, where there has to be any. */
function landings(b: TreeBuilder, frame: Frame, catches: readonly CatchClause[]): void {
  setRegion(b);
  b.code.ready().aside();
  for (const one of catches) landing(b, frame, one);
  b.code.ready().back();
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

// --------------------------------------------------------------------------------------------------------- legacy form

/** `catch` or `catch_all`: the body of the try, or the block of the clause before, ends; this block begins. */
function legacyCatch(b: TreeBuilder): void {
  const { operands, cursor } = b;
  const frame = frameAt(b, 0);
  const first = frame.kind === 'try';
  const label = b.newLabel();
  if (!b.dead && first) operands.flushAll();
  if (!b.dead && !first) branch(b, 0);
  if (first) {
    frame.kind = 'catch';
    frame.region = frameAt(b, 1).region;
    frame.deadEnd = b.dead;
    frame.pending = b.pending;
    setRegion(b);
    b.code.ready().aside();
    b.hidden++;
  }
  b.code.label(label);
  if (first) setRegion(b);
  operands.truncate(frame.height);
  const refSlot = operands.place(frame.height);
  operands.pushPlaced(EXNREF);
  const slot = operands.place(operands.height);
  const tag = cursor.row.name === 'catch' ? cursor.index : -1;
  operands.pushAll(tagParams(b, tag));
  b.regions.addClause(frame.own, tag, label, slot, refSlot);
  b.dead = false;
  b.pending = 0;
}

/** The body of the try falls through; the blocks of its clauses stand behind. */
function endCatch(b: TreeBuilder, frame: Frame): void {
  if (!b.dead) {
    moveToFrame(b, frame);
    frame.used = true;
    b.code.br(frame.label, b.cursor.at);
  }
  b.code.ready().back();
  b.hidden--;
  b.dead = frame.deadEnd;
  b.pending = frame.pending;
}

/** Ends a try; what it throws goes to the region that a frame outside of it stands for. */
function delegate(b: TreeBuilder): void {
  b.regions.outer[frameAt(b, 0).own] = frameAt(b, b.cursor.index + 1).region;
  closeBlock(b);
}

function rethrow(b: TreeBuilder): void {
  const { operands, cursor } = b;
  operands.flushEffects(TRAPS);
  b.emitOp('throw_ref', operands.place(frameAt(b, cursor.index).height));
  b.dead = true;
}
