// Image layouts as build tools, registries and `docker save` write them: everything by its hash.
import * as zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { runCommand } from '../cli/in-process.ts';
import { ENVIRONMENT, printing, READING } from '../serve/modules.ts';
import { type Blob, digestOf, folderWith, Layout, removeFolders, tar, type TarEntry } from './layouts.ts';

afterAll(removeFolders);

const HEADER = 'content-type: text/plain\n\n';
const module = (text: string): Uint8Array => assemble(text);
const HELLO = module(printing({ _start: 'hello\n' }));

const WASM_CONFIG = 'application/vnd.wasm.config.v0+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

async function run(layout: Layout, ...args: string[]) {
  const folder = folderWith(layout.files);
  const [dir, ...rest] = args.includes('DIR')
    ? [args.slice(0, args.indexOf('DIR')), ...args.slice(args.indexOf('DIR') + 1)]
    : [args];
  const ended = await runCommand(['oci', ...(dir as string[]), folder, ...(rest as string[])], { cwd: folder });
  return { ...ended, err: ended.err.split(folder).join('IMAGE') };
}

/** A module as an artifact. */
function artifact(
  bytes: Uint8Array,
  more: { os?: string; title?: string; layer?: string; extra?: unknown } = {},
): Layout {
  const layout = new Layout();
  const layer = layout.add(
    more.layer ?? 'application/wasm',
    bytes,
    more.title === undefined ? {} : { annotations: { 'org.opencontainers.image.title': more.title } },
  );
  const config = layout.add(WASM_CONFIG, {
    architecture: 'wasm',
    os: more.os ?? 'wasip1',
    layerDigests: [layer.digest],
    ...(more.extra as object),
  });
  return layout.index(layout.manifest(config, [layer]));
}

/** An image of layers of files. */
function image(
  layers: readonly (readonly TarEntry[])[],
  config: unknown,
  more: { gzip?: boolean; index?: Partial<Blob>; diffs?: string[] } = {},
): Layout {
  const layout = new Layout();
  const archives = layers.map(tar);
  const blobs = archives.map((archive) =>
    more.gzip ? layout.add(`${LAYER}+gzip`, zlib.gzipSync(archive)) : layout.add(LAYER, archive),
  );
  const given = {
    architecture: 'wasm',
    os: 'wasi',
    config,
    rootfs: { type: 'layers', diff_ids: more.diffs ?? archives.map(digestOf) },
  };
  return layout.index(layout.manifest(layout.add(CONFIG, given), blobs, more.index));
}

describe('an image that is a module', () => {
  test.each([
    'application/wasm',
    'application/vnd.wasm.content.layer.v1+wasm',
    'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm',
  ])('is run from a layer of type %s', async (layer) => {
    expect(await run(artifact(HELLO, { layer }))).toEqual({ code: 0, out: 'hello\n', err: '' });
  });

  test('has the arguments of the command line after its title', async () => {
    const layout = artifact(module(ENVIRONMENT), { title: 'tool.wasm' });
    expect((await run(layout, 'DIR', '--x', 'y')).out.slice(HEADER.length)).toBe('tool.wasm\0--x\0y\0\0');
  });

  test.each([
    ['for wasip2', { os: 'wasip2' }],
    ['that says which component it is', { extra: { component: { exports: [], imports: [] } } }],
  ])('is refused as a component %s', async (_, more) => {
    expect((await run(artifact(HELLO, more))).err).toContain(
      'it is a component, and only modules can be run (os wasip1)',
    );
  });
});

describe('an image of files', () => {
  const files: TarEntry[] = [
    { path: 'bin/', type: '5' },
    { path: './bin/hello.wasm', content: HELLO },
    { path: 'env.wasm', content: module(ENVIRONMENT) },
    { path: 'read.wasm', content: module(READING) },
    { path: 'note.txt', content: 'of the image' },
    { path: 'again', type: '1', link: 'bin/hello.wasm' },
    { path: 'link', type: '2', link: '/again' },
    { path: 'dev/null', type: '3' },
  ];

  test.each([false, true])('is run, packed: %s', async (gzip) => {
    const config = { Entrypoint: ['/bin/hello.wasm'], Env: ['PATH=/bin'] };
    expect(await run(image([files], config, { gzip }))).toEqual({ code: 0, out: 'hello\n', err: '' });
  });

  test.each([['/link'], ['again'], ['hello.wasm']])('finds %s', async (name) => {
    const config = { Cmd: [name], Env: ['PATH=/nowhere:/bin'], WorkingDir: '' };
    expect(await run(image([files], config))).toMatchObject({ code: 0, out: 'hello\n' });
  });

  test('has the entrypoint and then the command, or what the command line says', async () => {
    const config = { Entrypoint: ['/env.wasm', 'a'], Cmd: ['b'], Env: ['X=y'], WorkingDir: '/bin' };
    const layout = image([files], config);
    expect((await run(layout)).out.slice(HEADER.length)).toBe('/env.wasm\0a\0b\0\0PWD=/bin\0X=y\0');
    expect((await run(layout, 'DIR', 'c', 'd')).out.slice(HEADER.length)).toBe('/env.wasm\0a\0c\0d\0\0PWD=/bin\0X=y\0');
  });

  test('has its files, which it may change in memory', async () => {
    expect((await run(image([files], { Cmd: ['/read.wasm'] }))).out).toBe(`${HEADER}of the image0`);
  });

  test('lays its layers over each other, with marks for what is taken away', async () => {
    const layers: TarEntry[][] = [
      [...files, { path: 'd/a', content: 'a' }, { path: 'd/deep/b', content: 'b' }, { path: 'e/c', content: 'c' }],
      [
        { path: 'note.txt', content: 'of the second layer' },
        { path: 'd/new', content: '' },
        { path: 'd/.wh..wh..opq' },
        { path: '.wh.e' },
      ],
      [{ path: 'bin/hello.wasm', type: '2', link: '../again' }],
    ];
    expect((await run(image(layers, { Cmd: ['/read.wasm'] }))).out).toBe(`${HEADER}of the second layer0`);
    expect((await run(image(layers, { Cmd: ['/bin/hello.wasm'] }))).out).toBe('hello\n');
    for (const gone of ['/d/a', '/d/deep/b', '/e/c']) {
      expect((await run(image(layers, { Cmd: [gone] }))).err).toContain(`"${gone}": no such file`);
    }
    expect((await run(image(layers, { Cmd: ['/d/new'] }))).err).toContain('a module begins with 8 bytes, here are 0');
  });

  test.each<[string, TarEntry[], string]>([
    ['above the root', [{ path: '../evil', content: 'x' }], '"../evil" leads out of the root'],
    ['in the middle', [{ path: 'a/../../evil', content: 'x' }], 'leads out of the root'],
    [
      'another name for nothing',
      [{ path: 'a', type: '1', link: '../../etc/passwd' }],
      '"a" cannot be unpacked (NOENT)',
    ],
    [
      'below a file',
      [
        { path: 'a', content: '' },
        { path: 'a/b', content: '' },
      ],
      '"a/b" cannot be unpacked (NOTDIR)',
    ],
    [
      'below a circle of links',
      [
        { path: 'a', type: '2', link: 'a' },
        { path: 'a/b', content: '' },
      ],
      'cannot be unpacked (LOOP)',
    ],
  ])('is refused with a path %s', async (_, entries, why) => {
    expect((await run(image([entries], { Cmd: ['/x'] }))).err).toContain(why);
  });

  test('is unpacked by Zstandard where Node can do that', async () => {
    const layout = new Layout();
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };
    const layer = layout.add(`${LAYER}+zstd`, zstdCompressSync?.(tar(files)) ?? 'x');
    layout.index(layout.manifest(layout.add(CONFIG, { config: { Cmd: ['/again'] } }), [layer]));
    const ended = await run(layout);
    if (zstdCompressSync !== undefined) expect(ended).toEqual({ code: 0, out: 'hello\n', err: '' });
    else expect(ended.err).toContain('this version of Node cannot unpack Zstandard, 22.15 can');
  });

  test('has folders that old archives mark by a slash alone', async () => {
    const layers = [
      [{ path: 'd/' }, { path: 'd/x', content: HELLO }, { path: 'e' }, { path: 'e/' }, { path: 'e/y', type: '7' }],
    ];
    expect((await run(image(layers, { Cmd: ['/d/x'] }))).out).toBe('hello\n');
  });

  test('stays in its root where a link leads up', async () => {
    const layers = [
      [
        { path: 'up', type: '2', link: '/../../..' },
        { path: 'up/hello.wasm', content: HELLO },
      ],
    ];
    expect((await run(image(layers, { Cmd: ['/hello.wasm'] }))).out).toBe('hello\n');
  });
});

describe('an image is chosen', () => {
  const named = (layout: Layout, name: string, platform?: unknown): Blob => {
    const layer = layout.add('application/wasm', module(printing({ _start: `${name}\n` })));
    const annotations = { 'org.opencontainers.image.ref.name': name };
    return layout.manifest(layout.add(WASM_CONFIG, { os: 'wasip1' }), [layer], {
      annotations,
      ...(platform === undefined ? {} : { platform }),
    });
  };

  test('by its name, where there are several', async () => {
    const layout = new Layout();
    layout.index(named(layout, 'one'), named(layout, 'two'));
    expect((await run(layout, '--ref', 'two')).out).toBe('two\n');
    expect((await run(layout)).err).toContain(
      'there are 2 images for WebAssembly: --ref NAME says which; there are "one", "two"',
    );
    expect((await run(layout, '--ref', 'three')).err).toContain('there is no image "three"; there are "one", "two"');
  });

  test('by its platform, also in an index of an index', async () => {
    const layout = new Layout();
    const inner = {
      schemaVersion: 2,
      manifests: [
        named(layout, 'linux', { architecture: 'amd64', os: 'linux' }),
        named(layout, 'wasi', { architecture: 'wasm', os: 'wasip1' }),
      ],
    };
    layout.index(layout.add('application/vnd.oci.image.index.v1+json', inner));
    expect((await run(layout)).out).toBe('wasi\n');
  });

  test('not at all, where none is for WebAssembly', async () => {
    const layout = new Layout();
    layout.index(named(layout, 'linux', { architecture: 'arm64', os: 'linux' }));
    expect((await run(layout)).err).toContain('there is no image for WebAssembly (architecture wasm)');
  });
});

describe('what is not what it hashes to is refused', () => {
  const broken = (change: (layout: Layout, path: string) => void): Promise<{ code: number; err: string }> => {
    const layout = artifact(HELLO);
    change(layout, `blobs/sha256/${digestOf(HELLO).slice(7)}`);
    return run(layout);
  };

  test.each<[string, (layout: Layout, path: string) => void, RegExp]>([
    [
      'another module of the same length',
      (layout, path) => void (layout.files[path] = Uint8Array.from(HELLO, (byte, i) => (i === 30 ? byte ^ 1 : byte))),
      /blobs\/sha256\/\w+: what is in it hashes to \w{64}$/m,
    ],
    [
      'a longer one',
      (layout, path) => void (layout.files[path] = Buffer.concat([HELLO, HELLO])),
      /it has \d+ bytes, not \d+/,
    ],
    ['nothing', (layout, path) => void delete layout.files[path], /no such file/],
    [
      'a link to a file of this machine',
      (layout, path) => void (layout.files[path] = '-> /etc/passwd'),
      /no such file/,
    ],
    [
      'a digest that is a path',
      (layout) =>
        void (layout.files['index.json'] = (layout.files['index.json'] as string).replace(
          /sha256:\w+/,
          'sha256:../../../etc/passwd',
        )),
      /is no digest by sha256 or sha512/,
    ],
    [
      'another version of the layout',
      (layout) => void (layout.files['oci-layout'] = '{"imageLayoutVersion":"2.0.0"}'),
      /this version is not known/,
    ],
  ])('%s', async (_, change, why) => {
    const { code, err } = await broken(change);
    expect(code).toBe(1);
    expect(err).toMatch(why);
  });

  test('layers that are unpacked to something else', async () => {
    const layout = image([[{ path: 'a', content: HELLO }]], { Cmd: ['/a'] }, { gzip: true, diffs: [digestOf(HELLO)] });
    expect((await run(layout)).err).toMatch(/what is unpacked hashes to \w+, not to \w+/);
  });

  test('layers that are no archives, or of a type that is not known', async () => {
    const layout = (mediaType: string): Layout => {
      const made = new Layout();
      return made.index(
        made.manifest(made.add(CONFIG, { config: { Cmd: ['/a'] } }), [made.add(mediaType, Buffer.alloc(600, 1))]),
      );
    };
    expect((await run(layout(LAYER))).err).toContain('it is no tar archive: there is no header at byte 0');
    expect((await run(layout(`${LAYER}+gzip`))).err).toContain('it cannot be unpacked');
    expect((await run(layout('application/x-other'))).err).toContain(
      'layers of type "application/x-other" are not known here',
    );
  });
});

test('an archive of a layout is an image as well', async () => {
  const { files } = artifact(HELLO);
  const folder = folderWith({ 'image.tar': tar(Object.entries(files).map(([path, content]) => ({ path, content }))) });
  expect(await runCommand(['oci', 'image.tar'], { cwd: folder })).toEqual({ code: 0, out: 'hello\n', err: '' });
  expect((await runCommand(['oci', 'missing.tar'], { cwd: folder })).err).toContain('missing.tar: no such directory');
});

test('options that do not belong to it are wrong usage', async () => {
  expect(await run(artifact(HELLO), '--rootfs', '/')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--rootfs is of bundles'),
  });
});
