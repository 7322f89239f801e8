// Checks the import directions between the folders of src, and the bans, by reading the source text.
// The directions are those of the table below: a folder may import from the folders it names and from itself, and each
// row names only rows above it, so circles between folders are impossible.
// Not checked here: test files (*.test.ts, *.suite.ts), which may import anything and are never published.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from './data.ts';
// Its tests run here, so that they run with these wherever code lands.
import './lengths.suite.ts';
import './spread.suite.ts';

const ENGINE = [
  'brand',
  'errors',
  'options',
  'clock',
  'syntax',
  'decoder',
  'encoder',
  'validator',
  'runtime',
  'trees',
  'lowering',
  'interpreter',
];

/** Files directly in src that are layers. */
const FILES = ['brand', 'errors', 'options', 'clock'];

/** Layer (a folder of src; the files in FILES are layers, too; `api` the other files directly in src, and jsapi) -> may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  brand: [],
  errors: ['brand'],
  options: ['errors'],
  clock: ['errors', 'options'],
  syntax: ['errors', 'options'],
  decoder: ['errors', 'options', 'clock', 'syntax'],
  encoder: ['errors', 'options', 'clock', 'syntax'],
  validator: ENGINE.slice(0, 7),
  runtime: ENGINE.slice(0, 8),
  trees: ENGINE.slice(0, 9),
  lowering: ENGINE.slice(0, 10),
  interpreter: ENGINE.slice(0, 11),
  api: ENGINE,
  text: ['errors', 'options', 'clock', 'syntax', 'decoder', 'encoder'],
  wasi: ['errors', 'options', 'clock', 'syntax', 'runtime'],
  polyfill: [...ENGINE, 'api', 'wasi'],
  wagi: ['errors', 'options', 'syntax'],
  oci: ['errors', 'options', 'syntax', 'wasi'],
  inspect: ['errors', 'options', 'syntax', 'decoder', 'validator', 'runtime', 'text'],
  trace: ['brand', 'errors', 'options', 'syntax', 'decoder', 'validator', 'runtime', 'interpreter', 'text', 'inspect'],
  script: [...ENGINE, 'text', 'api'],
  testing: ['errors', 'options', 'syntax', 'decoder', 'encoder', 'validator', 'text'],
  cli: [...ENGINE, 'api', 'text', 'wasi', 'wagi', 'oci', 'trace', 'script', 'testing'],
};

const NODE_ALLOWED = /^(cli\/|polyfill\/|wasi\/hosts\/node(\.ts|-[\w-]*\.ts|\/))/;
const TEST_FILE = /\.(test|suite)\.ts$/;

/** The layer of a path relative to src, with forward slashes. */
function layerOf(path: string): string {
  if (FILES.includes(path.slice(0, -3))) return path.slice(0, -3);
  const folder = path.split('/')[0];
  return folder === path || folder === 'jsapi' ? 'api' : folder;
}

/** The source without comments, and without the text of strings unless they are kept. `${}` in templates stays. */
function withoutComments(source: string, keepStrings: boolean): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^}`]*\}|[^`\\])*`/g;
  return source.replace(token, (found) => {
    if (found.startsWith('/')) return ' ';
    if (keepStrings) return found;
    return found.startsWith('`') ? `(${(found.match(/\$\{[^}`]*\}/g) ?? []).join(',')})` : "''";
  });
}

function importsOf(source: string): string[] {
  const found =
    /^\s*(?:import|export)\s+(?:[\w*{][^;'"=()]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\s*\(\s*['"`]([^'"`]+)/gm;
  return [...withoutComments(source, true).matchAll(found)].map((match) => match[1] ?? match[2]);
}

/** Not for the JavaScript API: its values cross the border where others do (interpreter/values/slots.ts). */
const STACK = /^(?:interpreter\/(?:state|loops|code)|lowering)\//;

/** Packages that may be imported, by layer: what is there at run time only if somebody installed it, and what is bundled. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['fast-check', 'testing'],
  ['smol-toml', 'cli'],
]);

/** What is wrong with one import of the file, or undefined. */
function importViolation(path: string, target: string): string | undefined {
  if (target.startsWith('node:')) return NODE_ALLOWED.test(path) ? undefined : `imports ${target}`;
  if (!target.startsWith('.')) {
    return PACKAGES.get(target) === layerOf(path) ? undefined : `imports the package ${target}`;
  }
  if (!target.endsWith('.ts')) return `imports ${target} without .ts`;
  const resolved = posix.join(posix.dirname(path), target);
  if (resolved.startsWith('..')) return `imports ${target} from outside of src`;
  if (TEST_FILE.test(resolved)) return `imports the test ${target}`;
  if (path.startsWith('jsapi/') && STACK.test(resolved)) return `reaches into the stack of the interpreter: ${target}`;
  const from = layerOf(path);
  const to = layerOf(resolved);
  if (MAY_IMPORT[from] === undefined) return `is in ${from}, which the table of layers does not know`;
  return from === to || MAY_IMPORT[from].includes(to) ? undefined : `is in ${from}, which may not import ${to}`;
}

const BANS: [string, RegExp][] = [
  ['calls eval', /\beval\s*\(|\bglobalThis\s*\.\s*eval\b/],
  ['makes code with Function', /(?<!\.)\bFunction\s*\(|\bnew\s+Function\b|\bglobalThis\s*\.\s*Function\b/],
  ['declares an enum', /\benum\s+\w+\s*\{/],
  // Compilers leave such a reading out: V8 of Node 22 does where it is hot.
  [
    'reads a text to put it together, and keeps nothing (putTogether of runtime/objects.ts)',
    /^\s*[\w.]+\.charCodeAt\(\w*\);/m,
  ],
];

/**
 * Where code runs within a guest's call: V8 aborts the process when it has to compile a regular expression at the end of the
 * JS stack, and compiles a literal anew when it is used again. Not banned: a file that runs once when the library is
 * loaded. Banned as well: generators and the op table, which no engine runs: what an op does is never read back from a text.
 */
const WITHIN_CALLS =
  /^(?!jsapi\/node-part\.ts$)(?:(?:decoder|encoder|interpreter|jsapi|lowering|runtime|syntax|text|trace|trees|validator|wasi)\/|[\w-]+\.ts$)/;

/** Bans that hold in some folders: the pattern of paths, what is done there, how it looks. */
const BANS_IN: [RegExp, string, RegExp][] = [
  [
    /^(?!syntax\/records\.ts$)/,
    'makes a record without prototype by itself (emptyRecord of syntax/records.ts)',
    /\bObject\.create\(null\) as Record\b/,
  ],
  // Names that are looked up there come from modules, texts, guests and command lines: `toString` must not be found.
  // options.ts looks up names of our own shapes only.
  [
    /^(cli|decoder|jsapi|script|text|trace|wasi)\/|^(?!options\.ts)[\w-]+\.ts$/,
    'keeps a table in an object, where Object.prototype is found, too (a Map, or emptyRecord of syntax/records.ts)',
    /(?:const|let|readonly)\s+\w+:\s*(?:Readonly<)?Record<string,[^=;]*=\s*\{/,
  ],
  [
    WITHIN_CALLS,
    'uses a regular expression, which V8 may have to compile at the end of the stack',
    /\bRegExp\b|(?:[=(,:&|!?;{}[>]|\breturn)\s*\/(?![/*])(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\/[a-z]*\s*(?:[.,;)\]:?]|$)/m,
  ],
  [
    /^wasi\/(?!kernel\/open\/)/,
    'asks of which kind something open is (it has the methods of what it can do: wasi/kernel/open/open.ts)',
    /\bresource\.kind\b|\binstanceof Open\w*/,
  ],
  // Hosts let timers of 2^31 milliseconds and more go off at once.
  [/^(?!runtime\/timers\.ts$)/, 'sets a timer by itself (startTimer of runtime/timers.ts)', /\bsetTimeout\b/],
  // What happened decides the exit code before it is told: only Console knows what to do with a stream that is full.
  [
    /^cli\/(?!(?:host|console)\.ts$)/,
    'writes without the Console',
    /\b(?:write|writev|append)\w*Sync\b|\bwriteFile\b|\b(?:mkdir|open)\w*Sync\b|\bcreateWriteStream\b|\bprocess\s*\.\s*std(?:out|err)\b|\bconsole\s*\.\s*(?:log|error|warn|info|debug|trace|table|dir)\b/,
  ],
];

/**
 * Layers that meet values of the host. `instanceof` asks a Proxy, whose code would run on top of a guest, and believes what
 * it says: values are recognised by brand.ts.
 */
const NEVER_ASKS: readonly string[] = [
  'brand',
  'errors',
  'options',
  'clock',
  'syntax',
  'runtime',
  'interpreter',
  'api',
  'trace',
];

/** What `instanceof` may still be asked for there. */
const MAY_ASK: Record<string, RegExp> = {
  // Of a buffer that the engine made.
  'runtime/store.ts': /^SharedArrayBuffer$/,
  // Within the call of the host function that returned the value, whose caller has reserved its part of the stack.
  'interpreter/threads/host-results.ts': /^Promise$/,
  // Of what is cloned or posted, before that is done.
  'jsapi/cloning.ts': /^(Map|Set)$/,
  // Errors that this layer threw itself, from values that are no objects.
  'jsapi/namespace.ts': /^CompileError$/,
  'jsapi/instance.ts': /^TypeError$/,
  // Of what stopped a thread, while the monitor runs, and whatever it throws is caught.
  'trace/tracer.ts': /^Error$/,
};

function asks(path: string, code: string): string[] {
  if (!NEVER_ASKS.includes(layerOf(path))) return [];
  const asked = [...code.matchAll(/\binstanceof\s+([\w$.]+)/g)].map((match) => match[1]);
  return asked
    .filter((name) => MAY_ASK[path]?.test(name) !== true)
    .map((name) => `asks a value for instanceof ${name}`);
}

/** All violations of one source file (a path relative to src), as sentences. */
function violations(path: string, source: string): string[] {
  const found = importsOf(source).map((target) => importViolation(path, target));
  const code = withoutComments(source, false);
  for (const [what, pattern] of BANS) if (pattern.test(code)) found.push(what);
  for (const [where, what, pattern] of BANS_IN) if (where.test(path) && pattern.test(code)) found.push(what);
  // A name of our own that happens to be WebAssembly (the jsapi namespace) is declared or imported in the file.
  const ours = /\b(?:const|class|as)\s+WebAssembly\b|\bimport\s*(?:type\s*)?\{[^}]*\bWebAssembly\b/.test(code);
  if (/\bglobalThis\s*\.\s*WebAssembly\b/.test(code) || (!ours && /(?<!\.)\bWebAssembly\b/.test(code))) {
    found.push('uses the WebAssembly global');
  }
  found.push(...asks(path, code));
  return found.filter((x) => x !== undefined).map((x) => `src/${path} ${x}`);
}

test('every file of src keeps to the import directions and the bans', () => {
  const src = join(projectRoot, 'src');
  const files = (readdirSync(src, { recursive: true }) as string[]).map((file) => file.split('\\').join('/'));
  const sources = files.filter((file) => file.endsWith('.ts') && !TEST_FILE.test(file));
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.flatMap((file) => violations(file, readFileSync(join(src, file), 'utf8')))).toEqual([]);
});

test('each layer imports only layers that stand above it in the table, so there is no circle', () => {
  const layers = Object.keys(MAY_IMPORT);
  for (const [index, layer] of layers.entries()) {
    expect(MAY_IMPORT[layer].filter((other) => !layers.slice(0, index).includes(other))).toEqual([]);
  }
});

/** The code of all files that are no tests, by path from the top of the project. */
function programs(): ReadonlyMap<string, string> {
  const files = ['src', 'scripts', 'spec-tests', 'bench'].flatMap((folder) =>
    (readdirSync(join(projectRoot, folder), { recursive: true }) as string[]).map((file) => join(folder, file)),
  );
  const code = files.filter((file) => /\.m?[jt]s$/.test(file) && !TEST_FILE.test(file));
  return new Map(code.map((file) => [file, withoutComments(readFileSync(join(projectRoot, file), 'utf8'), true)]));
}

const WORD = /[\w$]+/g;

/** Files whose exports are for others: those that package.json names. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { exports: unknown };
  const paths = [...JSON.stringify(exports).matchAll(/"default":"\.\/dist\/([\w/-]+)\.js"/g)].map(([, path]) => path);
  return paths.map((path) => join('src', `${path}.ts`));
}

test('what a file exports is used by a program, not by its own tests alone', () => {
  const all = programs();
  const outside = entries();
  expect([...all.keys()]).toEqual(expect.arrayContaining(outside));
  const uses = new Map<string, number>();
  for (const code of all.values()) {
    for (const [word] of code.matchAll(WORD)) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  const inside = [...all].filter(([file]) => !outside.includes(file));
  const unused = inside.flatMap(([file, code]) =>
    [...code.matchAll(/^export (?:async )?(?:const|let|class|function\*?) (\w+)/gm)]
      .filter(([, name]) => uses.get(name) === 1)
      .map(([, name]) => `${file} ${name}`),
  );
  expect(unused).toEqual([]);
});

/** The sources by path, with what each imports from src, types included. */
function importGraph(): ReadonlyMap<string, readonly string[]> {
  const src = join(projectRoot, 'src');
  const files = (readdirSync(src, { recursive: true }) as string[]).map((file) => file.split('\\').join('/'));
  const sources = files.filter((file) => file.endsWith('.ts') && !TEST_FILE.test(file));
  return new Map(
    sources.map((file) => {
      const targets = importsOf(readFileSync(join(src, file), 'utf8')).filter((target) => target.startsWith('.'));
      return [file, targets.map((target) => posix.join(posix.dirname(file), target))];
    }),
  );
}

/** The circles of a graph: sets of files each of which is reached from all of them. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map(
    [...graph.keys()].map((file) => {
      const found = new Set<string>();
      const open = [...(graph.get(file) ?? [])];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (found.has(next)) continue;
        found.add(next);
        open.push(...(graph.get(next) ?? []));
      }
      return [file, found] as const;
    }),
  );
  const circles = new Map<string, string[]>();
  for (const [file, found] of reached) {
    if (!found.has(file)) continue;
    const circle = [...found].filter((other) => reached.get(other)?.has(file)).sort();
    circles.set(circle[0], circle);
  }
  return [...circles.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

/** Circles that are still there. It may only become shorter. */
const KNOWN_CIRCLES: readonly (readonly string[])[] = [];

test('no files import each other in a circle, types included', () => {
  const graph = importGraph();
  expect(graph.size).toBeGreaterThan(300);
  expect(circlesOf(graph)).toEqual(KNOWN_CIRCLES);
});

test('circles are found, one for all files that are in it', () => {
  const graph = new Map([
    ['a', ['b', 'd']],
    ['b', ['c']],
    ['c', ['a', 'e']],
    ['d', []],
    ['e', ['e']],
    ['f', ['a', 'missing']],
  ]);
  expect(circlesOf(graph)).toEqual([['a', 'b', 'c'], ['e']]);
});

test.each([
  ['an import to the right', 'decoder/decode.ts', "import { lower } from '../lowering/lower.ts';"],
  ['an import over several lines', 'runtime/store.ts', "import type {\n  A,\n} from '../interpreter/driver.ts';"],
  ['a re-export to the right', 'syntax/types.ts', "export * from '../decoder/reader.ts';"],
  ['an import of the cli', 'index.ts', "import { main } from './cli/main.ts';"],
  ['a node module in the engine', 'interpreter/threads/driver.ts', "import 'node:fs';"],
  ['a node module in another host', 'wasi/hosts/memory.ts', "const fs = await import('node:fs');"],
  ['a package', 'text/lexer.ts', "import x from 'left-pad';"],
  ['an import without .ts', 'syntax/module.ts', "import type { T } from './types';"],
  ['an import of a test', 'decoder/decode.ts', "import { sample } from './samples.suite.ts';"],
  ['an import from outside of src', 'index.ts', "import { dataFolder } from '../tests/data.ts';"],
  ['an unknown folder', 'util/x.ts', "import { x } from '../errors.ts';"],
  ['eval', 'index.ts', 'const x = eval("1");'],
  ['code in a template', 'index.ts', `const x = \`a \${eval("1")}\`;`],
  ['a Function constructor', 'index.ts', "const f = new Function('return 1');"],
  ['the WebAssembly global', 'jsapi/module.ts', 'const m = new WebAssembly.Module(bytes);'],
  ['the WebAssembly global by way of globalThis', 'jsapi/module.ts', 'const W = globalThis.WebAssembly;'],
  ['an enum', 'syntax/types.ts', 'export const enum Kind { A }'],
  ['a text that is read for nothing', 'jsapi/builtins.ts', 'const a = 1;\n    text.charCodeAt(0);\n'],
  ['a value recognised by asking it', 'interpreter/values/border.ts', 'if (value instanceof Func) return;'],
  ['an error recognised by asking it', 'jsapi/errors.ts', 'if (error instanceof Trap) return;'],
  [
    'another class than the one that may be asked for',
    'interpreter/threads/host-results.ts',
    'if (error instanceof Trap) return;',
  ],
  ['a table that finds toString', 'cli/options.ts', 'const UNITS: Readonly<Record<string, number>> = { ms: 1 };'],
  ['a record that finds toString', 'index.ts', 'const given: Record<string, unknown> = {};'],
  ['a record of its own making', 'linker.ts', 'const all = Object.create(null) as Record<string, number>;'],
  ['a regular expression in lowering', 'trees/builder.ts', 'const TRAPPING = /^i(32|64)\\.div/;'],
  ['a regular expression with a class', 'wasi/kernel/resolve.ts', 'if (/[/\\0]/.test(name)) return;'],
  ['a regular expression that replaces', 'trace/text.ts', "return text.replace(/\\\\/g, '/');"],
  ['a regular expression in the text parser', 'text/literals.ts', "return text.replace(/_/g, '');"],
  ['a regular expression in a generator', 'interpreter/loops/generate-switch.ts', 'if (/x/.test(name)) return;'],
  ['a regular expression in the op table', 'lowering/ops/i32.ts', "const text = formula.replace(/A/g, 'S[a]');"],
  ['a RegExp', 'runtime/table.ts', 'const x = new RegExp(name);'],
  [
    'the stack in the JavaScript API',
    'jsapi/crossing.ts',
    "import { SLOTS as S } from '../interpreter/state/stack.ts';",
  ],
  ['a timer of any length', 'wasi/hosts/portable.ts', 'globalThis.setTimeout(wake, milliseconds);'],
  ['a command that writes to standard output', 'cli/wat.ts', 'process.stdout.write(text);'],
  ['a command that writes to a descriptor', 'cli/wat.ts', "import { writeSync } from 'node:fs';"],
  ['a command that writes by the global console', 'cli/wat.ts', 'console.error(error);'],
])('finds %s', (_what, path, source) => {
  expect(violations(path, source)).toHaveLength(1);
});

test.each([
  ['an import to the left', 'validator/body.ts', "import { InvalidError } from '../errors.ts';"],
  ['a node module in the node host', 'wasi/hosts/node/files.ts', "import { readSync } from 'node:fs';"],
  ['divisions', 'runtime/memory.ts', 'const x = (a / b + c) / (d / 2);'],
  ['comments and strings that name what is banned', 'index.ts', "// eval(x), WebAssembly\nconst s = 'Function(';"],
  ['texts that look like imports', 'text/printer.ts', `const s = \`(import "\${module}" "\${name}")\`;`],
  [
    'a value recognised by asking it, where nobody stands on the stack',
    'cli/stop.ts',
    'if (error instanceof Trap) return;',
  ],
  ['a namespace of our own', 'jsapi/index.ts', 'export const WebAssembly = { Module };'],
  ['a table for names of our own', 'trees/builder.ts', 'const OPS: Readonly<Record<string, string>> = { a: "b" };'],
  ['a command that writes by its Console', 'cli/wat.ts', 'console.complain(error); console.print(text);'],
  ['a property of that name', 'jsapi/install.ts', 'target.WebAssembly = namespace;'],
])('allows %s', (_what, path, source) => {
  expect(violations(path, source)).toEqual([]);
});
