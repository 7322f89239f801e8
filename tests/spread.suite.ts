// Calls whose number of arguments, and arrays whose length, come from a list: what is as long as the input ends in
// `RangeError: Maximum call stack size exceeded` or in an allocation before anybody has counted. Found in the syntax
// trees of src; each place that stays stands in the table below with what bounds it.
// Lists in brackets and objects (`[...x]`, `{ ...x }`) take no room on the stack and are not looked at.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { expect, test } from 'vitest';
import { projectRoot } from './data.ts';

/** Place (file, and what is called) -> what bounds the number of arguments or the length. */
const BOUNDED: Record<string, string> = {
  'cli/fuzz.ts f64Text(...)': 'two halves',
  'cli/fuzz-engines.ts instance.callWith(...)': 'arguments of one function: 1,000',
  'decoder/sections/imports.ts new Array<ImportGroup>(n)': 'imports read so far, each of two bytes or more',
  'instance.ts instantiateInTurns(...)': 'four arguments',
  'instance.ts instantiateModule(...)': 'four arguments',
  'interpreter/loops/blocks.ts factory(...)': 'words of a row of the table of closures: 8',
  'interpreter/threads/host-results.ts Reflect.apply(list)': 'what `then` was called with',
  'interpreter/threads/host-calls.ts callable(...)': 'parameters of a function: 1,000',
  'interpreter/values/wasm-exception.ts new Array<number>(n)': 'slots of the values of a tag: 2,000, of two words',
  'interpreter/values/wasm-exception.ts new Array<unknown>(n)': 'slots of the values of a tag: 2,000',
  'interpreter/values/to-primitive.ts Reflect.apply(list)': 'one argument or none',
  'jsapi/builtins.ts String.fromCharCode.apply': 'CHUNK: 4,096',
  'jsapi/cloning.ts Reflect.apply(list)': 'what the method was called with',
  'jsapi/errors.ts Reflect.construct(list)': 'what the constructor was called with',
  'jsapi/functions.ts Reflect.apply(list)': 'parameters of a function: 1,000',
  'jsapi/namespace.ts Reflect.apply(list)': 'what the function was called with',
  'jsapi/realm.ts Reflect.construct(list)': 'what the constructor was called with',
  'jsapi/webidl.ts Reflect.apply(list)': 'none',
  'jsapi/webidl.ts Reflect.construct(list)': 'one argument or none',
  'trees/arms/atomics.ts b.code.statement(...)': 'operands of an op: 8',
  'lowering/select-ops.ts this.op(...)': 'operands of an op: 8',
  'lowering/select-expressions.ts this.op(...)': 'operands of an op: 8',
  'trees/arms/control.ts b.code.statement(...)': 'operands of an op: 8',
  'trees/builder.ts this.code.statement(...)': 'operands of an op: 8',
  'polyfill/threads.ts Reflect.apply(list)': 'what the method was called with',
  'polyfill/threads.ts Reflect.construct(list)': 'what the constructor was called with',
  'polyfill/wasi.ts Reflect.construct(list)': 'one argument',
  'runtime/elements.ts new Array(n)': 'elements of a chunk: 65,536',
  'runtime/instance.ts new Array<Func | undefined>(n)': 'functions of a module: 1,000,000, each of a byte or more',
  'runtime/instance.ts new Array<unknown>(n)': 'globals of a module: 1,000,000, each of two bytes or more',
  'runtime/objects.ts new Array<unknown>(n)': 'MAX_ARRAY_REFS, checked above',
  'runtime/store.ts Reflect.apply(list)': 'one argument',
  'syntax/features.ts adding.push(...)': 'features that a feature implies',
  'syntax/utf8.ts String.fromCharCode.apply': 'CHUNK: 4,096, and one character',
  'testing/fuzz.ts Uint8Array.of(...)': 'bytes of one instruction',
  'testing/js-engine.ts (exports[name] as (...args: readonly unknown[]) => unknown)(...)':
    'arguments of one function: 1,000',
  'testing/shorter-code.ts instructionOf(...)': 'bytes of one instruction',
  'wasi/host/checks.ts oneOf(...)': 'file types: 8',
  'wasi/hosts/node/calls.ts call(...)': 'parameters of a system call: 9',
  'wasi/hosts/node/calls.ts spans.push(...)': 'members of a structure of the system interface',
  'validator/type-space.ts new Array<DefType | undefined>(n)':
    'types of a module: 1,000,000, each of two bytes or more',
  'wasi/kernel/dispatcher.ts this.run(...)': 'parameters of a system call: 9',
  'wasi/wasix/sockets.ts run(...)': 'parameters of a system call: 9',
  'wasi/kernel/guest.ts Reflect.apply(list)': 'none',
};

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** All nodes of a tree. */
function* nodesOf(tree: unknown): Generator<Node> {
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const one = pending.pop();
    if (!isNode(one)) continue;
    if (one.type !== undefined) yield one;
    for (const key of Object.keys(one)) if (key !== 'span') pending.push(one[key]);
  }
}

interface Argument {
  readonly spread: object | null;
  readonly expression: Node;
}

/** How a call with as many arguments, or an array as long, as a list is named in the table; undefined for any other. */
function placeIn(node: Node, textOf: (node: Node) => string): string | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const callee = node['callee'] as Node;
  const args = (node['arguments'] ?? []) as readonly Argument[];
  const name = textOf(callee);
  if (args.some(({ spread }) => spread !== null)) return `${name}(...)`;
  if (name === 'Reflect.apply' || name === 'Reflect.construct') return `${name}(list)`;
  if (name.endsWith('.apply')) return name;
  if (name !== 'Array' || args.length !== 1 || args[0].expression.type === 'NumericLiteral') return undefined;
  const types = node['typeArguments'] as Node | null;
  return `new Array${types === null || types === undefined ? '' : textOf(types)}(n)`;
}

/** The places in a source text that the table has to name. */
function placesIn(source: string): string[] {
  const text = Buffer.from(`;${source}`);
  const tree = parseSync(text.toString(), { syntax: 'typescript', target: 'es2022' });
  // Offsets count on over all that was parsed before; the semicolon is the first token.
  const from = tree.span.start;
  const textOf = ({ span }: Node): string =>
    span === undefined
      ? ''
      : text
          .subarray(span.start - from, span.end - from)
          .toString()
          .replace(/\s+/g, ' ');
  return Array.from(nodesOf(tree.body), (node) => placeIn(node, textOf)).filter((one) => one !== undefined);
}

test('nothing is called with as many arguments as an input has parts, unless the table says what bounds them', () => {
  const root = join(projectRoot, 'src');
  const found = new Set<string>();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.(test|suite)\.ts$/.test(file)) continue;
    const path = file.split('\\').join('/');
    for (const place of placesIn(readFileSync(join(root, file), 'utf8'))) found.add(`${path} ${place}`);
  }
  expect([...found].filter((one) => BOUNDED[one] === undefined)).toEqual([]);
  expect(Object.keys(BOUNDED).filter((one) => !found.has(one))).toEqual([]);
});

test.each([
  ['list.push(...more);', 'list.push(...)'],
  ['const most = Math.max(...sizes);', 'Math.max(...)'],
  ['String.fromCharCode(...units);', 'String.fromCharCode(...)'],
  ['String.fromCharCode.apply(null, units);', 'String.fromCharCode.apply'],
  ['Reflect.apply(f, undefined, list);', 'Reflect.apply(list)'],
  ['new Date(...parts);', 'Date(...)'],
  ['f(1, ...(g() as number[]), 2); // a comment', 'f(...)'],
  ['const cells = new Array<number>(n).fill(0);', 'new Array<number>(n)'],
  ['Array(length).join("x");', 'new Array(n)'],
])('%s is found', (source, place) => {
  expect(placesIn(`// head\n${source}`)).toEqual([place]);
});

test('lists in brackets and arrays of a fixed length are none of these', () => {
  expect(placesIn('const a = [...x, { ...y }]; f(a); new Array(256); new Uint8Array(n); x.apply;')).toEqual([]);
});
