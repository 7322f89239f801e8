// What lowering works on between wasm and ops: expression trees over slots.
import { V128, type ValType } from '../syntax/types.ts';

/** What evaluating a tree may do or depend on. */
export const TRAPS = 1;
/** Reads memory or a mutable global, so it may not move behind a store, a call or a global.set. */
export const READS = 2;

export type NodeKind =
  | 'slot'
  | 'const'
  | 'v128'
  | 'global'
  | 'size'
  | 'unary'
  | 'binary'
  | 'ternary'
  | 'load'
  | 'access'
  | 'select';

/**
 * An expression. One shape for all kinds:
 *
 * | kind   | op           | a b c            | lo                       | hi         |
 * |--------|--------------|------------------|--------------------------|------------|
 * | slot   |              |                  | slot number              |            |
 * | const  |              |                  | low half                 | high half  |
 * | v128   |              | two i64 constants|                          |            |
 * | global |              |                  | word in the globals      |            |
 * | size   |              |                  |                          |            |
 * | unary, binary, ternary | mnemonic | operands |             lane or type, if it has one | |
 * | load   | mnemonic     | address          | offset                   |            |
 * | access | mnemonic     | address, vector  | offset                   | memory and lane |
 * | select |              | first, second, condition |                  |            |
 */
export interface Node {
  readonly kind: NodeKind;
  readonly op: string;
  /** Type of the value; of a reference any reference type. */
  readonly t: ValType;
  readonly a: Node | undefined;
  readonly b: Node | undefined;
  readonly c: Node | undefined;
  readonly lo: number;
  readonly hi: number;
  /** Offset in the module of the instruction that made it. */
  readonly at: number;
  /** TRAPS, READS of the whole tree. */
  readonly effects: number;
  /** Highest slot read in the tree (a vector's second one), -1 for none. */
  readonly top: number;
  /** Number of nodes in the tree. */
  readonly size: number;
}

/** Trees with more nodes than this are evaluated at once: it bounds recursion over trees and the search in them. */
export const MAX_TREE = 16;

export function slotNode(slot: number, t: ValType, at: number): Node {
  return treeNode('slot', '', t, 0, at, undefined, undefined, undefined, slot);
}

export function constNode(t: ValType, lo: number, hi: number, at: number): Node {
  return treeNode('const', '', t, 0, at, undefined, undefined, undefined, lo, hi);
}

/** A node; effects are its own, to which those of its operands are added. */
export function treeNode(
  kind: NodeKind,
  op: string,
  t: ValType,
  own: number,
  at: number,
  a?: Node,
  b?: Node,
  c?: Node,
  lo = 0,
  hi = 0,
): Node {
  let effects = own;
  let top = kind !== 'slot' ? -1 : t === V128 ? lo + 1 : lo;
  let size = 1;
  if (a !== undefined) {
    effects |= a.effects;
    if (a.top > top) top = a.top;
    size += a.size;
  }
  if (b !== undefined) {
    effects |= b.effects;
    if (b.top > top) top = b.top;
    size += b.size;
  }
  if (c !== undefined) {
    effects |= c.effects;
    if (c.top > top) top = c.top;
    size += c.size;
  }
  return { kind, op, t, a, b, c, lo, hi, at, effects, top, size };
}

/** Does the tree read a slot? */
export function readsSlot(node: Node, slot: number): boolean {
  if (node.top < slot) return false;
  if (node.kind === 'slot') return node.lo === slot;
  return (
    (node.a !== undefined && readsSlot(node.a, slot)) ||
    (node.b !== undefined && readsSlot(node.b, slot)) ||
    (node.c !== undefined && readsSlot(node.c, slot))
  );
}

/** A label of the lowered function; targets are found when all ops are placed. */
export type LabelId = number;
