// Whatever stands in modules.toml: an error that names the file, and never a bug of ours.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../cli/in-process.ts';
import { folderOf } from './serving.ts';

const { path: folder, remove } = folderOf({});
afterAll(remove);

async function refusal(text: string): Promise<string> {
  writeFileSync(join(folder, 'modules.toml'), text);
  const { code, out, err } = await runCommand(['serve', 'modules.toml'], { cwd: folder });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  const [line] = err.split('\n').filter((one) => !one.startsWith('wasmi-ts: warning: '));
  return line;
}

const KEYS = [
  'route',
  'module',
  'entrypoint',
  'argv',
  'volumes',
  'repository',
  'allowed_hosts',
  'x',
  '__proto__',
  'toString',
];
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    '/',
    '/a/...',
    'missing.wasm',
    'file:///missing.wasm',
    'file://x/y',
    'oci:a',
    '',
    '\0',
    1,
    true,
    1.5,
  ),
  fc.constant(2n ** 60n),
  fc.string({ maxLength: 5 }),
  fc.date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2030-01-01') }),
);
const table = fc.dictionary(fc.constantFrom('/', '/a', 'path', 'readonly', ''), leaf, { maxKeys: 3 });
const entry = fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(leaf, table, fc.array(leaf, { maxLength: 2 })), {
  maxKeys: 6,
});
const whole = fc.dictionary(
  fc.constantFrom('module', 'modules', 'x'),
  fc.oneof({ weight: 4, arbitrary: fc.array(entry, { maxLength: 3 }) }, entry, leaf),
  { maxKeys: 2 },
);

test('any TOML is refused with the name of the file, as no module in it is there', async () => {
  await fc.assert(
    fc.asyncProperty(whole, async (tree) => {
      expect(await refusal(stringify(tree))).toMatch(
        /^wasmi-ts: error: (modules\.toml: |missing\.wasm: |\/missing\.wasm: )|: no such file$|: is a directory/,
      );
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('any text is refused with the line, where it is no TOML', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 40 }), async (text) => {
      expect(await refusal(`a = [\n${text}`)).toMatch(/^wasmi-ts: error: modules\.toml:(\d+:\d+)?/);
    }),
    { numRuns: 200 },
  );
  expect(await refusal('['.repeat(20_000))).toMatch(/^wasmi-ts: error: modules\.toml:\d+:\d+: /);
  expect(await refusal('\xff\0')).toMatch(/^wasmi-ts: error: modules\.toml:/);
}, 60_000);
