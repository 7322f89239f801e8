// The binary modules of the official testsuite: those that decode, and the phrase that each malformed one is refused with.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFolder, missingData } from '../../tests/data.ts';
import { type WastBinary, malformed, walkBodies, wastBinaries } from './bytes.suite.ts';
import { decodeModule } from './decode.ts';

/**
 * One module is refused with another phrase. The proposal writes an exact type's index as u32, and its interpreter
 * encodes it so, but decodes an s32, in which 0x62 is negative. Here 0x62 is type 98, and the section's size is wrong.
 */
const OTHER_PHRASE = { path: 'exact.wast', phrase: 'malformed storage type', ours: 'section size mismatch' };

const folder = dataFolder('testsuite');
const title = folder === undefined ? missingData('testsuite') : 'of the official testsuite';

interface Script {
  readonly path: string;
  readonly binaries: readonly WastBinary[];
}

function scripts(root: string): Script[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.wast'))
    .map((path) => ({ path, binaries: wastBinaries(readFileSync(join(root, path), 'utf8')) }))
    .filter(({ binaries }) => binaries.length > 0);
}

/** Whether the message is what the script asks for: none, or one that starts with the phrase. */
function isRight(path: string, phrase: string | undefined, message: string): boolean {
  if (phrase === undefined) return message === '';
  if (message.startsWith(phrase)) return true;
  return path.endsWith(OTHER_PHRASE.path) && phrase === OTHER_PHRASE.phrase && message.startsWith(OTHER_PHRASE.ours);
}

describe.skipIf(folder === undefined)(`binary modules, ${title}`, () => {
  const all = folder === undefined ? [] : scripts(folder);

  test('are found', () => {
    expect(all.reduce((sum, one) => sum + one.binaries.length, 0)).toBeGreaterThan(700);
  });

  test.each(all)('of $path decode, or are refused with the right phrase', ({ path, binaries }) => {
    const wrong = binaries
      .map(({ bytes, phrase, line }) => {
        const message = malformed(() => walkBodies(decodeModule(bytes)));
        return { line, phrase, message };
      })
      .filter(({ phrase, message }) => !isRight(path, phrase, message));
    expect(wrong).toEqual([]);
  });
});
