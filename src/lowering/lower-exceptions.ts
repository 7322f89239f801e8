// Lowering of exceptions and of their legacy form. https://webassembly.github.io/spec/core/syntax/instructions.html#syntax-try-table
// The body of a try is a region of its function (handlers.ts) and has no ops of its own; what runs after a catch stands
// behind the function's other code. So a try that catches nothing costs nothing.
// A block of the legacy form keeps what it caught below its operands, in a place of the frame, for `rethrow`.
import type { CatchClause } from '../decoder/instruction-cursor.ts';
import { EXNREF, type ValType } from '../syntax/types.ts';
import type { Clause } from './handlers.ts';
import { TRAPS } from './nodes.ts';
import { slotsOf } from './operands.ts';
import {
  type Frame,
  type LegacyTry,
  branch,
  closeBlock,
  frameAt,
  inPlace,
  moveValues,
  openBlock,
  regionInside,
} from './tree-control.ts';
import type { TreeBuilder } from './trees.ts';

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
      tryTable(b);
      return true;
    case 'try':
      legacyTry(b);
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
  const base = operands.place(height);
  const end = base + params.reduce((sum, t) => sum + slotsOf(t), 0);
  operands.maxSlot = Math.max(operands.maxSlot, end);
  b.emitOp('throw', base * 2, cursor.index);
  b.dead = true;
}

function throwRef(b: TreeBuilder): void {
  const { operands } = b;
  const top = operands.height - 1;
  operands.flushEffects(TRAPS);
  if (operands.nodes[top].kind !== 'slot') operands.flush(top);
  b.emitOp('throw_ref', operands.nodes[top].lo);
  b.dead = true;
}

// ----------------------------------------------------------------------------------------------------------- try_table

function openRegion(b: TreeBuilder): number {
  return b.regions.push({ outer: regionInside(b), clauses: [] }) - 1;
}

/** What follows is in the region that the innermost frame stands for. */
function setRegion(b: TreeBuilder): void {
  b.emit({ kind: 'region', region: regionInside(b), at: b.cursor.at });
}

function tryTable(b: TreeBuilder): void {
  const { catches } = b.cursor;
  const region = openRegion(b);
  openBlock(b, 'block', { region, onEnd: (frame) => landings(b, frame, catches) });
  setRegion(b);
}

function landings(b: TreeBuilder, frame: Frame, catches: readonly CatchClause[]): void {
  setRegion(b);
  const mark = b.statements.length;
  for (const one of catches) b.regions[frame.region].clauses.push(landing(b, frame, one));
  moveBehind(b, mark);
}

/** Where an exception goes on: at the clause's label, if its values can be put where the label wants them. */
function landing(b: TreeBuilder, frame: Frame, { kind, tag, label: depth }: CatchClause): Clause {
  const { operands } = b;
  const params = tagParams(b, tag);
  operands.truncate(frame.height);
  const slot = operands.place(frame.height);
  for (const t of params) b.pushPlaced(t);
  const refSlot = kind.endsWith('_ref') ? operands.place(operands.height) : -1;
  if (refSlot >= 0) b.pushPlaced(EXNREF);
  const target = frameAt(b, depth);
  if (target.kind !== 'func' && inPlace(b, target)) {
    target.used = true;
    return { tag, label: target.label, slot, refSlot };
  }
  const label = b.newLabel();
  b.emit({ kind: 'label', label, at: b.cursor.at });
  branch(b, depth);
  return { tag, label, slot, refSlot };
}

/** Takes statements out that nothing falls into or out of; they come after all others. */
function moveBehind(b: TreeBuilder, mark: number): void {
  for (const statement of b.statements.splice(mark)) b.behind.push(statement);
}

// --------------------------------------------------------------------------------------------------------- legacy form

function legacyTry(b: TreeBuilder): void {
  const region = openRegion(b);
  const legacy: LegacyTry = { region, mark: -1, dead: false, pending: 0 };
  openBlock(b, 'try', { region, legacy, onEnd: (frame) => endTry(b, frame, legacy) });
  setRegion(b);
}

/** `catch` or `catch_all`: the body of the try, or the block of the clause before, ends; this block begins. */
function legacyCatch(b: TreeBuilder): void {
  const { operands, cursor } = b;
  const frame = frameAt(b, 0);
  const legacy = frame.legacy as LegacyTry;
  const first = legacy.mark < 0;
  if (!b.dead && first) operands.flushAll();
  if (!b.dead && !first) branch(b, 0);
  b.frames.pop();
  setRegion(b);
  if (first) {
    legacy.mark = b.statements.length;
    legacy.dead = b.dead;
    legacy.pending = b.pending;
    b.hidden++;
  }
  const label = b.newLabel();
  b.emit({ kind: 'label', label, at: cursor.at });
  if (first) setRegion(b);
  b.frames.push({ ...frame, kind: 'catch', region: regionInside(b) });
  operands.truncate(frame.height);
  const refSlot = operands.place(frame.height);
  b.pushPlaced(EXNREF);
  const slot = operands.place(operands.height);
  const tag = cursor.row.name === 'catch' ? cursor.index : -1;
  for (const t of tagParams(b, tag)) b.pushPlaced(t);
  b.regions[legacy.region].clauses.push({ tag, label, slot, refSlot });
  b.dead = false;
  b.pending = 0;
}

/** The frame is closed already. The body falls through; the blocks of its clauses move away. */
function endTry(b: TreeBuilder, frame: Frame, legacy: LegacyTry): void {
  if (frame.kind === 'try') {
    setRegion(b);
    return;
  }
  if (!b.dead) {
    moveValues(b, frame);
    frame.used = true;
    b.emit({ kind: 'br', label: frame.label, at: b.cursor.at });
  }
  moveBehind(b, legacy.mark);
  b.hidden--;
  b.dead = legacy.dead;
  b.pending = legacy.pending;
}

/** Ends a try; what it throws goes to the region that a frame outside of it stands for. */
function delegate(b: TreeBuilder): void {
  b.regions[frameAt(b, 0).region].outer = frameAt(b, b.cursor.index + 1).region;
  closeBlock(b);
}

function rethrow(b: TreeBuilder): void {
  const { operands, cursor } = b;
  operands.flushEffects(TRAPS);
  b.emitOp('throw_ref', operands.place(frameAt(b, cursor.index).height));
  b.dead = true;
}
