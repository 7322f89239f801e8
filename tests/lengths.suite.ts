// How long files of src and functions in them may be, so that each can be read at once: 400 lines and 60.
// Lines are counted from a function's first word to its closing bracket, comments and nested functions included.
// Not counted: test files, which no program reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { expect, test } from 'vitest';
import { projectRoot } from './data.ts';

const MAX_FILE = 400;
const MAX_FUNCTION = 60;

/** What may be longer (a file, or a file and a function) -> why. What no longer has to be is to be taken out. */
const LONGER: Record<string, string> = {
  'interpreter/loops/closures.ts': 'generated: closures of every op',
  'interpreter/loops/switch.ts': 'generated: a case for every op',
  'interpreter/loops/switch.ts run': 'generated: the loop itself, in which a call would cost more than an op',
};

/** The types of swc's nodes that have a body and are called. */
const FUNCTIONS: ReadonlySet<unknown> = new Set([
  'ArrowFunctionExpression',
  'ClassMethod',
  'Constructor',
  'FunctionDeclaration',
  'FunctionExpression',
  'GetterProperty',
  'MethodProperty',
  'PrivateMethod',
  'SetterProperty',
]);

interface Node {
  readonly type?: unknown;
  /** In bytes of the source, from 1 on. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly identifier?: { readonly value?: string } | null;
  readonly key?: { readonly value?: string };
}

/** All functions below a node of the syntax tree. */
function functionsIn(node: unknown, found: Node[] = []): Node[] {
  if (typeof node !== 'object' || node === null) return found;
  if (FUNCTIONS.has((node as Node).type)) found.push(node as Node);
  for (const child of Object.values(node)) functionsIn(child, found);
  return found;
}

const linesOf = (text: string): number => text.split('\n').length;

/** What of a source is too long: its path, and with a function its name, or `?` for one without. */
function tooLong(path: string, source: string): string[] {
  const found = linesOf(source.trimEnd()) > MAX_FILE ? [path] : [];
  const bytes = Buffer.from(source);
  for (const { span, identifier, key } of functionsIn(parseSync(source, { syntax: 'typescript', target: 'esnext' }))) {
    const { start, end } = span as { start: number; end: number };
    const lines = linesOf(bytes.toString('utf8', start - 1, end - 1));
    if (lines > MAX_FUNCTION) found.push(`${path} ${identifier?.value ?? key?.value ?? '?'}`);
  }
  return found;
}

test('no file of src has more than 400 lines, no function more than 60, but for those with a reason', () => {
  const src = join(projectRoot, 'src');
  const files = (readdirSync(src, { recursive: true }) as string[]).map((file) => file.split('\\').join('/'));
  const sources = files.filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(300);
  const found = sources.flatMap((file) => tooLong(file, readFileSync(join(src, file), 'utf8')));
  expect(found.sort()).toEqual(Object.keys(LONGER).sort());
});

const filled = (lines: number): string => '  f();\n'.repeat(lines - 2);

test.each([
  ['a file of 401 lines', 'f();\n'.repeat(401), ['x.ts']],
  ['a function of 61 lines', `function long() {\n${filled(61)}}\n`, ['x.ts long']],
  [
    'a function after text of more bytes than characters',
    `// ä€\n\nfunction long() {\n${filled(61)}}\n`,
    ['x.ts long'],
  ],
  ['a method', `class A {\n  m(): void {\n${filled(61)}  }\n}\n`, ['x.ts m']],
  ['a constructor', `class A {\n  constructor() {\n${filled(61)}  }\n}\n`, ['x.ts constructor']],
  ['a getter of an object', `const a = {\n  get b() {\n${filled(61)}  },\n};\n`, ['x.ts b']],
  ['an arrow function in a call', `g(() => {\n${filled(61)}});\n`, ['x.ts ?']],
])('finds %s to be too long', (_what, source, expected) => {
  expect(tooLong('x.ts', source)).toEqual(expected);
});

test.each([
  ['a file of 400 lines', 'f();\n'.repeat(400)],
  ['functions of 60 lines', `function a() {\n${filled(60)}}\n\nfunction b() {\n${filled(60)}}\n`],
  ['a class of 61 lines', `class A {\n${'  a = 1;\n'.repeat(59)}}\n`],
])('finds %s not to be too long', (_what, source) => {
  expect(tooLong('x.ts', source)).toEqual([]);
});
