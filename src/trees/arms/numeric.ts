// Lowering of what is a tree: constants, and operations on one to three operands that give one value.
// https://webassembly.github.io/spec/core/exec/instructions.html#numeric-instructions
import { InternalError } from '../../errors.ts';
import { Reader } from '../../decoder/reader.ts';
import type { Immediates, Signature } from '../../syntax/instructions.ts';
import { F32, F64, I32, I64, V128, type ValType } from '../../syntax/types.ts';
import { MOVES_NO_BITS } from '../aliases.ts';
import { type Node, TRAPS, constNode, slotNode, treeNode } from '../nodes.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm } from './arm.ts';

const constant =
  (t: ValType): Arm =>
  ({ operands, cursor }) =>
    operands.push(constNode(t, cursor.lo, t === I64 || t === F64 ? cursor.hi : 0, cursor.at));

function operation({ cursor, operands }: TreeBuilder): void {
  const { row, at, lane: immediate } = cursor;
  const { name, imm } = row;
  const { pops, pushes } = row.sig as Signature;
  if (pushes.length !== 1 || pops.length === 0 || pops.length > 3) throw new InternalError(`${name} is no operation`);
  const lane = imm === 'lane' ? immediate : 0;
  const effects = row.traps ? TRAPS : 0;
  const [t] = pushes;
  if (pops.length === 1) {
    const a = operands.pop();
    // Reinterpretations and wrapping move no bits: the slot's words are the value.
    if (a.kind === 'slot' && MOVES_NO_BITS.has(name)) operands.push(slotNode(a.lo, t, at));
    else operands.push(treeNode('unary', name, t, effects, at, a, undefined, undefined, lane));
    return;
  }
  const c = pops.length === 3 ? operands.pop() : undefined;
  const b = operands.pop();
  const a = operands.pop();
  if (c === undefined) operands.push(treeNode('binary', name, t, effects, at, a, b, undefined, lane));
  else operands.push(treeNode('ternary', name, t, effects, at, a, b, c, lane));
}

/** i8x16.shuffle: its lanes are a constant operand. */
function shuffle(builder: TreeBuilder): void {
  const { cursor, operands } = builder;
  const lanes = vector(builder);
  const b = operands.pop();
  const a = operands.pop();
  operands.push(treeNode('ternary', cursor.row.name, V128, 0, cursor.at, a, b, lanes));
}

/** The 16 bytes that are the immediate. */
function vector({ cursor, valid }: TreeBuilder): Node {
  const { at, immOffset } = cursor;
  const reader = new Reader(valid.module.funcs.bytes, immOffset, immOffset + 16);
  const low = constNode(I64, reader.bits32(), reader.bits32(), at);
  const high = constNode(I64, reader.bits32(), reader.bits32(), at);
  return treeNode('v128', '', V128, 0, at, low, high);
}

/** Of rows with a plain signature that have no arm of their own. */
export const NUMERIC_BY_IMMEDIATES = {
  none: operation,
  lane: operation,
  lanes: shuffle,
  i32: constant(I32),
  i64: constant(I64),
  f32: constant(F32),
  f64: constant(F64),
  v128: (b) => b.operands.push(vector(b)),
} satisfies Partial<Record<Immediates, Arm>>;
