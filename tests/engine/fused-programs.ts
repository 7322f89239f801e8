// Functions for each op that does more than one instruction: one that computes just the tree of the op's pattern, one with
// operands exchanged where they may be; and small bodies for ops without a pattern.
import { OPS } from '../../src/lowering/ops.ts';
import { rowsNamed } from '../../src/syntax/instructions.ts';
import { F32, F64, I32, I64, V128, type ValType } from '../../src/syntax/types.ts';

const TYPE_NAMES = new Map<ValType, string>([
  [I32, 'i32'],
  [I64, 'i64'],
  [F32, 'f32'],
  [F64, 'f64'],
  [V128, 'v128'],
]);

/** Parameters of each function: three of each type. */
const TYPES = ['i32', 'i64', 'f64', 'f32'];
export const PARAMS = `(param ${TYPES.map((type) => `${type} ${type} ${type}`).join(' ')} externref)`;
const NULL_PARAM = 12;

/** What operands of memory accesses are, which have no type of their own in the table. */
const ADDRESS = 'i32';

const CONSTANTS: Readonly<Record<string, string>> = { i32: '5', i64: '0x300000005', f64: '1.5', f32: '1.5' };

/** The mirror image of a comparison; what commutes is its own. */
const MIRRORS: Readonly<Record<string, string>> = { lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };
const COMMUTES = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

function mirrorOf(op: string): string | undefined {
  const [type, name] = op.split('.');
  const [short, sign] = name.split('_');
  if (COMMUTES.has(name)) return op;
  return MIRRORS[short] && `${type}.${MIRRORS[short]}${sign === undefined ? '' : `_${sign}`}`;
}

interface Tree {
  readonly word: string;
  readonly operands: readonly Tree[];
}

function parsed(pattern: string): Tree {
  const words = pattern.match(/[^(), ]+|[()]/g) ?? [];
  let at = 0;
  const next = (): Tree => {
    const word = words[at++];
    const operands: Tree[] = [];
    if (words[at] === '(') for (at++; words[at] !== ')'; ) operands.push(next());
    if (operands.length > 0) at++;
    return { word, operands };
  };
  return next();
}

/** Operands exchanged, of the outermost operation that can be; undefined where none can. */
function exchanged({ word, operands }: Tree): Tree | undefined {
  const mirror = operands.length === 2 && !word.includes('load') ? mirrorOf(word) : undefined;
  if (mirror !== undefined) return { word: mirror, operands: [operands[1], operands[0]] };
  for (const [i, operand] of operands.entries()) {
    const other = operand.operands.length > 0 ? exchanged(operand) : undefined;
    if (other !== undefined) return { word, operands: operands.map((one, n) => (n === i ? other : one)) };
  }
  return undefined;
}

/** A tree as an expression of the text format. */
function expression({ word, operands }: Tree, type: string): string {
  if (word === '#-1') return `(${type}.const -1)`;
  if (word[0] === '#') return `(${type}.const ${CONSTANTS[type]})`;
  if (operands.length === 0) {
    return `(local.get ${type === 'externref' ? NULL_PARAM : 3 * TYPES.indexOf(type) + 'abc'.indexOf(word.toLowerCase())})`;
  }
  if (word === 'global.get') return '(global.get $g)';
  if (word === 'br_if' || word === 'br_unless') {
    const condition = expression(operands[0], 'i32');
    const taken = word === 'br_if' ? condition : `(i32.eqz ${condition})`;
    return `(block (br_if 0 ${taken}) (return (i32.const 1))) (i32.const 2)`;
  }
  const [row] = rowsNamed(word);
  const pops = row.sig?.pops.map((one) => TYPE_NAMES.get(one) ?? ADDRESS) ?? ['externref'];
  const offset = operands.length > pops.length ? ' offset=8' : '';
  return `(${word}${offset} ${pops.map((one, i) => expression(operands[i], one)).join(' ')})`;
}

function resultOf(word: string): string | undefined {
  if (word.startsWith('br_')) return 'i32';
  const pushed = rowsNamed(word)[0].sig?.pushes[0];
  return pushed === undefined ? undefined : TYPE_NAMES.get(pushed);
}

/** A function that computes a tree and returns what it gives. */
function functionOf(tree: Tree): string {
  const result = resultOf(tree.word);
  const body = expression(tree, '');
  if (result === undefined) return `${PARAMS} ${body}`;
  if (result === 'v128') return `${PARAMS} (result i64) (i64x2.extract_lane 1 ${body})`;
  return `${PARAMS} (result ${result}) ${body}`;
}

const step = (slot: number, by = 3): string => `(local.set ${slot} (i32.add (local.get ${slot}) (i32.const ${by})))`;
const RETURN_SUM =
  '(i32.add (i32.mul (local.get 0) (i32.const 7)) (i32.add (local.get 1) (i32.shl (local.get 2) (i32.const 3))))';
const sum = (body: string): string => `${PARAMS} (result i32) ${body} ${RETURN_SUM}`;
const loop = (body: string, condition: string): string =>
  sum(`(local.set 0 (i32.const 0)) (local.set 1 (i32.const 12)) (local.set 2 (i32.const 6))
    (loop (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (i32.const 1))) ${body} (br_if 0 ${condition}))`);
/** A statement, and then others where a local is not 0. */
const unless = (statement: string, local: number): string =>
  sum(`${statement} (if (local.get ${local}) (then (local.set 2 (i32.const 77))))`);
/** A statement, and then others where a local is 0. */
const when = (statement: string, local: number): string =>
  sum(`(block ${statement} (br_if 0 (local.get ${local})) (local.set 2 (i32.const 77)))`);

const COUNTING = ['ne', 'lt_s', 'lt_u'].flatMap((name) => [
  loop(step(0, 1), `(i32.${name} (local.get 0) (local.get 1))`),
  loop(step(0, 1), `(i32.${name} (local.get 0) (i32.const 9))`),
  loop('(local.set 0 (i32.add (local.get 0) (local.get 2)))', `(i32.${name} (local.get 0) (local.get 1))`),
  loop('(local.set 0 (i32.add (local.get 0) (local.get 2)))', `(i32.${name} (local.get 0) (i32.const 12))`),
]);

/** Bodies of two statements, and what else has no pattern. */
const BODIES: readonly string[] = [
  ...COUNTING,
  loop(step(0, 1), '(i32.eq (local.get 0) (local.get 1))'),
  loop(step(0, 1), '(i32.eq (local.get 0) (i32.const 1))'),
  loop(step(1, -1), '(local.get 1)'),
  loop(step(1, -1), '(i32.eqz (local.get 1))'),
  ...[when, unless].flatMap((branch) => [
    branch('(local.set 1 (i32.load (local.get 0)))', 1),
    branch('(local.set 1 (i32.load8_u (local.get 0)))', 1),
    branch('(local.set 0 (local.get 1))', 2),
    branch('', 0),
  ]),
  sum('(local.set 0 (local.get 1)) (local.set 1 (local.get 2))'),
  sum('(local.set 2 (local.get 1)) (local.set 1 (i32.load (local.get 0)))'),
  sum('(local.set 0 (i32.add (local.get 0) (i32.const 4))) (local.set 1 (i32.load offset=4 (local.get 0)))'),
  sum(`${step(0)} ${step(1)}`),
  sum(`${step(0)} (local.set 1 (i32.add (local.get 1) (local.get 2)))`),
  sum(`(local.set 0 (i32.add (local.get 0) (local.get 1)))
    (local.set 2 (i32.rotl (i32.xor (local.get 2) (local.get 0)) (i32.const 7)))`),
  `${PARAMS} (result i32) (i32.const 9)`,
  `${PARAMS} (result i32) (block (br_if 0 (ref.test (ref null none) (any.convert_extern (local.get 12)))) (return (i32.const 1))) (i32.const 2)`,
  `${PARAMS} (result i32) (local (ref null $s)) (local.set 13 (struct.new $s (local.get 0) (local.get 12)))
    (i32.add (struct.get $s 0 (local.get 13)) (ref.is_null (struct.get $s 1 (local.get 13))))`,
  `${PARAMS} (result i32) (struct.get $s 0 (ref.null $s))`,
];

/** Patterns by the names of their ops. */
export const PATTERNS: ReadonlyMap<string, string> = new Map(
  OPS.flatMap(({ name, pattern }) => (pattern === undefined ? [] : [[name, pattern] as const])),
);

const TREES = [...PATTERNS.values()].map(parsed);
const MIRRORED = TREES.flatMap((tree) => exchanged(tree) ?? []);

/** All these functions, exported by their number. */
export const FUNCTIONS: readonly string[] = [...TREES.map(functionOf), ...MIRRORED.map(functionOf), ...BODIES];

export const FUSED_MODULE = `(module
  (type $s (struct (field (mut i32)) (field externref)))
  (memory (export "m") 1)
  (data (i32.const 0) "\\01\\02\\03\\00\\f5\\06\\00\\08\\00\\00\\00\\00\\10\\00\\00\\00\\20\\80\\00\\00\\00\\90\\ff\\ff\\ff\\7f\\01")
  (global $g (export "g") (mut i32) (i32.const 11))
  ${FUNCTIONS.map((text, i) => `(func (export "${i}") ${text})`).join('\n  ')})`;

/** What they are called with, as bits. */
export const CALLS: readonly (readonly (bigint | null)[])[] = [
  [8n, 4n, 12n, 3n, 5n, 7n, 0x3ff8000000000000n, 0x4000000000000000n, 0n, 0x3f800000n, 0x40000000n, 0n, null],
  [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, null],
  [1n, 5n, 2n, 0xffffffffffffffffn, 1n, 63n, 0x7ff8000000000000n, 0x3ff8000000000000n, 1n, 0x7fc00000n, 0n, 0n, null],
  [5n, 5n, 5n, 0x300000005n, 0x300000005n, 9n, 0xc008000000000000n, 0x3ff0000000000000n, 0n, 0xbf800000n, 0n, 0n, null],
  [
    0xfffffff0n,
    65530n,
    3n,
    1n,
    0x8000000000000000n,
    2n,
    0x7ff0000000000000n,
    0xfff0000000000000n,
    0n,
    1n,
    2n,
    3n,
    null,
  ],
  [65528n, 0x80000000n, 0xffffffffn, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, null],
];
