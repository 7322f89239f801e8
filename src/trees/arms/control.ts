// Control instructions while trees are built: blocks, branches, calls, returns.
// https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions
// At the start and the end of every block, and wherever control joins, values stand in their places.
import { type FuncType, I32, I64, type ValType } from '../../syntax/types.ts';
import { typeSpace } from '../../validator/module.ts';
import { type LabelId, type Node, TRAPS, constNode, slotNode, treeNode } from '../nodes.ts';
import { moveValues } from '../moves.ts';
import { slotsOf } from '../../runtime/slots.ts';
import type { Frame, TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';

const NOTHING: FuncType = { kind: 'func', params: [], results: [] };

function blockType(b: TreeBuilder): FuncType {
  const { typeIndex, valType } = b.cursor;
  if (typeIndex >= 0) return b.funcType(typeIndex);
  return valType === 0 ? NOTHING : { kind: 'func', params: [], results: [valType] };
}

/** The region inside of the innermost frame. */
export function regionInside(b: TreeBuilder): number {
  return b.frames[b.frames.length - 1].region;
}

export function openBlock(b: TreeBuilder, kind: Frame['kind']): Frame {
  const condition = kind === 'if' ? b.operands.pop() : undefined;
  b.operands.flushAll();
  const type = blockType(b);
  const frame = b.pushFrame(kind, type, b.operands.height - type.params.length, regionInside(b));
  if (kind === 'loop') b.code.label(frame.label);
  if (condition !== undefined) b.code.branchIf(condition, true, frame.orElse, b.cursor.at);
  return frame;
}

function openElse(b: TreeBuilder): void {
  const frame = frameAt(b, 0);
  if (!b.dead) {
    b.operands.flushAll();
    b.code.br(frame.label, b.cursor.at);
    frame.used = true;
  }
  b.code.label(frame.orElse);
  b.beginReachable();
  b.operands.truncate(frame.height);
  b.operands.pushAll(frame.type.params);
  frame.kind = 'else';
}

export function closeBlock(b: TreeBuilder): void {
  const frame = b.frames.pop() as Frame;
  const { kind } = frame;
  if (kind === 'func') {
    if (!b.dead) returnValues(b);
    if (frame.used) {
      b.code.label(frame.label);
      b.code.return(undefined, b.cursor.at);
    }
    return;
  }
  if (!b.dead) b.operands.flushAll();
  frame.atEnd?.(b, frame);
  if (kind === 'if') b.code.label(frame.orElse);
  if (kind !== 'loop' && frame.used) b.code.label(frame.label);
  if (kind === 'if' || (kind !== 'loop' && frame.used)) b.beginReachable();
  b.operands.truncate(frame.height);
  b.operands.pushAll(frame.type.results);
}

export function frameAt(b: TreeBuilder, depth: number): Frame {
  return b.frames[b.frames.length - 1 - depth];
}

function labelTypes({ kind, type }: Frame): readonly ValType[] {
  return kind === 'loop' ? type.params : type.results;
}

/** Do the top values, once flushed, already stand where a branch to the frame wants them? */
export function inPlace(b: TreeBuilder, frame: Frame): boolean {
  const count = labelTypes(frame).length;
  return count === 0 || b.operands.height === frame.height + count;
}

/** Moves the top values to where a branch to the frame wants them. They stay on the stack. */
export function moveToFrame(b: TreeBuilder, frame: Frame): void {
  moveValues(b, labelTypes(frame), b.operands.place(frame.height));
}

export function branch(b: TreeBuilder, depth: number): void {
  const frame = frameAt(b, depth);
  b.operands.flushEffects(TRAPS);
  if (frame.kind === 'func') {
    returnValues(b);
    return;
  }
  moveToFrame(b, frame);
  frame.used = true;
  b.code.br(frame.label, b.cursor.at);
}

/** The values of a branch to the function's label, or of `return`: they become the results. */
function returnValues(b: TreeBuilder): void {
  const { operands } = b;
  const at = b.cursor.at;
  const { results } = b.layout.type;
  const from = operands.height - results.length;
  if (results.length === 1 && results[0] < 0 && slotsOf(results[0]) === 1) {
    b.code.return(operands.value(from), at);
    return;
  }
  moveDown(b, results);
  b.code.return(undefined, at);
}

/** Moves the top values to slots 0 and up, where a caller looks for results and a callee for arguments. */
function moveDown(b: TreeBuilder, types: readonly ValType[]): void {
  b.operands.flushFrom(b.operands.height - types.length);
  moveValues(b, types, 0);
}

function branchIf(b: TreeBuilder): void {
  branchOn(b, b.operands.pop(), false);
}

/** A branch to the label under the cursor where the condition holds, or where it does not. Values stay on the stack. */
export function branchOn(b: TreeBuilder, condition: Node, negated: boolean): void {
  const { operands, cursor } = b;
  const frame = frameAt(b, cursor.index);
  const count = labelTypes(frame).length;
  // What may trap is computed whether or not the branch is taken; values of the label stay for the code that follows.
  operands.flushEffects(TRAPS);
  operands.flushFrom(operands.height - count);
  if (frame.kind === 'func' ? count === 0 : inPlace(b, frame)) {
    frame.used = true;
    b.code.branchIf(condition, negated, frame.label, cursor.at);
    return;
  }
  const behind = b.newLabel();
  b.code.branchIf(condition, !negated, behind, cursor.at);
  branch(b, cursor.index);
  b.code.label(behind);
}

function branchTable(b: TreeBuilder): void {
  const { operands, cursor } = b;
  const value = operands.pop();
  const { labels } = cursor;
  const count = labelTypes(frameAt(b, labels[labels.length - 1])).length;
  operands.flushEffects(TRAPS);
  operands.flushFrom(operands.height - count);
  const stubs = new Map<number, LabelId>();
  const targets = labels.map((depth) => {
    const frame = frameAt(b, depth);
    if (frame.kind === 'func' ? count === 0 : inPlace(b, frame)) {
      frame.used = true;
      return frame.label;
    }
    const known = stubs.get(depth);
    if (known !== undefined) return known;
    const stub = b.newLabel();
    stubs.set(depth, stub);
    return stub;
  });
  b.code.branchTable(value, targets, cursor.at);
  for (const [depth, stub] of stubs) {
    b.code.label(stub);
    branch(b, depth);
  }
  b.endReachable();
}

/** The index operand of call_indirect as an i32; one that needs 64 bits becomes 2^32-1, which no table has. */
function tableIndex(b: TreeBuilder): Node {
  const { operands, cursor } = b;
  if (b.valid.tableTypes[cursor.index2].addr === I32) return operands.pop();
  const { at } = cursor;
  operands.flushFrom(operands.height - 1);
  const { lo: slot } = operands.pop();
  const limit = constNode(I64, -1, 0, at);
  const tooLarge = treeNode('binary', 'i64.gt_u', I32, 0, at, slotNode(slot, I64, at), limit);
  return treeNode('select', 'select', I32, 0, at, constNode(I32, -1, 0, at), slotNode(slot, I32, at), tooLarge);
}

/** A call: direct, indirect where there is a callee, or of a reference, which is the callee. */
export function call(b: TreeBuilder, type: FuncType, callee: Node | undefined, tail: boolean, byRef = false): void {
  const { operands, cursor } = b;
  const height = operands.height - type.params.length;
  // The index of an indirect call is computed last; in a tail call, before the arguments move over what it reads.
  if (callee !== undefined && tail) operands.push(callee);
  operands.flushForEffect();
  operands.flushFrom(height);
  const index = callee !== undefined && tail ? operands.pop() : callee;
  const base = operands.place(height);
  operands.flushAbove(base, height);
  if (tail) moveDown(b, type.params);
  operands.truncate(height);
  const { at } = cursor;
  // Its first op may be exchanged (interpreter/code/first-calls.ts) while a thread stands at a call that is first.
  if (b.code.isEmpty) b.emitOp('charge', 0);
  const name = `${tail ? 'tail.' : ''}call.${index === undefined ? 'lazy' : 'indirect'}` as const;
  const place = tail ? [] : [base * 2];
  if (index === undefined) b.code.statement(name, at, cursor.index, ...place);
  else if (byRef) b.code.statement(name, at, index, -1, 0, ...place);
  else b.code.statement(name, at, index, cursor.index2, typeSpace(b.valid).canonical[cursor.index], ...place);
  if (tail) b.endReachable();
  else operands.pushAll(type.results);
}

function unreachable(b: TreeBuilder): void {
  b.operands.flushEffects(TRAPS);
  b.emitOp('unreachable');
  b.endReachable();
}

const open =
  (kind: 'block' | 'loop' | 'if'): Arm =>
  (b) => {
    openBlock(b, kind);
  };

function br(b: TreeBuilder): void {
  branch(b, b.cursor.index);
  b.endReachable();
}

function returnArm(b: TreeBuilder): void {
  b.operands.flushEffects(TRAPS);
  returnValues(b);
  b.endReachable();
}

export const direct =
  (tail: boolean): Arm =>
  (b) =>
    call(b, b.funcType(b.valid.funcTypes[b.cursor.index]), undefined, tail);

export const indirect =
  (tail: boolean): Arm =>
  (b) =>
    call(b, b.funcType(b.cursor.index), tableIndex(b), tail);

export const CONTROL_ARMS = {
  unreachable: unreachable,
  nop: () => undefined,
  block: open('block'),
  loop: open('loop'),
  if: open('if'),
  else: openElse,
  end: closeBlock,
  br: br,
  br_if: branchIf,
  br_table: branchTable,
  return: returnArm,
  call: direct(false),
  call_indirect: indirect(false),
} satisfies Arms;
