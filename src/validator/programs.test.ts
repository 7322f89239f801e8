// Real programs and hostile modules: programs are valid or need a feature that is off by default; hostile modules get the
// verdict that native engines give. Prints how fast the largest program is validated.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataFolder, missingData } from '../../tests/data.ts';
import { decodeModule } from '../decoder/decode.ts';
import { InvalidError, MalformedError, UnsupportedError } from '../errors.ts';
import { DEFAULT_FEATURES, FEATURES, type Feature, withFeatures } from '../syntax/features.ts';
import type { Module } from '../syntax/module.ts';
import { type ValidateOptions, validateModule } from './module.ts';

/** Our defaults as far as the recorded engines have them. */
const SHARED = withFeatures(DEFAULT_FEATURES, { 'wide-arithmetic': false, 'compact-imports': false });
const FEATURE_SET = withFeatures(SHARED, { 'legacy-exceptions': true });
const WITH_LEGACY: ValidateOptions = { features: FEATURE_SET };

/** 'valid', 'invalid' (malformed included), or the feature that is missing; any other error is thrown on. */
function verdict(bytes: Uint8Array, options: ValidateOptions = { features: SHARED }): string {
  try {
    validateModule(decodeModule(bytes), options);
    return 'valid';
  } catch (error) {
    if (error instanceof UnsupportedError) return `needs ${error.feature}`;
    if (error instanceof InvalidError || error instanceof MalformedError) return 'invalid';
    throw error;
  }
}

function modulesUnder(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true }) as string[];
  return files.filter((file) => /\.wasm(\.gz)?$/.test(file) && statSync(join(folder, file)).isFile()).sort();
}

function readModule(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

const corpus = dataFolder('corpus');

describe.skipIf(corpus === undefined)(corpus === undefined ? missingData('corpus') : 'real programs', () => {
  const root = corpus ?? '';
  const files = corpus === undefined ? [] : modulesUnder(root);

  test.each(files)('%s is valid, or needs a feature that is off by default', (file) => {
    const bytes = readModule(join(root, file));
    const found = verdict(bytes);
    if (found !== 'valid') {
      expect(found).toMatch(/^needs /);
      expect(FEATURES[found.slice('needs '.length) as Feature].byDefault).toBe(false);
    }
    expect(verdict(bytes, WITH_LEGACY)).toBe('valid');
  });

  test('a large program is validated in a time that is printed', () => {
    const modules = files.map((file) => decodeModule(readModule(join(root, file))));
    const size = ({ funcs }: Module): number => funcs.end.reduce((sum, end, i) => sum + end - funcs.start[i], 0);
    const largest = modules.reduce((best, one) => (size(one) > size(best) ? one : best));
    const start = performance.now();
    validateModule(largest, WITH_LEGACY);
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `validated ${(size(largest) / 1e6).toFixed(1)} MB of bodies, ${(size(largest) / 1e6 / seconds).toFixed(1)} MB/s (under the test runner, which slows imports down)`,
    );
    expect(seconds).toBeLessThan(30);
  });
});

interface HostileModule {
  readonly file: string;
  readonly expected: 'valid' | 'invalid';
  readonly confidence: 'high' | 'medium' | 'low';
}
interface HostileIndex {
  readonly modules: readonly HostileModule[];
  readonly packs: Readonly<Record<string, { readonly node24: string }>>;
}

/**
 * Tables too large for any engine. The core testsuite has such a module and calls it valid (table.wast); that the table
 * cannot be made is found when it is made.
 */
const HUGE_TABLE = /memory64_table-too-big\.wast-1\.wasm$/;

const hostile = dataFolder('hostile');

describe.skipIf(hostile === undefined)(hostile === undefined ? missingData('hostile') : 'hostile modules', () => {
  const root = hostile ?? '';
  const index = (): HostileIndex => JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as HostileIndex;
  const agrees = (found: string, expected: string): boolean => found === expected || found.startsWith('needs ');

  test('named ones have the verdict of native engines, or need a feature that is off', () => {
    const wrong: string[] = [];
    for (const { file, expected, confidence } of index().modules) {
      if (HUGE_TABLE.test(file)) continue;
      const bytes = readModule(join(root, file));
      for (const found of [verdict(bytes), verdict(bytes, WITH_LEGACY)]) {
        if (confidence === 'high' && !agrees(found, expected)) wrong.push(`${file}: ${found}, expected ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('those from fuzzing too, and what is not wasm is malformed', () => {
    const pack = gunzipSync(readFileSync(join(root, 'libfuzzer-corpus.pack.gz')));
    const verdicts = index().packs['libfuzzer-corpus.pack.gz'].node24;
    const wrong: string[] = [];
    unpack(pack).forEach((bytes, i) => {
      const expected = verdicts[i] === '1' ? 'valid' : 'invalid';
      for (const found of [verdict(bytes), verdict(bytes, WITH_LEGACY)]) {
        if (!agrees(found, expected)) wrong.push(`module ${i}: ${found}, expected ${expected}`);
      }
    });
    expect(wrong).toEqual([]);
    for (const bytes of unpack(gunzipSync(readFileSync(join(root, 'not-wasm.pack.gz'))))) {
      expect(() => decodeModule(bytes)).toThrow(MalformedError);
    }
  });
});

/** Repeated length (u32, little-endian) and bytes. */
function unpack(pack: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  const view = new DataView(pack.buffer, pack.byteOffset);
  for (let at = 0; at < pack.length; ) {
    const length = view.getUint32(at, true);
    list.push(pack.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return list;
}
