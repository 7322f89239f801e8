// The command line, case by case: golden/NAME.args holds a command line, one argument a line; NAME.in what is on
// standard input; NAME.out, NAME.err and NAME.code what has to come out. `npm run golden` writes them anew.
// The cases run in this process, through the host that `main` takes.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { fixedInput, outputTo } from '../../src/wasi/index.ts';

const folder = fileURLToPath(new URL('golden/', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.args'))
  .map((file) => file.slice(0, -'.args'.length))
  .sort();
const updating = process.env['UPDATE_GOLDEN'] === '1';

class Capture {
  private readonly parts: Buffer[] = [];
  readonly write = (data: string | Uint8Array): void => {
    this.parts.push(Buffer.from(data as string));
  };
  text(): string {
    return Buffer.concat(this.parts).toString();
  }
}

function read(file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('the command line', () => {
  test.each(names)('case %s', async (name) => {
    const args = read(`${name}.args`).split('\n').slice(0, -1);
    const input = Buffer.from(read(`${name}.in`));
    const out = new Capture();
    const err = new Capture();
    const host: CliHost = {
      env: { HOME: '/home/tester', SECRET: 'not to be passed on' },
      cwd: folder,
      stdout: out.write,
      stderr: err.write,
      readStdin: () => input,
      guest: { stdin: fixedInput(input), stdout: outputTo(out.write), stderr: outputTo(err.write) },
    };
    const code = await main(args, host);
    const found = { out: out.text(), err: err.text().split(folder).join(''), code: `${code}\n` };
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
