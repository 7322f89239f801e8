// The steps of CONTRIBUTING, "Adding an instruction", made in a copy of the sources: a proposal with one special instruction,
// `dup`, which pops any value and pushes it twice. What each layer says of it is a file and a line in the layer's table.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from './data.ts';

/** A file of its own, or lines put after others in a file that is there. */
type Step = readonly [path: string, text: string] | readonly [path: string, ...pairs: (readonly [string, string])[]];

const FEATURE = `  'dup':                     { title: 'Doubling', since: 'phase 3', byDefault: off },\n`;

const ROW: readonly Step[] = [
  ['syntax/features.ts', ["  'legacy-exceptions': ", FEATURE]],
  [
    'syntax/instructions/dup.ts',
    `import { rows } from './row.ts';
export const DUP = rows('dup', [
  [0xfc_100, 'dup', 't -> t t'],
]);
`,
  ],
  [
    'syntax/instructions.ts',
    ["import { GC } from './instructions/gc.ts';\n", "import { DUP } from './instructions/dup.ts';\n"],
    ['  ...GC,\n', '  ...DUP,\n'],
  ],
];

const ARMS: readonly Step[] = [
  [
    'validator/arms/dup.ts',
    `import type { BodyState } from '../body-state.ts';
import type { Arms } from './arm.ts';

function dup({ stack }: BodyState): void {
  const t = stack.popAny();
  stack.pushVal(t);
  stack.pushVal(t);
}

export const DUP_ARMS = { dup } satisfies Arms;
`,
  ],
  [
    'validator/arms/index.ts',
    ["import { GC_ARMS } from './gc.ts';\n", "import { DUP_ARMS } from './dup.ts';\n"],
    ['  ...GC_ARMS,\n', '  ...DUP_ARMS,\n'],
  ],
  [
    'trees/arms/dup.ts',
    `import { slotNode } from '../nodes.ts';
import type { TreeBuilder } from '../trees.ts';
import type { Arms } from './arm.ts';

function dup({ operands, cursor }: TreeBuilder): void {
  const top = operands.height - 1;
  operands.flushTop();
  operands.push(slotNode(operands.place(top), operands.typeAt(top), cursor.at));
  operands.flushTop();
}

export const DUP_ARMS = { dup } satisfies Arms;
`,
  ],
  [
    'trees/arms/index.ts',
    ["import { GC_ARMS } from './gc.ts';\n", "import { DUP_ARMS } from './dup.ts';\n"],
    ['  ...GC_ARMS,\n', '  ...DUP_ARMS,\n'],
  ],
  [
    'testing/dup-arms.ts',
    `import { childOf } from './genome.ts';
import type { Arms } from './arm.ts';

export const DUP_ARMS = {
  dup: {
    group: 'variable',
    gives: (t) => t === undefined,
    emit: (body, _t, g) => {
      body.value(body.anyType(g.k), childOf(g, 0));
      body.op(0xfc_100);
      body.op(0x1a);
      body.op(0x1a);
    },
  },
} satisfies Arms;
`,
  ],
  [
    'testing/arms.ts',
    ["import { GC_ARMS } from './gc-arms.ts';\n", "import { DUP_ARMS } from './dup-arms.ts';\n"],
    ['  ...GC_ARMS,\n', '  ...DUP_ARMS,\n'],
  ],
];

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-instruction-'));
  cpSync(join(projectRoot, 'src'), join(folder, 'src'), {
    recursive: true,
    filter: (path) => !/\.(test|suite)\.ts$/.test(path),
  });
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['package.json', 'tsconfig.json']) cpSync(join(projectRoot, name), join(folder, name));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function take(steps: readonly Step[]): void {
  for (const [path, ...rest] of steps) {
    const file = join(folder, 'src', path);
    let text = typeof rest[0] === 'string' ? rest[0] : readFileSync(file, 'utf8');
    for (const one of rest) {
      if (typeof one === 'string') continue;
      const [before, added] = one;
      expect(text.split(before), `${path}: ${before}`).toHaveLength(2);
      text = text.replace(before, () => added + before);
    }
    writeFileSync(file, text);
  }
}

/** What the compiler says of the copy, by file. */
function complaints(): Map<string, string> {
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return new Map([...stdout.matchAll(/^([^\s(]+)\(\d+,\d+\): (.*)$/gm)].map(([, file, text]) => [file, text]));
}

const PROGRAM = `
import { compile, DEFAULT_FEATURES, instantiate, withFeatures } from './src/index.ts';
import { assemble } from './src/text/index.ts';
import { module } from './src/testing/index.ts';
import fc from 'fast-check';
export { main } from './src/cli/main.ts';
export { discardOutput, fixedInput } from './src/wasi/index.ts';
const features = withFeatures(DEFAULT_FEATURES, { dup: true });
const bytes = assemble('(module (func (export "f") (param i32) (result i32) (i32.mul (dup (local.get 0)))))');
export const result = instantiate(compile(bytes, { features })).call('f', 7);
export const generated = fc
  .sample(module({ features, nondeterministic: false }), { numRuns: 60, seed: 1 })
  .filter(({ rows }) => rows.has(0xfc_100)).length;
`;

interface Program {
  readonly result: unknown;
  readonly generated: number;
  readonly main: typeof import('../src/cli/main.ts').main;
  readonly fixedInput: typeof import('../src/wasi/index.ts').fixedInput;
  readonly discardOutput: typeof import('../src/wasi/index.ts').discardOutput;
}

/** What `--trace` prints of the program. */
async function traced({ main, fixedInput, discardOutput }: Program): Promise<string> {
  writeFileSync(
    join(folder, 'dup.wat'),
    '(module (func (export "f") (param i32) (result i32) (i32.mul (dup (local.get 0)))))',
  );
  let text = '';
  const take = (data: string | Uint8Array): void => {
    text += Buffer.from(data as string).toString();
  };
  const guest = { stdin: fixedInput(''), stdout: discardOutput(), stderr: discardOutput() };
  const args = ['-W', 'dup', '--trace', '--invoke', 'f', 'dup.wat', '7'];
  await main(args, { env: {}, cwd: folder, stdout: take, stderr: take, readStdin: () => new Uint8Array(0), guest });
  return text;
}

test('a special row without an arm compiles in no layer; with a file in each layer it is validated, run and generated', async () => {
  take(ROW);
  const missing = complaints();
  for (const file of ['src/validator/arms/index.ts', 'src/trees/arms/index.ts', 'src/testing/arms.ts']) {
    expect(missing.get(file) ?? `${file} compiles`).toMatch(/'?dup'? is missing/);
  }
  take(ARMS);
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  await esbuild.build({
    entryPoints: [join(folder, 'program.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: join(folder, 'program.mjs'),
  });
  const program = (await import(pathToFileURL(join(folder, 'program.mjs')).href)) as Program;
  expect(program.result).toBe(49);
  expect(program.generated).toBeGreaterThan(0);
  expect(await traced(program)).toMatch(/dup +7 -> 7, 7\n/);
}, 120_000);
