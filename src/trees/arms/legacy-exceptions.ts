// Lowering of the legacy form of exceptions.
// https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md
// A block of it keeps what it caught below its operands, in a place of the frame, for `rethrow`.
import { EXNREF } from '../../syntax/types.ts';
import { TRAPS } from '../nodes.ts';
import type { Frame, Path, TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';
import { branch, closeBlock, frameAt, moveToFrame } from './control.ts';
import { openTry, setRegion, tagParams } from './exceptions.ts';

function openLegacyTry(b: TreeBuilder): void {
  openTry(b, 'try').atEnd = setRegion;
}

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
    frame.end = b.path;
    frame.atEnd = endCatch;
    setRegion(b);
    b.code.aside();
    b.hide(1);
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
  // By what is thrown alone.
  b.path = { dead: false, pending: 0 };
}

/** The body of the try falls through; the blocks of its clauses come after it. */
function endCatch(b: TreeBuilder, frame: Frame): void {
  if (!b.dead) {
    moveToFrame(b, frame);
    frame.used = true;
    b.code.br(frame.label, b.cursor.at);
  }
  b.code.back();
  b.hide(-1);
  b.path = frame.end as Path;
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
  b.endReachable();
}

export const LEGACY_EXCEPTION_ARMS = {
  try: openLegacyTry,
  catch: legacyCatch,
  catch_all: legacyCatch,
  delegate: delegate,
  rethrow: rethrow,
} satisfies Arms;
