// All scripts of the official testsuite, parsed: modules parse, and quoted malformed text is refused with the
// expected phrase. Nothing is validated or run here; spec-tests does that.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MalformedError } from '../errors.ts';
import { dataFolder, missingData } from '../../tests/data.ts';
import { parseScript } from './parse.ts';
import { type Command, parseSource } from './script.ts';

/**
 * Texts that an older specification called malformed and the current one takes: sizes were 32-bit integers of the
 * grammar before memory64, and are checked by validation now (memory.wast of the core says so).
 */
const OVERTAKEN: Readonly<Record<string, string>> = {
  'proposals/threads/memory.wast': 'i32 constant out of range',
};

const folder = dataFolder('testsuite');

function failures(file: string, command: Command): string[] {
  const where = (what: string): string[] => [`${file}:${command.line}: ${what}`];
  if (!('source' in command) || command.source.form === 'binary') return [];
  const malformed = command.kind === 'assert_malformed' || command.kind === 'assert_malformed_custom';
  try {
    parseSource(command.source);
  } catch (error) {
    if (!(error instanceof MalformedError)) return where(String(error));
    if (malformed) {
      if (error.line === undefined) return where(`no line: ${error.message}`);
      return error.message.startsWith(command.message) ? [] : where(`"${command.message}" but: ${error.message}`);
    }
    return where(`${command.kind}: ${error.message}`);
  }
  if (!malformed || OVERTAKEN[file] === command.message) return [];
  return where(`parses, but should be refused: ${command.message}`);
}

describe.skipIf(folder === undefined)(
  folder === undefined ? missingData('testsuite') : 'the official testsuite',
  () => {
    const root = folder ?? '';
    const files = folder === undefined ? [] : (readdirSync(root, { recursive: true }) as string[]);
    const scripts = files.map((file) => file.split('\\').join('/')).filter((file) => file.endsWith('.wast'));

    test.each(scripts.sort())('%s parses, and its malformed texts are refused', (file) => {
      const { commands } = parseScript(readFileSync(join(root, file)));
      expect(commands.flatMap((command) => failures(file, command))).toEqual([]);
    });

    test('is all there', () => {
      expect(scripts.length).toBeGreaterThan(270);
    });
  },
);
