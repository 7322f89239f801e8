// Control instructions while trees are built: blocks, branches, calls, returns.
// https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions
// At the start and the end of every block, and wherever control joins, values stand in their places.
import { type FuncType, I32, I64, type ValType } from '../syntax/types.ts';
import { chargeMoves } from './charges.ts';
import { type LabelId, type Node, TRAPS, constNode, slotNode, treeNode } from './nodes.ts';
import { slotsOf } from './operands.ts';
import type { TreeBuilder } from './trees.ts';

/** A control frame. `label` is where branches to it go: its end, or the start of a loop. */
export interface Frame {
  readonly kind: 'func' | 'block' | 'loop' | 'if' | 'else' | 'try' | 'catch';
  readonly label: LabelId;
  /** `if`: the label of its else branch. */
  readonly orElse: LabelId;
  /** Height of the operand stack below its parameters. */
  readonly height: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Something branches to `label`. */
  used: boolean;
  /** What is thrown inside goes to this region (handlers.ts); -1 is the caller. */
  readonly region: number;
  /** `try` and `catch`. */
  readonly legacy?: LegacyTry;
  /** Called when the frame is closed, with its results in their places, or in dead code. */
  readonly onEnd?: (frame: Frame) => void;
}

/** State of a legacy try. */
export interface LegacyTry {
  readonly region: number;
  /** Where its catch blocks begin in the statements; -1 before the first. */
  mark: number;
  /** The end of its body cannot be reached. */
  dead: boolean;
  /** What was pending there (charges.ts). */
  pending: number;
}

/** Lowers a control instruction; answers false for any other. In dead code it only follows the nesting. */
export function lowerControl(b: TreeBuilder): boolean {
  const { name } = b.cursor.row;
  if (b.dead) return skipDead(b, name);
  switch (name) {
    case 'unreachable':
      b.operands.flushEffects(TRAPS);
      b.emitOp('unreachable');
      b.dead = true;
      return true;
    case 'block':
    case 'loop':
    case 'if':
      openBlock(b, name);
      return true;
    case 'else':
      openElse(b);
      return true;
    case 'end':
      closeBlock(b);
      return true;
    case 'br':
      branch(b, b.cursor.index);
      b.dead = true;
      return true;
    case 'br_if':
      branchIf(b);
      return true;
    case 'br_table':
      branchTable(b);
      b.dead = true;
      return true;
    case 'return':
      b.operands.flushEffects(TRAPS);
      returnValues(b);
      b.dead = true;
      return true;
    case 'call':
    case 'return_call':
      call(b, b.funcType(b.valid.funcTypes[b.cursor.index]), undefined, name === 'return_call');
      return true;
    case 'call_indirect':
    case 'return_call_indirect':
      call(b, b.funcType(b.cursor.index), tableIndex(b), name === 'return_call_indirect');
      return true;
    default:
      return false;
  }
}

function skipDead(b: TreeBuilder, name: string): boolean {
  switch (b.cursor.row.imm) {
    case 'block':
    case 'try_table':
      b.skip++;
      return true;
    default:
      break;
  }
  if (b.skip === 0 && (name === 'catch' || name === 'catch_all' || name === 'delegate')) return false;
  if (name === 'end' || name === 'delegate') {
    if (b.skip > 0) b.skip--;
    else closeBlock(b);
  } else if (name === 'else' && b.skip === 0) openElse(b);
  return true;
}

function blockType(b: TreeBuilder): FuncType {
  const { typeIndex, valType } = b.cursor;
  if (typeIndex >= 0) return b.funcType(typeIndex);
  return { kind: 'func', params: [], results: valType === 0 ? [] : [valType] };
}

/** The region inside of the innermost frame. */
export function regionInside(b: TreeBuilder): number {
  return b.frames[b.frames.length - 1].region;
}

export function openBlock(
  b: TreeBuilder,
  kind: 'block' | 'loop' | 'if' | 'try',
  more: Partial<Pick<Frame, 'region' | 'legacy' | 'onEnd'>> = {},
): void {
  const { params, results } = blockType(b);
  const condition = kind === 'if' ? b.operands.pop() : undefined;
  b.operands.flushAll();
  const label = b.newLabel();
  const orElse = kind === 'if' ? b.newLabel() : -1;
  const height = b.operands.height - params.length;
  b.frames.push({ kind, label, orElse, height, params, results, used: false, region: regionInside(b), ...more });
  if (kind === 'loop') b.emit({ kind: 'label', label, at: b.cursor.at });
  if (condition !== undefined) b.emit({ kind: 'br_if', condition, negated: true, label: orElse, at: b.cursor.at });
}

function openElse(b: TreeBuilder): void {
  const frame = b.frames.pop() as Frame;
  if (!b.dead) {
    b.operands.flushAll();
    b.emit({ kind: 'br', label: frame.label, at: b.cursor.at });
    frame.used = true;
  }
  b.emit({ kind: 'label', label: frame.orElse, at: b.cursor.at });
  b.dead = false;
  b.operands.truncate(frame.height);
  for (const t of frame.params) b.pushPlaced(t);
  b.frames.push({ ...frame, kind: 'else' });
}

export function closeBlock(b: TreeBuilder): void {
  const frame = b.frames.pop() as Frame;
  if (frame.kind === 'func') {
    if (!b.dead) returnValues(b);
    if (frame.used) {
      b.emit({ kind: 'label', label: frame.label, at: b.cursor.at });
      b.emit({ kind: 'return', value: undefined, at: b.cursor.at });
    }
    return;
  }
  if (!b.dead) b.operands.flushAll();
  frame.onEnd?.(frame);
  if (frame.kind === 'if') b.emit({ kind: 'label', label: frame.orElse, at: b.cursor.at });
  if (frame.kind !== 'loop' && frame.used) b.emit({ kind: 'label', label: frame.label, at: b.cursor.at });
  const reached = !b.dead || frame.kind === 'if' || (frame.kind !== 'loop' && frame.used);
  b.operands.truncate(frame.height);
  b.dead = !reached;
  for (const t of frame.results) b.pushPlaced(t);
}

export function frameAt(b: TreeBuilder, depth: number): Frame {
  return b.frames[b.frames.length - 1 - depth];
}

function labelTypes(frame: Frame): readonly ValType[] {
  return frame.kind === 'loop' ? frame.params : frame.results;
}

/** Do the top values, once flushed, already stand where a branch to the frame wants them? */
export function inPlace(b: TreeBuilder, frame: Frame): boolean {
  const count = labelTypes(frame).length;
  return count === 0 || b.operands.height === frame.height + count;
}

/** Moves the top values to where a branch to the frame wants them. They stay on the stack. */
export function moveValues(b: TreeBuilder, frame: Frame): void {
  const types = labelTypes(frame);
  const from = b.operands.height - types.length;
  let slot = b.operands.place(frame.height);
  chargeMoves(b, types.length);
  // Upwards: a value never stands below its destination, and reads nothing below its own place but locals.
  types.forEach((t, i) => {
    b.set(slot, b.operands.nodes[from + i]);
    slot += slotsOf(t);
  });
}

export function branch(b: TreeBuilder, depth: number): void {
  const frame = frameAt(b, depth);
  b.operands.flushEffects(TRAPS);
  if (frame.kind === 'func') {
    returnValues(b);
    return;
  }
  moveValues(b, frame);
  frame.used = true;
  b.emit({ kind: 'br', label: frame.label, at: b.cursor.at });
}

/** The values of a branch to the function's label, or of `return`: they become the results. */
function returnValues(b: TreeBuilder): void {
  const { operands } = b;
  const at = b.cursor.at;
  const { results } = b.type;
  const from = operands.height - results.length;
  if (results.length === 1 && results[0] < 0 && slotsOf(results[0]) === 1) {
    b.emit({ kind: 'return', value: operands.nodes[from], at });
    return;
  }
  moveDown(b, from, results);
  b.emit({ kind: 'return', value: undefined, at });
}

/** Moves the values from a height up to slots 0 and up, where a caller looks for results and a callee for arguments. */
function moveDown(b: TreeBuilder, from: number, types: readonly ValType[]): void {
  const { operands } = b;
  operands.flushFrom(from);
  chargeMoves(b, types.length);
  let slot = 0;
  types.forEach((t, i) => {
    b.set(slot, slotNode(operands.place(from + i), t, b.cursor.at));
    slot += slotsOf(t);
  });
  if (slot > operands.maxSlot) operands.maxSlot = slot;
}

function branchIf(b: TreeBuilder): void {
  branchOn(b, b.operands.pop(), false);
}

/** A branch to the label under the cursor where the condition holds, or where it does not. Values stay on the stack. */
export function branchOn(b: TreeBuilder, condition: Node, negated: boolean): void {
  const { operands, cursor } = b;
  const frame = frameAt(b, cursor.index);
  const count = labelTypes(frame).length;
  // What may trap is computed whether or not the branch is taken; values of the label stay for the code behind.
  operands.flushEffects(TRAPS);
  operands.flushFrom(operands.height - count);
  if (frame.kind === 'func' ? count === 0 : inPlace(b, frame)) {
    frame.used = true;
    b.emit({ kind: 'br_if', condition, negated, label: frame.label, at: cursor.at });
    return;
  }
  const behind = b.newLabel();
  b.emit({ kind: 'br_if', condition, negated: !negated, label: behind, at: cursor.at });
  branch(b, cursor.index);
  b.emit({ kind: 'label', label: behind, at: cursor.at });
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
  b.emit({ kind: 'br_table', value, labels: targets, at: cursor.at });
  for (const [depth, stub] of stubs) {
    b.emit({ kind: 'label', label: stub, at: cursor.at });
    branch(b, depth);
  }
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
  if (tail) moveDown(b, height, type.params);
  operands.truncate(height);
  const paramSlots = type.params.reduce((sum, t) => sum + slotsOf(t), 0);
  const resultSlots = type.results.reduce((sum, t) => sum + slotsOf(t), 0);
  operands.maxSlot = Math.max(operands.maxSlot, base + Math.max(paramSlots, resultSlots));
  if (byRef || type.params.some((t) => t > 0) || type.results.some((t) => t > 0)) b.usesRefs = true;
  const at = cursor.at;
  if (index === undefined && tail) b.emitOp('tail.call.lazy', cursor.index);
  else if (index === undefined) b.emitOp('call.lazy', cursor.index, base * 2);
  else {
    // A reference is no index of a table; of what type it is, is known.
    const [table, type] = byRef ? [-1, 0] : [cursor.index2, b.valid.canonical[cursor.index]];
    b.emit({ kind: 'call_indirect', value: index, table, type, base: tail ? 0 : base, tail, at });
  }
  if (tail) {
    b.dead = true;
    return;
  }
  for (const t of type.results) b.pushPlaced(t);
}
