// Lowering of loads, stores, and the size of memories. https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
// Atomic accesses are in atomics.ts; bulk operations are out of line.
import type { Signature } from '../../syntax/instructions.ts';
import { I32, I64 } from '../../syntax/types.ts';
import { READS, TRAPS, treeNode } from '../nodes.ts';
import { doneAs } from '../aliases.ts';
import type { OutName } from '../operations.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';

/** Loads that are two ops: the load, and the extension of what it gives. */
const SPLIT_LOADS: ReadonlyMap<string, string> = new Map([
  ['i64.load8_s', 'i32.load8_s'],
  ['i64.load16_s', 'i32.load16_s'],
  ['i64.load16_u', 'i32.load16_u'],
]);

/** Memory index and lane of an access, in one number. */
export function accessPlace(memory: number, lane: number): number {
  return memory * 16 + lane;
}

/** A load or a store. */
export function access(b: TreeBuilder): void {
  const { cursor, operands } = b;
  const { row, index, at } = cursor;
  const { name } = row;
  const { pops, pushes } = row.sig as Signature;
  const fast = isFast(b);
  const op = doneAs(name);
  const offset = offsetOf(b);
  const where = accessPlace(index, row.imm === 'memarg_lane' ? cursor.lane : 0);
  const second = pops.length === 2 ? operands.pop() : undefined;
  const address = operands.pop();
  if (second !== undefined && pushes.length === 0) {
    operands.flushForEffect();
    if (fast) b.code.store(op, address, second, offset, at);
    else b.code.effect(op, 0, [address, second], offset, where, at);
    return;
  }
  const narrow = fast ? SPLIT_LOADS.get(name) : undefined;
  if (narrow === undefined) {
    const [t] = pushes;
    if (fast) operands.push(treeNode('load', op, t, TRAPS | READS, at, address, undefined, undefined, offset));
    else operands.push(treeNode('access', op, t, TRAPS | READS, at, address, second, undefined, offset, where));
    return;
  }
  const load = treeNode('load', narrow, I32, TRAPS | READS, at, address, undefined, undefined, offset);
  operands.push(treeNode('unary', name.endsWith('_s') ? 'i64.extend_i32_s' : 'i64.extend_i32_u', I64, 0, at, load));
}

/**
 * The immediate offset. One that needs more than 32 bits is past the end of any memory, as are the largest of 32; the
 * lowest bits stay, by which atomic accesses are aligned or not.
 */
export function offsetOf({ cursor: { hi, lo } }: TreeBuilder): number {
  return hi === 0 ? lo : lo | ~7;
}

/** Memory 0 with 32-bit addresses, and the access at address 0 lies within the minimum size. Of a lane it never is. */
function isFast({ cursor, fastBytes }: TreeBuilder): boolean {
  if (cursor.index !== 0 || cursor.hi !== 0 || cursor.row.imm !== 'memarg') return false;
  const end = (cursor.lo >>> 0) + 2 ** (cursor.row.align as number);
  return end <= fastBytes && end < 2 ** 31;
}

function memorySize(b: TreeBuilder): void {
  const { cursor, operands, valid } = b;
  const { addr, pageSizeLog2 } = valid.memTypes[cursor.index];
  if (cursor.index !== 0 || addr !== I32 || pageSizeLog2 !== 16) b.out('memory.size', 0, [addr], cursor.index);
  else operands.push(treeNode('size', '', I32, READS, cursor.at));
}

function memoryGrow(b: TreeBuilder): void {
  const { cursor, operands, valid } = b;
  const value = operands.pop();
  const slot = operands.place(operands.height);
  operands.flushForEffect();
  operands.flushAbove(slot, operands.height);
  b.code.statement('memory.grow', cursor.at, slot, value, cursor.index);
  operands.pushPlaced(valid.memTypes[cursor.index].addr);
}

function fill(b: TreeBuilder): void {
  b.out('memory.fill', 3, [], b.cursor.index);
}

/** Of a segment and a memory, or of two memories. */
function copying(b: TreeBuilder): void {
  const { index, index2, row } = b.cursor;
  b.out(row.name as OutName, 3, [], index, index2);
}

function dataDrop(b: TreeBuilder): void {
  b.out('data.drop', 0, [], b.cursor.index);
}

export const MEMORY_ARMS = {
  'memory.size': memorySize,
  'memory.grow': memoryGrow,
  'memory.fill': fill,
  'memory.copy': copying,
  'memory.init': copying,
  'data.drop': dataDrop,
} satisfies Arms;
