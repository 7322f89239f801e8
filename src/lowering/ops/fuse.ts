// Rows of ops that do several instructions, or one on an immediate. Such a row is a name and the tree that the op computes: its
// operands and what it does follow, and so does the choice of ops: whether nodes are what the row says, and in which order
// operands are computed (select-patterns.ts; `npm run generate` puts the patterns into op-list.ts). The table may be without any
// of these ops: what it is without is not chosen. Ops that are one instruction on slots have no pattern; neither have ops that do
// two statements, of which no tree says what they do (select-pairs.ts). Patterns of i64 and of accesses become rows in i64.ts and
// memory.ts.
//
//   a b c A B C   a tree that is computed to a slot before; on the right of an operation that an op does with an immediate
//                 (`i32.add.k`) no constant
//   #k            a constant of one word, the count of a shift of i64, the number of a constant of f64; `#kl` two words
//   #-1           this constant
//   op(a, #k)     an operation; after its operands stands what else it is encoded with: an offset, the word of a global
//
// Patterns are over normal forms (select-forms.ts): a constant stands on the right where it may, one is never subtracted,
// `x < k` is `x <= k - 1`, and so on. Operations that commute and comparisons are tried the other way round as well, so that
// each is here once. Of rows of one outermost operation those that come later in the table of ops are tried first: they are
// more special.
import { float as f, i32, isNotZero, isZero, not } from './formulas.ts';
import { I64_COMPARED, i64Operands } from './formulas-i64.ts';
import { A, B, C, type Part, a, b, c, fa, fb, flag, js, k, l, m, n, op, rA } from './parts.ts';
import { type Op, branch, float, value } from './rows.ts';
import { set } from './statements.ts';

/** A pattern: a letter, a constant, or an operation on operands. */
export interface Tree {
  readonly word: string;
  readonly operands: readonly Tree[];
}

function parsed(text: string): Tree {
  let at = 0;
  const next = (): Tree => {
    const from = at;
    while (at < text.length && !'(,)'.includes(text[at])) at++;
    const word = text.slice(from, at);
    const operands: Tree[] = [];
    while (text[at] === '(' || (operands.length > 0 && text[at] === ',')) {
      at += text[at] === '(' ? 1 : 2;
      operands.push(next());
    }
    if (operands.length > 0) at++;
    return { word, operands };
  };
  return next();
}

function leaves(tree: Tree): readonly string[] {
  return tree.operands.length === 0 ? [tree.word] : tree.operands.flatMap(leaves);
}

const isComparison = (name: string): boolean => ['eq', 'ne', 'lt', 'gt', 'le', 'ge'].includes(name.split('_')[0]);

/** The operands of an op that computes a tree: its result, slots as they stand in the tree, immediates, a target. */
function operandsOf(tree: Tree): string {
  const [type, name] = tree.word.split('.');
  const all = leaves(tree);
  const slots = all.filter((one) => one[0] !== '#');
  const immediates = all.filter((one) => one >= '#a').flatMap((one) => [...one.slice(1)]);
  const branches = type.startsWith('br_');
  const result = branches || name.startsWith('store') ? [] : [type === 'f64' && !isComparison(name) ? 'D' : 'd'];
  return [...result, ...slots, ...immediates.sort(), ...(branches ? ['t'] : [])].join(' ');
}

const SLOTS: Readonly<Record<string, Part>> = { a, b, c, A, B, C };
const FLOATS: Readonly<Record<string, Part>> = { a: fa, b: fb };
const IMMEDIATES: Readonly<Record<string, Part>> = { '#k': k, '#l': l, '#m': m, '#n': n };

/** What a tree gives, as an operand of an operation on a type. */
export function partOf(tree: Tree, type = 'i32'): Part {
  const { word, operands } = tree;
  if (word === 'global.get') return js`G[${partOf(operands[0])}]`;
  if (operands.length > 0) return formulaOf(tree);
  if (word[0] === '#') return type === 'f64' ? js`KF[${IMMEDIATES[word]}]` : IMMEDIATES[word];
  return (type === 'f32' ? FLOATS : SLOTS)[word];
}

/** An operation on i32 or floats. */
function formulaOf({ word, operands }: Tree): Part {
  const [type, name] = word.split('.');
  const [first, second] = operands.map((one) => partOf(one, type));
  if (type === 'i32') return i32[name as keyof typeof i32](first, second);
  // A product needs no parentheses.
  const formula = f[name as keyof typeof f](first, second);
  return name === 'mul' ? { ...formula, atom: true } : formula;
}

/** The condition of a branch: a comparison, or that something is not 0. */
function condition(name: string, operands: string, tree: Tree, negated: boolean): Op {
  const [type, short] = tree.word.split('.');
  if (tree.word === 'ref.is_null') return branch(name, operands, negated ? op`${rA} !== null` : op`${rA} === null`);
  if (type === 'i64') return branch(name, operands, i64Operands, I64_COMPARED[short as keyof typeof I64_COMPARED]);
  if (!isComparison(short)) return branch(name, operands, (negated ? isZero : isNotZero)(partOf(tree)));
  return branch(name, operands, negated ? not(partOf(tree)) : partOf(tree));
}

/** The row of an op on i32 or floats. */
function row(name: string, operands: string, tree: Tree): Op {
  const [type, short] = tree.word.split('.');
  if (type.startsWith('br_')) return condition(name, operands, tree.operands[0], type === 'br_unless');
  if (isComparison(short)) return value(name, operands, flag(partOf(tree)));
  if (type === 'f64') return float(name, operands, partOf(tree));
  if (short !== 'rotl') return value(name, operands, partOf(tree));
  // It reads its first operand twice.
  return value(name, operands, set('x', partOf(tree.operands[0])), i32.rotl('x', partOf(tree.operands[1])));
}

/** A row whose op computes a tree; `row` makes it, of the name, of operands as they follow from the pattern, and of the tree. */
export function fused(name: string, pattern: string, row: (name: string, operands: string, tree: Tree) => Op): Op {
  const tree = parsed(pattern);
  return { ...row(name, operandsOf(tree), tree), pattern };
}

/** A row whose op computes a tree of operations on i32 or floats, or branches on one. */
export function fuse(name: string, pattern: string): Op {
  return fused(name, pattern, row);
}
