// What lowering works on between wasm and ops: expression trees over slots.
import { V128, type ValType } from '../syntax/types.ts';

/** What evaluating a tree may do or depend on. */
export const TRAPS = 1;
/** Reads memory or a mutable global, so it may not move after a store, a call or a global.set. */
export const READS = 2;

/** What nodes of all kinds have. In memory all kinds have the same shape: V8 knows one class of them. */
interface Shared {
  readonly op: string;
  /** Type of the value; of a reference any reference type. */
  readonly t: ValType;
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

interface Leaf extends Shared {
  readonly kind: 'slot' | 'const' | 'global' | 'size';
  readonly a: undefined;
  readonly b: undefined;
  readonly c: undefined;
}

export interface Unary extends Shared {
  readonly kind: 'unary' | 'load';
  readonly a: Node;
  readonly b: undefined;
  readonly c: undefined;
}

export interface Binary extends Shared {
  readonly kind: 'binary' | 'v128';
  readonly a: Node;
  readonly b: Node;
  readonly c: undefined;
}

interface Access extends Shared {
  readonly kind: 'access';
  readonly a: Node;
  readonly b: Node | undefined;
  readonly c: undefined;
}

interface Ternary extends Shared {
  readonly kind: 'ternary' | 'select';
  readonly a: Node;
  readonly b: Node;
  readonly c: Node;
}

/**
 * An expression:
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
export type Node = Leaf | Unary | Binary | Access | Ternary;

/** Trees with more nodes than this are evaluated at once: it bounds recursion over trees and the search in them. */
export const MAX_TREE = 16;

export function slotNode(slot: number, t: ValType, at: number): Leaf {
  return treeNode('slot', '', t, 0, at, undefined, undefined, undefined, slot);
}

export function constNode(t: ValType, lo: number, hi: number, at: number): Leaf {
  return treeNode('const', '', t, 0, at, undefined, undefined, undefined, lo, hi);
}

type None = undefined;

/** A node; effects are its own, to which those of its operands are added. */
export function treeNode(
  kind: Leaf['kind'],
  ...rest: [op: string, t: ValType, own: number, at: number, a?: None, b?: None, c?: None, lo?: number, hi?: number]
): Leaf;
export function treeNode(
  kind: Unary['kind'],
  ...rest: [op: string, t: ValType, own: number, at: number, a: Node, b?: None, c?: None, lo?: number, hi?: number]
): Unary;
export function treeNode(
  kind: Binary['kind'],
  ...rest: [op: string, t: ValType, own: number, at: number, a: Node, b: Node, c?: None, lo?: number, hi?: number]
): Binary;
export function treeNode(
  kind: Ternary['kind'],
  ...rest: [op: string, t: ValType, own: number, at: number, a: Node, b: Node, c: Node, lo?: number, hi?: number]
): Ternary;
export function treeNode(
  kind: Access['kind'],
  ...rest: [op: string, t: ValType, own: number, at: number, a: Node, b: Node | None, c: None, lo: number, hi: number]
): Access;
export function treeNode(
  kind: Node['kind'],
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
  return { kind, op, t, a, b, c, lo, hi, at, effects, top, size } as Node;
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
