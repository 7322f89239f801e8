// The commands of docs/tracing.md, run in this process: what they print is what the document says.
// UPDATE_DOCS=1 writes it there. tests/docs.test.ts runs the same blocks on the built package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../data.ts';
import { type Block, findBlocks, replaceBlocks } from '../docs/blocks.ts';
import { runCommand } from '../cli/in-process.ts';

const path = join(projectRoot, 'docs', 'tracing.md');
const markdown = readFileSync(path, 'utf8');
const commands = findBlocks(markdown).filter(({ language }) => language === 'sh');
const changes = new Map<Block, string>();

/** The words of a simple command; quotes only around whole words. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]);
}

/** What a block `wasmi-ts ARGUMENTS` prints, with `|| echo "exit code $?"` after it where it fails. */
async function output(code: string): Promise<string> {
  let printed = '';
  const print = (text: string | Uint8Array): void => {
    printed += text;
  };
  const args = words(code.replace(/^wasmi-ts | \|\|.*$/g, ''));
  const { code: exitCode } = await runCommand(args, { cwd: projectRoot, stdout: print, stderr: print });
  if (exitCode !== 0) printed += `exit code ${exitCode}\n`;
  return printed.trimEnd();
}

describe('the document about traces', () => {
  afterAll(() => {
    if (changes.size > 0) writeFileSync(path, replaceBlocks(markdown, changes));
  });

  test.each(commands)('shows what `$code` prints', async ({ code, output: expected }) => {
    const printed = await output(code);
    if (expected === undefined) throw new Error('there is no text block behind the command');
    if (process.env['UPDATE_DOCS'] === '1') changes.set(expected, printed);
    else expect(printed).toBe(expected.code);
  });

  test('has a trace with results, one before a trap, and one in JSON', () => {
    expect(commands.length).toBeGreaterThanOrEqual(5);
  });
});
