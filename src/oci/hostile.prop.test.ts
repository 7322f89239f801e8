// Whatever is in a config.json, an index, a manifest or an archive: a plan, or an error that says where it is wrong.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryDirectory, readFile } from '../wasi/index.ts';
import { readBundle } from './bundle.ts';
import { chooseImage, imageConfigOf, manifestOf } from './image.ts';
import { Json, OciError } from './json.ts';
import { applyLayer } from './layer.ts';
import { directoryAt, fileAt } from './root.ts';
import { SystemError } from '../wasi/host/errno.ts';
import { tar, type TarEntry } from '../../tests/oci/layouts.ts';

/** Does something; errors of other classes are not caught. */
function tried(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OciError) && !(error instanceof SystemError)) throw error;
    expect(error.message).not.toBe('');
  }
}

const KEYS = [
  ...[
    'ociVersion',
    'process',
    'args',
    'env',
    'cwd',
    'root',
    'path',
    'readonly',
    'mounts',
    'destination',
    'type',
    'source',
  ],
  ...[
    'options',
    'hooks',
    'linux',
    'resources',
    'memory',
    'limit',
    'manifests',
    'mediaType',
    'digest',
    'size',
    'platform',
  ],
  ...['annotations', 'config', 'layers', 'os', 'rootfs', 'diff_ids', 'Cmd', 'Env', '__proto__', 'toString'],
];
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e300,
    '',
    '/',
    '1.0.0',
    'bind',
    'A=b',
    'a\0',
    'application/wasm',
    `sha256:${'0'.repeat(64)}`,
  ),
  fc.string({ maxLength: 6 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
}));

test('no JSON makes more than an OciError', () => {
  const right = { ociVersion: '1.0.0', process: { args: ['/a'], cwd: '/' }, root: { path: 'r' } };
  fc.assert(
    fc.property(value, fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 5 }), (any, more) => {
      tried(() => readBundle(JSON.stringify(any)));
      tried(() => readBundle(JSON.stringify({ ...right, ...more })));
      tried(() => chooseImage(new Json(any, 'x'), undefined));
      tried(() => chooseImage(new Json({ manifests: [any, more] }, 'x'), 'n'));
      tried(() => manifestOf(new Json(any, 'x')));
      tried(() => manifestOf(new Json({ config: more, layers: [any] }, 'x')));
      tried(() => imageConfigOf(new Json(any, 'x')));
    }),
    { numRuns: 1500 },
  );
});

const name = fc.constantFrom('a', 'b', 'c', '.wh.a', '.wh..wh..opq', '.', '');
const path = fc
  .array(fc.oneof({ weight: 9, arbitrary: name }, fc.constant('..')), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'));
const entry: fc.Arbitrary<TarEntry> = fc.record({
  path,
  content: fc.string({ maxLength: 600 }),
  type: fc.constantFrom('0', '0', '5', '2', '1', 'x', 'L', '3', '7'),
  link: fc.oneof(
    path,
    path.map((text) => `/${text}`),
  ),
});

test('no archive makes more than an OciError, whole or broken', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 12 }),
      fc.nat(),
      fc.nat(255),
      fc.boolean(),
      (entries, at, byte, broken) => {
        const archive = tar(entries);
        if (broken) archive[at % archive.length] = byte;
        const root = memoryDirectory({}, { bytes: 1e6, nodes: 1000 });
        tried(() => applyLayer(root, archive, 'x'));
        for (const { path: one } of entries) {
          tried(() => directoryAt(root, one).close());
          tried(() => void fileAt(root, one, 1000));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('what an archive has arrives, the last of a name', () => {
  const file = fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.uint8Array({ maxLength: 1200 }));
  fc.assert(
    fc.property(fc.array(file, { maxLength: 6 }), (files) => {
      const root = memoryDirectory();
      applyLayer(root, tar(files.map(([one, content]) => ({ path: `./${one}`, content }))), 'x');
      expect(root.names().sort()).toEqual([...new Set(files.map(([one]) => one))].sort());
      for (const [one, content] of new Map(files)) expect([...readFile(root, one)]).toEqual([...content]);
    }),
    { numRuns: 200 },
  );
});

test('names that are longer than a header has room for arrive, as pax and as GNU tar write them', () => {
  const long = `${'d'.repeat(120)}/${'f'.repeat(150)}`;
  const record = (text: string): string => {
    const length = text.length + 1;
    const digits = String(length + String(length).length).length;
    return `${length + digits} ${text}`;
  };
  for (const before of [
    { type: 'x', content: `${record(`path=${long}\n`)}` },
    { type: 'L', content: `${long}\0` },
  ]) {
    const root = memoryDirectory();
    applyLayer(
      root,
      tar([
        { path: 'h', ...before },
        { path: 'short', content: 'x' },
      ]),
      'x',
    );
    expect(Buffer.from(fileAt(root, long, 10)).toString()).toBe('x');
  }
});

test('links that lead to and fro, again and again, do not keep an archive from being refused soon', () => {
  const link = (path: string, to: string): TarEntry[] => [
    { path: 'K', type: 'K', content: to },
    { path, type: '2' },
  ];
  const around = 'd/../'.repeat(800);
  const chain = Array.from({ length: 30 }, (_, i) => link(`l${i}`, i === 0 ? `${around}d` : `${around}l${i - 1}`));
  const files = Array.from({ length: 2000 }, (_, i): TarEntry => ({ path: `l29/${i}`, content: 'x' }));
  const archive = tar([{ path: 'd', type: '5' }, ...chain.flat(), ...files]);
  expect(() => applyLayer(memoryDirectory(), archive, 'it')).toThrow(/"l29\/\d+" cannot be unpacked \(LOOP\)/);
  const long = tar([{ path: 'd', type: '5' }, ...link('l', `${around}${around}d`), { path: 'l/x', content: 'x' }]);
  expect(() => applyLayer(memoryDirectory(), long, 'it')).toThrow('"l/x" cannot be unpacked (NAMETOOLONG)');
});
