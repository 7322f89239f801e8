// Real and hostile modules: what they decode to is right as far as others can say, and nothing but MalformedError comes
// out of broken ones. The time for large modules is printed, not asserted.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataFolder, missingData } from '../../tests/data.ts';
import { encodeModule } from '../encoder/encode.ts';
import { malformed, walkBodies } from './bytes.suite.ts';
import { decodeModule } from './decode.ts';
import { decodeNames } from './names.ts';

const corpus = dataFolder('corpus');
const hostile = dataFolder('hostile');

function read(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

function modulesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.wasm(\.gz)?$/.test(path))
    .map((path) => join(folder, path));
}

describe.skipIf(corpus === undefined)(
  `real programs${corpus === undefined ? `: ${missingData('corpus')}` : ''}`,
  () => {
    const paths = corpus === undefined ? [] : modulesIn(corpus);

    test('decode, have readable bodies and names, and are stable once encoded', () => {
      expect(paths.length).toBeGreaterThan(90);
      for (const path of paths) {
        const bytes = read(path);
        if (bytes.length > 2_000_000 || bytes[0] !== 0) continue;
        const module = decodeModule(bytes);
        expect(walkBodies(module)).toBeGreaterThan(0);
        expect(decodeNames(module).locals.size).toBeGreaterThanOrEqual(0);
        const encoded = encodeModule(module);
        // Comparing byte by byte with toEqual takes minutes.
        expect(Buffer.compare(encodeModule(decodeModule(encoded)), encoded)).toBe(0);
      }
    });

    test('cut anywhere, are refused as malformed or still a module', () => {
      let refused = 0;
      for (const path of paths) {
        const bytes = read(path);
        if (bytes.length > 300_000) continue;
        const step = Math.max(1, Math.floor(bytes.length / 60));
        for (let length = 0; length < bytes.length; length += step) {
          const message = malformed(() => decodeModule(bytes.subarray(0, length)));
          if (message !== '') refused++;
        }
      }
      expect(refused).toBeGreaterThan(1000);
    });

    test('of 20 MB decode in a small part of a second (printed)', () => {
      for (const path of paths.filter((one) => one.endsWith('.gz'))) {
        const bytes = read(path);
        if (bytes.length < 20_000_000) continue;
        const started = Date.now();
        const { funcs } = decodeModule(bytes);
        const size = (bytes.length / 1e6).toFixed(1);
        console.log(`${size} MB, ${funcs.types.length} functions: decoded in ${Date.now() - started} ms`);
      }
    });
  },
);

/** A file of gzip of repeated [u32le length][bytes]. */
function* pack(path: string): Generator<Uint8Array> {
  const bytes = gunzipSync(readFileSync(path));
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    yield bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

interface Index {
  readonly modules: readonly { readonly file: string; readonly expected: 'valid' | 'invalid' }[];
  readonly packs: Readonly<Record<string, { readonly node24: string }>>;
}

describe.skipIf(hostile === undefined)(
  `hostile modules${hostile === undefined ? `: ${missingData('hostile')}` : ''}`,
  () => {
    const folder = hostile ?? '.';
    const index = (): Index => JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;

    test('decode where they are valid, and else are at most malformed', () => {
      const paths = new Map(modulesIn(folder).map((path) => [path.slice(path.lastIndexOf('/') + 1), path]));
      const wrong: string[] = [];
      let count = 0;
      for (const { file, expected } of index().modules) {
        const path = paths.get(file.slice(file.lastIndexOf('/') + 1));
        if (path === undefined) continue;
        count++;
        const message = malformed(() => walkBodies(decodeModule(read(path))));
        if (expected === 'valid' && message !== '') wrong.push(`${file}: ${message}`);
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(600);
    });

    test('of the fuzzing corpus: the same', () => {
      const file = 'libfuzzer-corpus.pack.gz';
      const verdicts = index().packs[file].node24;
      const wrong: string[] = [];
      let i = 0;
      for (const bytes of pack(join(folder, file))) {
        const message = malformed(() => walkBodies(decodeModule(bytes)));
        if (verdicts[i] === '1' && message !== '') wrong.push(`${i}: ${message}`);
        i++;
      }
      expect(wrong).toEqual([]);
    });

    test('that are no modules at all are refused', () => {
      for (const bytes of pack(join(folder, 'not-wasm.pack.gz')))
        expect(malformed(() => decodeModule(bytes))).not.toBe('');
    });
  },
);
