// Every module of the official testsuite and the small ones of the corpus: printed and parsed, they are the same bytes.
// Bodies in which linkers left padded numbers cannot be; of those the second round has to repeat the first.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeModule } from '../../src/decoder/decode.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { MalformedError } from '../../src/errors.ts';
import { parseScript } from '../../src/script/parse.ts';
import { type Command, parseSource } from '../../src/script/script.ts';
import type { Module } from '../../src/syntax/module.ts';
import { parseModule } from '../../src/text/parser.ts';
import { printModule } from '../../src/text/printer.ts';
import { dataFolder, missingData } from '../data.ts';

interface Sample {
  readonly bytes: Uint8Array;
  /** Written by an encoder of ours, so that there is one way to write each thing. */
  readonly canonical: boolean;
}

/** The modules of a script that can be decoded, those that are invalid included, but not those that are malformed. */
function modulesOf(commands: readonly Command[]): Sample[] {
  return commands.flatMap((command): Sample[] => {
    if (!('source' in command) || command.kind.startsWith('assert_malformed')) return [];
    try {
      const { source } = command;
      if (source.form === 'binary') return [{ bytes: source.bytes, canonical: false }];
      return [{ bytes: encodeModule(parseSource(source)), canonical: true }];
    } catch (error) {
      if (error instanceof MalformedError) return [];
      throw error;
    }
  });
}

const roundTrip = (module: Module, names: boolean): Uint8Array =>
  encodeModule(parseModule(printModule(module, { names })));

/** The module, or undefined where its bytes are malformed. */
function decoded(bytes: Uint8Array): Module | undefined {
  try {
    const module = decodeModule(bytes);
    printModule(module);
    return module;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function filesIn(root: string | undefined, ending: string): string[] {
  if (root === undefined) return [];
  const files = (readdirSync(root, { recursive: true }) as string[]).map((file) => file.split('\\').join('/'));
  return files.filter((file) => file.endsWith(ending)).sort();
}

const testsuite = dataFolder('testsuite');

describe.skipIf(testsuite === undefined)(testsuite === undefined ? missingData('testsuite') : 'the testsuite', () => {
  test.each(filesIn(testsuite, '.wast'))('modules of %s print to text that parses to the same bytes', (file) => {
    for (const sample of modulesOf(parseScript(readFileSync(join(testsuite ?? '', file))).commands)) check(sample);
  });
});

const corpus = dataFolder('corpus');
const SMALL = 200_000;

describe.skipIf(corpus === undefined)(corpus === undefined ? missingData('corpus') : 'the corpus', () => {
  const files = filesIn(corpus, '.wasm').filter((file) => statSync(join(corpus ?? '', file)).size < SMALL);
  test.each(files)('%s prints to text that means the same', (file) => {
    check({ bytes: readFileSync(join(corpus ?? '', file)), canonical: false });
  });
});

function check({ bytes, canonical }: Sample): void {
  const module = decoded(bytes);
  if (module === undefined) return;
  for (const names of [false, true]) {
    const back = roundTrip(module, names);
    if (canonical) expect(Buffer.compare(back, bytes)).toBe(0);
    else {
      const again = decodeModule(back);
      expect(printModule(again, { names }) === printModule(module, { names })).toBe(true);
      expect(Buffer.compare(roundTrip(again, names), back)).toBe(0);
    }
  }
}
