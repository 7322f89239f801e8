// All modules of the official testsuite, validated: valid ones are, invalid ones are refused with the expected phrase,
// malformed binaries are malformed, and none needs a feature that is off. Nothing runs here.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFolder, missingData } from '../../tests/data.ts';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { InvalidError, MalformedError } from '../errors.ts';
import { parseScript } from '../script/parse.ts';
import { type Command, type ModuleSource, parseSource } from '../script/script.ts';
import { DEFAULT_FEATURES, FEATURES, type Feature, type FeatureSet, withFeatures } from '../syntax/features.ts';
import { type ValidateOptions, validateModule } from './module.ts';

const folder = dataFolder('testsuite');

/** Phrases of older texts in the testsuite for which ours begin otherwise. */
const OTHER_WORDS: readonly [expected: RegExp, ours: RegExp][] = [
  // The wording of the reference interpreter; ours says what is needed and what was found in its own words.
  [/^type mismatch: (instruction|block) requires/, /^type mismatch: /],
];

const OLD = 'the proposal is written against a specification without multiple tables and memories';
const PAGES = 'sizes were 32-bit integers of the grammar before memory64; now validation checks them';

/** Commands that are not for us, with the reason; they are named by file and message, or kind. */
const SKIPS: Readonly<Record<string, string>> = {
  'proposals/threads/imports.wast multiple tables': OLD,
  'proposals/threads/imports.wast multiple memories': OLD,
  'proposals/threads/memory.wast multiple memories': OLD,
  'proposals/threads/memory.wast i32 constant out of range': PAGES,
  'proposals/custom-descriptors/exact.wast malformed storage type': 'the decoder finds another fault first',
};

/** Features that a folder of the testsuite is about. */
function featuresOf(file: string): FeatureSet {
  const [, proposal] = /^proposals\/([^/]*)\//.exec(file) ?? [];
  if (file.startsWith('legacy/')) return withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });
  return proposal !== undefined && proposal in FEATURES
    ? withFeatures(DEFAULT_FEATURES, { [proposal as Feature]: true })
    : DEFAULT_FEATURES;
}

/** Text goes through the binary format, as it does for users. */
function validate(source: ModuleSource, options: ValidateOptions): void {
  const bytes = source.form === 'binary' ? source.bytes : encodeModule(parseSource(source));
  validateModule(decodeModule(bytes), options);
}

function outcome(source: ModuleSource, options: ValidateOptions): Error | undefined {
  try {
    validate(source, options);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function isPhrase(expected: string, message: string): boolean {
  return (
    message.startsWith(expected) || OTHER_WORDS.some(([theirs, ours]) => theirs.test(expected) && ours.test(message))
  );
}

/** What is wrong with the outcome of a command, or undefined. */
function complaint(command: Command, options: ValidateOptions): string | undefined {
  // Malformed texts are for the tests of the text format.
  if (!('source' in command) || (command.kind === 'assert_malformed' && command.source.form !== 'binary')) {
    return undefined;
  }
  const error = outcome(command.source, options);
  if (command.kind === 'assert_invalid' || command.kind === 'assert_malformed') {
    const expected = command.kind === 'assert_invalid' ? InvalidError : MalformedError;
    if (!(error instanceof expected)) return `${command.kind} ${command.message}: ${error ?? 'is valid'}`;
    return isPhrase(command.message, error.message) ? undefined : `"${command.message}", but: ${error.message}`;
  }
  // Custom sections are not validated here, and what comes after validation needs a valid module.
  return error === undefined || command.kind.endsWith('_custom') ? undefined : `${command.kind}: ${error}`;
}

function failures(root: string, file: string): string[] {
  const options = { features: featuresOf(file) };
  const list: string[] = [];
  for (const command of parseScript(readFileSync(join(root, file))).commands) {
    const text = complaint(command, options);
    const skipped = `${file} ${'message' in command ? command.message : command.kind}` in SKIPS;
    if (text !== undefined && !skipped) list.push(`${file}:${command.line}: ${text}`);
  }
  return list;
}

describe.skipIf(folder === undefined)(
  folder === undefined ? missingData('testsuite') : 'the official testsuite',
  () => {
    const root = folder ?? '';
    const files = folder === undefined ? [] : (readdirSync(root, { recursive: true }) as string[]);
    const scripts = files.map((file) => file.split('\\').join('/')).filter((file) => file.endsWith('.wast'));

    test.each(scripts.sort())('%s', (file) => {
      expect(failures(root, file)).toEqual([]);
    });
  },
);
