// What is bundled and not ours keeps its licence.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../data.ts';
import { ensureBuilt } from '../docs/package.ts';

beforeAll(ensureBuilt, 300_000);

test('the file of the command line that reads TOML has the notice of its authors', () => {
  const folder = join(projectRoot, 'dist', 'bin');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const reading = texts.filter((text) => text.includes('Invalid TOML document'));
  expect(reading).toHaveLength(1);
  const licence = readFileSync(join(projectRoot, 'node_modules', 'smol-toml', 'LICENSE'), 'utf8');
  const words = (text: string): string => text.replace(/[\s*]+/g, ' ');
  const [, conditions] = /(1\. Redistributions of source[\s\S]*POSSIBILITY OF SUCH DAMAGE\.)/.exec(
    licence,
  ) as RegExpExecArray;
  expect(words(reading[0])).toContain(words(conditions));
  expect(reading[0]).toContain('Copyright (c) Squirrel Chat');
});
