// Patterns of ops (ops/fuse.ts), and what finds out whether nodes are what a pattern says. A pattern is its words here: each
// operation, then its operands, then what else it is encoded with. It emits nothing.
import { F64 } from '../syntax/types.ts';
import { type Node, TRAPS } from '../trees/nodes.ts';
import { constantNumber } from './constants.ts';
import { OPS, opNumber } from './op-table.ts';
import { normalForm } from './select-forms.ts';
import { MIRROR } from './select-rules.ts';

/** A slot, an immediate or a label; or a tree whose value is computed to a slot first. */
export type Operand = number | Node;

/** A word of a pattern. */
interface Word {
  /** A mnemonic; '' for any tree, '#' for a constant. */
  readonly op: string;
  /** How many operands the operation has. */
  readonly trees: number;
  /** Whether it is encoded with something else, which is one more word. */
  readonly encoded: boolean;
  /** Whether there is an op for it with an immediate: then a tree on its right is no constant. */
  readonly immediate: boolean;
  /** Which operand of the op it is: a tree, the low word of a constant, what an operation is encoded with. */
  readonly place: number;
  /** Which one the high word of a constant is, or -1. */
  readonly high: number;
  /** The constant that it has to be, or NaN. */
  readonly constant: number;
}

/** A word of a pattern of an op with these operands. */
function wordOf(text: string, letters: string): Word {
  const isConstant = text[0] === '#';
  const isOperation = text.includes('.');
  const none = text.startsWith('global');
  const loads = text.includes('load');
  return {
    op: isOperation ? text : isConstant ? '#' : '',
    trees: !isOperation || none ? 0 : loads || text.startsWith('ref') ? 1 : 2,
    encoded: none || loads || text.includes('store'),
    immediate: !text.includes('store') && opNumber(`${text}.k`) !== undefined,
    place: letters.indexOf(isConstant ? text[1] : text),
    high: text.length > 2 ? letters.indexOf(text[2]) : -1,
    constant: isConstant ? Number(text.slice(1)) : Number.NaN,
  };
}

/** An op with a pattern, for an outermost operation: its own, or (`mirrored`) the one that is its mirror image. */
export class Row {
  readonly mirrored: boolean;
  /** The operation in the first operand of the outermost one, which is the second operand where the row is mirrored; or ''. */
  readonly inner: string;
  /** The op's number, and how many operands it has. */
  readonly op: number;
  readonly length: number;
  private readonly texts: readonly string[];
  private words: readonly Word[] | undefined;

  constructor(op: number, pattern: string, mirrored: boolean) {
    this.op = op;
    this.length = OPS[op].operands.length;
    this.mirrored = mirrored;
    this.texts = pattern.split(' ');
    this.inner = this.texts[1].includes('.') ? this.texts[1] : '';
  }

  /** The pattern, made when it is needed first. */
  pattern(): readonly Word[] {
    this.words ??= this.texts.map((text) => wordOf(text, OPS[this.op].operands));
    return this.words;
  }
}

/** Rows by their outermost operation. */
class Rows {
  private readonly patterns = new Map<string, [op: number, pattern: string][]>();
  private readonly rows = new Map<string, readonly Row[]>();

  add(op: number, pattern: string): void {
    const outer = pattern.slice(0, pattern.indexOf(' '));
    const known = this.patterns.get(outer);
    if (known === undefined) this.patterns.set(outer, [[op, pattern]]);
    else known.push([op, pattern]);
  }

  /** Those of an operation, and then those of its mirror image. */
  of(op: string): readonly Row[] {
    let rows = this.rows.get(op);
    if (rows === undefined) {
      rows = [...this.made(op, false), ...this.made(MIRROR.get(op) ?? '', true)];
      this.rows.set(op, rows);
    }
    return rows;
  }

  private made(op: string, mirrored: boolean): Row[] {
    return (this.patterns.get(op) ?? []).map(([number, pattern]) => new Row(number, pattern, mirrored));
  }
}

/** Of values and stores; of conditions on which a branch is taken; of those on which it is not. */
export const VALUES = new Rows();
export const BRANCHES = new Rows();
export const NEGATED = new Rows();

// Later rows come first, since they are more special.
for (let op = OPS.length - 1; op >= 0; op--) {
  const { pattern } = OPS[op];
  if (pattern === undefined) continue;
  if (pattern.startsWith('br_if ')) BRANCHES.add(op, pattern.slice(6));
  else if (pattern.startsWith('br_unless ')) NEGATED.add(op, pattern.slice(10));
  else VALUES.add(op, pattern);
}

/** The operation of a node, as patterns call it; '' for what they do not know. */
export function operationOf({ kind, op }: Node): string {
  if (kind === 'binary' || kind === 'load' || kind === 'unary') return op;
  return kind === 'global' ? 'global.get' : '';
}

/** A node in its normal form. */
export function normalized(node: Node): Node {
  return node.kind === 'binary' ? normalForm(node) : node;
}

/** Finds out whether nodes are what a row says. */
export class Matcher {
  /** The op's operands, if they are; those that the pattern does not say (result, label) are left as they were. */
  readonly found: Operand[] = [];
  /** How many of these are trees, and which, four bits each, in the order in which they are computed from the lowest on. */
  trees = 0;
  order = 0;
  /** The first instruction inside that may trap. */
  at: number | undefined;
  private words: readonly Word[] = [];
  private next = 0;

  /** Are these the operands of the row's outermost operation, which is encoded with `lo`? */
  fits(row: Row, a: Node | undefined, b: Node | undefined, lo: number): boolean {
    const words = row.pattern();
    this.words = words;
    this.next = 1;
    this.trees = 0;
    this.order = 0;
    this.at = undefined;
    return row.mirrored ? this.exchanged(words[0], a, b) : this.inOrder(words[0], a, b, lo);
  }

  /** Are these what the words say that come next, which are an operation's operands and what it is encoded with? */
  private inOrder(outer: Word, a: Node | undefined, b: Node | undefined, lo: number): boolean {
    if (outer.trees > 0 && !this.operand(a as Node)) return false;
    if (outer.trees > 1 && !this.operand(b as Node, outer)) return false;
    if (outer.encoded) this.found[this.words[this.next++].place] = lo;
    return true;
  }

  /** Are the operands of an operation with two what the words say that come next, the second one first? */
  private exchanged(outer: Word, a: Node | undefined, b: Node | undefined): boolean {
    const start = this.next;
    for (let left = 1; left > 0; left--) {
      const { trees, encoded } = this.words[this.next++];
      left += trees + (encoded ? 1 : 0);
    }
    if (!this.operand(a as Node)) return false;
    const end = this.next;
    this.next = start;
    if (!this.operand(b as Node, outer)) return false;
    this.next = end;
    return true;
  }

  /** Is a node what the next words say? `outer`: the operation on whose right it is. */
  private operand(node: Node, outer?: Word): boolean {
    const word = this.words[this.next++];
    const { op, place } = word;
    if (op === '#') return this.constant(word, node, outer);
    if (op === '') {
      // It is computed before the op, so it may not trap where something in front of it may, which the op does.
      if ((outer?.immediate && node.kind === 'const') || (this.at !== undefined && node.effects & TRAPS)) return false;
      this.found[place] = node;
      this.order |= place << (4 * this.trees++);
      return true;
    }
    const normal = normalized(node);
    if (operationOf(normal) !== op) return false;
    const { a, b, lo } = normal;
    const { next, at, trees, order } = this;
    if (!this.inOrder(word, a, b, lo)) {
      if (MIRROR.get(op) !== op) return false;
      this.next = next;
      this.at = at;
      this.trees = trees;
      this.order = order;
      if (!this.exchanged(word, a, b)) return false;
    }
    if (normal.kind === 'load') this.at ??= normal.at;
    return true;
  }

  private constant({ place, high, constant }: Word, node: Node, outer: Word | undefined): boolean {
    if (node.kind !== 'const') return false;
    const { t, lo, hi } = node;
    if (!Number.isNaN(constant)) return lo === constant && hi === constant >> 31;
    const word = t === F64 ? constantNumber(lo, hi) : lo;
    if (word === undefined) return false;
    if (high >= 0) this.found[high] = hi;
    // One word of 64 bits is the count of a shift.
    this.found[place] = high < 0 && outer?.op.startsWith('i64') ? word & 63 : word;
    return true;
  }
}
