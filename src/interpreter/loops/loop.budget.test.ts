// V8 stops optimising a function above 61,440 bytes of bytecode: 16 to 21 times slower, silently.
// Measured on the built loop, because what vitest transforms is different code.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BUDGET = 55_000;
const root = fileURLToPath(new URL('../../..', import.meta.url));
const source = join(root, 'src/interpreter/loops/switch.ts');

let temporary: string | undefined;
let built = join(root, 'dist');

function isFresh(): boolean {
  const loop = join(built, 'interpreter/loops/switch.js');
  return existsSync(loop) && statSync(loop).mtimeMs >= statSync(source).mtimeMs;
}

/** Builds a copy into a temporary folder. */
function build(): string {
  const out = mkdtempSync(join(tmpdir(), 'wasmi-ts-loop-'));
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', out], { cwd: root });
  } catch (error) {
    // Type errors elsewhere do not matter here, as long as the loop came out.
    if (!readdirSync(out).includes('interpreter')) throw error;
  }
  return out;
}

beforeAll(() => {
  if (isFresh()) return;
  temporary = build();
  built = temporary;
}, 120_000);

afterAll(() => {
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
});

/** Bytes of the longest bytecode of a function named `run` that a program has compiled. */
function longest(program: readonly string[]): number {
  const flags = ['--print-bytecode', '--print-bytecode-filter=run', '--input-type=module', '-e', program.join('\n')];
  const text = execFileSync(process.execPath, flags, { encoding: 'utf8', maxBuffer: 256 << 20 });
  // Other functions named run are smaller.
  const lengths = [...text.matchAll(/Bytecode length: (\d+)/g)].map((match) => Number(match[1]));
  return Math.max(...lengths);
}

test('the bytecode of the hot function stays below 55,000 bytes', () => {
  const { href } = pathToFileURL(join(built, 'index.js'));
  // (module (func (export "f")))
  const length = longest([
    `import { compile, instantiate } from ${JSON.stringify(href)};`,
    'const bytes = [0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,4,1,2,0,11];',
    "instantiate(compile(new Uint8Array(bytes))).call('f');",
  ]);
  expect(length, 'the loop was not found in the output of --print-bytecode').toBeGreaterThan(10_000);
  expect(length).toBeLessThan(BUDGET);
});

test('the hot function was compiled by the first call, which kept the event loop for as long, and not when it is loaded', () => {
  expect(longest([`import ${JSON.stringify(pathToFileURL(join(built, 'index.js')).href)};`])).toBeGreaterThan(10_000);
});
