// What lowering works on between wasm and ops: expression trees over slots, and statements that use them.
import { V128, type ValType } from '../syntax/types.ts';
import type { ObjectName } from './out-names.ts';

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
  return {
    kind: 'slot',
    op: '',
    t,
    a: undefined,
    b: undefined,
    c: undefined,
    lo: slot,
    hi: 0,
    at,
    effects: 0,
    top: t === V128 ? slot + 1 : slot,
    size: 1,
  };
}

export function constNode(t: ValType, lo: number, hi: number, at: number): Node {
  return {
    kind: 'const',
    op: '',
    t,
    a: undefined,
    b: undefined,
    c: undefined,
    lo,
    hi,
    at,
    effects: 0,
    top: -1,
    size: 1,
  };
}

export function leafNode(kind: 'global' | 'size', t: ValType, lo: number, effects: number, at: number): Node {
  return { kind, op: '', t, a: undefined, b: undefined, c: undefined, lo, hi: 0, at, effects, top: -1, size: 1 };
}

export function treeNode(
  kind: 'v128' | 'unary' | 'binary' | 'ternary' | 'load' | 'access' | 'select',
  op: string,
  t: ValType,
  effects: number,
  at: number,
  a: Node,
  b?: Node,
  c?: Node,
  lo = 0,
  hi = 0,
): Node {
  return {
    kind,
    op,
    t,
    a,
    b,
    c,
    lo,
    hi,
    at,
    effects: effects | a.effects | (b?.effects ?? 0) | (c?.effects ?? 0),
    top: Math.max(a.top, b?.top ?? -1, c?.top ?? -1),
    size: 1 + a.size + (b?.size ?? 0) + (c?.size ?? 0),
  };
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

/** A statement: what has an effect, in order. `at` is the offset of the wasm instruction. */
export type Statement =
  | { readonly kind: 'set'; readonly slot: number; readonly value: Node; readonly at: number }
  | {
      readonly kind: 'store';
      readonly op: string;
      readonly address: Node;
      readonly value: Node;
      readonly offset: number;
      readonly at: number;
    }
  /** memory.atomic.wait: address, expected value, time-out. */
  | {
      readonly kind: 'wait';
      readonly wide: boolean;
      readonly slot: number;
      readonly operands: readonly Node[];
      readonly offset: number;
      readonly memory: number;
      readonly at: number;
    }
  /** An access out of line that has an effect: `slot` gets its result, if it has one. */
  | {
      readonly kind: 'access';
      readonly op: string;
      readonly slot: number;
      readonly operands: readonly Node[];
      readonly offset: number;
      readonly where: number;
      readonly at: number;
    }
  /** An object operation (out-names.ts): `slot` gets its result, if it has one, and is -1 otherwise. */
  | {
      readonly kind: 'object';
      readonly op: ObjectName;
      readonly slot: number;
      readonly operands: readonly Node[];
      readonly k: number;
      readonly at: number;
    }
  | { readonly kind: 'global.set'; readonly word: number; readonly value: Node; readonly at: number }
  | {
      readonly kind: 'memory.grow';
      readonly slot: number;
      readonly value: Node;
      readonly memory: number;
      readonly at: number;
    }
  | { readonly kind: 'label'; readonly label: LabelId; readonly at: number }
  | { readonly kind: 'br'; readonly label: LabelId; readonly at: number }
  | {
      readonly kind: 'br_if';
      readonly condition: Node;
      readonly negated: boolean;
      readonly label: LabelId;
      readonly at: number;
    }
  | { readonly kind: 'br_table'; readonly value: Node; readonly labels: readonly LabelId[]; readonly at: number }
  | {
      readonly kind: 'call_indirect';
      readonly value: Node;
      readonly table: number;
      readonly type: number;
      readonly base: number;
      readonly tail: boolean;
      readonly at: number;
    }
  /** A value of a number type, or nothing where the results are in slots 0 and up already. */
  | { readonly kind: 'return'; readonly value: Node | undefined; readonly at: number }
  /** An op with its operands: no values have to be computed for it. */
  | { readonly kind: 'op'; readonly op: string; readonly operands: readonly number[]; readonly at: number }
  /** No op: from here on, `region` gets what is thrown; -1 is the caller. */
  | { readonly kind: 'region'; readonly region: number; readonly at: number };

/** Reinterpretations and wrapping: the words of the operand are the value. */
export const MOVES_NO_BITS: ReadonlySet<string> = new Set([
  'i32.wrap_i64',
  'i32.reinterpret_f32',
  'i64.reinterpret_f64',
  'f32.reinterpret_i32',
  'f64.reinterpret_i64',
]);
