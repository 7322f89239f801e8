// The command line, case by case: golden/NAME.args holds a command line, one argument a line; NAME.in what is on
// standard input; NAME.out, NAME.err and NAME.code what has to come out. `npm run golden` writes them anew.
// The cases run in this process, through the host that `main` takes.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from './in-process.ts';

const folder = fileURLToPath(new URL('golden/', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.args'))
  .map((file) => file.slice(0, -'.args'.length))
  .sort();
const updating = process.env['UPDATE_GOLDEN'] === '1';

function read(file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('the command line', () => {
  test.each(names)('case %s', async (name) => {
    const args = read(`${name}.args`).split('\n').slice(0, -1);
    const input = Buffer.from(read(`${name}.in`));
    const env = { HOME: '/home/tester', SECRET: 'not to be passed on' };
    const { out, err, code } = await runCommand(args, { cwd: folder, env, stdin: input });
    const found = { out, err: err.split(folder).join(''), code: `${code}\n` };
    if (updating) {
      for (const [kind, text] of Object.entries(found)) writeFileSync(join(folder, `${name}.${kind}`), text);
    }
    expect(found).toEqual({ out: read(`${name}.out`), err: read(`${name}.err`), code: read(`${name}.code`) });
  });

  test('has no expectations without a case', () => {
    const orphans = readdirSync(folder).filter((file) => /\.(out|err|code|in)$/.test(file));
    expect(orphans.filter((file) => !names.includes(file.replace(/\.\w+$/, '')))).toEqual([]);
  });
});
