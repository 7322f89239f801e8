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

const NO_WORD: Word = {
  op: '',
  trees: 0,
  encoded: false,
  immediate: false,
  place: -1,
  high: -1,
  constant: Number.NaN,
};

/** Operations, which are the same word in each pattern. */
const OPERATIONS = new Map<string, Word>();

function operationWord(op: string): Word {
  let word = OPERATIONS.get(op);
  if (word === undefined) {
    const none = op.startsWith('global');
    const loads = op.includes('load');
    const stores = op.includes('store');
    word = {
      ...NO_WORD,
      op,
      trees: none ? 0 : loads || op.startsWith('ref') ? 1 : 2,
      encoded: none || loads || stores,
      immediate: !stores && opNumber(`${op}.k`) !== undefined,
    };
    OPERATIONS.set(op, word);
  }
  return word;
}

/** A word of a pattern of an op with these operands: letters and constants are short. */
function wordOf(text: string, letters: string): Word {
  if (text.length > 3) return operationWord(text);
  if (text[0] !== '#') return { ...NO_WORD, place: letters.indexOf(text) };
  const high = text.length > 2 ? letters.indexOf(text[2]) : -1;
  return { ...NO_WORD, op: '#', place: letters.indexOf(text[1]), high, constant: Number(text.slice(1)) };
}

/** An op with a pattern. */
export class Row {
  /** The op's number, and how many operands it has. */
  readonly op: number;
  readonly length: number;
  /** The operation in the first operand of the outermost one, or ''. */
  readonly inner: string;
  private readonly text: string;
  private words: readonly Word[] | undefined;

  /** `pattern`: without the branch. */
  constructor(op: number, pattern: string) {
    const from = pattern.indexOf(' ') + 1;
    const end = pattern.indexOf(' ', from);
    this.op = op;
    this.length = OPS[op].operands.length;
    this.text = pattern;
    this.inner = end - from > 3 ? pattern.slice(from, end) : '';
  }

  /** The pattern, made when it is needed first. */
  pattern(): readonly Word[] {
    if (this.words === undefined) {
      const { operands } = OPS[this.op];
      this.words = this.text.split(' ').map((text) => wordOf(text, operands));
    }
    return this.words;
  }
}

/** Rows of one outermost operation. */
class Rows {
  private readonly all: Row[] = [];
  private readonly some = new Map<string, readonly Row[]>();

  add(row: Row): void {
    this.all.push(row);
  }

  /** Those of them that an operation inside, or '', may have. */
  with(inner: string): readonly Row[] {
    let rows = this.some.get(inner);
    if (rows === undefined) {
      rows = this.all.filter((row) => row.inner === '' || row.inner === inner);
      this.some.set(inner, rows);
    }
    return rows;
  }
}

/** Rows by their outermost operation. */
export type Table = Map<string, Rows>;

/** Of values and stores; of conditions on which a branch is taken; of those on which it is not. */
export const VALUES: Table = new Map();
export const BRANCHES: Table = new Map();
export const NEGATED: Table = new Map();

function add(table: Table, op: number, pattern: string): void {
  const outer = pattern.slice(0, pattern.indexOf(' '));
  let rows = table.get(outer);
  if (rows === undefined) table.set(outer, (rows = new Rows()));
  rows.add(new Row(op, pattern));
}

// Later rows come first, since they are more special.
for (let op = OPS.length - 1; op >= 0; op--) {
  const { pattern } = OPS[op];
  if (pattern === undefined) continue;
  if (pattern.startsWith('br_if ')) add(BRANCHES, op, pattern.slice(6));
  else if (pattern.startsWith('br_unless ')) add(NEGATED, op, pattern.slice(10));
  else add(VALUES, op, pattern);
}

/** The operation of a node, as patterns call it; '' for what they do not know. */
export function operationOf({ kind, op }: Node): string {
  if (kind === 'binary' || kind === 'load' || kind === 'unary') return op;
  return kind === 'global' ? 'global.get' : '';
}

/** A node in its normal form. */
function normalized(node: Node): Node {
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

  /** The first row that has these operands of an operation, which is encoded with `lo`; then one of its mirror image. */
  find(table: Table, op: string, a: Node | undefined, b: Node | undefined, lo: number): Row | undefined {
    const own = table.get(op);
    const mirror = MIRROR.get(op);
    const others = mirror === undefined ? undefined : table.get(mirror);
    if (own === undefined && others === undefined) return undefined;
    const left = a && normalized(a);
    const right = b && normalized(b);
    return this.among(own, false, left, right, lo) ?? this.among(others, true, left, right, lo);
  }

  private among(
    rows: Rows | undefined,
    mirrored: boolean,
    a: Node | undefined,
    b: Node | undefined,
    lo: number,
  ): Row | undefined {
    if (rows === undefined) return undefined;
    const first = mirrored ? b : a;
    const some = rows.with(first === undefined ? '' : operationOf(first));
    for (let i = 0; i < some.length; i++) if (this.fits(some[i], mirrored, a, b, lo)) return some[i];
    return undefined;
  }

  private fits(row: Row, mirrored: boolean, a: Node | undefined, b: Node | undefined, lo: number): boolean {
    const words = row.pattern();
    this.words = words;
    this.next = 1;
    this.trees = 0;
    this.order = 0;
    this.at = undefined;
    return mirrored ? this.exchanged(words[0], a, b) : this.inOrder(words[0], a, b, lo);
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
