// The hand-over, as a container engine does it: an image is made, unpacked into a bundle, and handed to the runtime by the
// calls that containerd's shim makes (create, start, state, kill, delete), each a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';
import { ensureBuilt } from '../docs/package.ts';
import { ECHO, FOREVER } from '../serve/modules.ts';
import { folderWith, Layout, removeFolders, tar } from './layouts.ts';

beforeAll(ensureBuilt, 300_000);

/** An image layout with one layer of files. */
function layoutWith(program: string): Layout['files'] {
  const layout = new Layout();
  const layer = tar([{ path: 'program.wasm', content: assemble(program) }]);
  const config = { architecture: 'wasm', os: 'wasip1', config: { Entrypoint: ['/program.wasm'] } };
  layout.index(
    layout.manifest(layout.add('application/vnd.oci.image.config.v1+json', config), [
      layout.add('application/vnd.oci.image.layer.v1.tar', layer),
    ]),
  );
  return layout.files;
}

/** What an engine makes of it: the root unpacked, and config.json. */
function bundleOf(program: string): string {
  const config = {
    ociVersion: '1.1.0',
    process: { terminal: false, user: { uid: 0, gid: 0 }, args: ['/program.wasm'], env: ['PATH=/bin'], cwd: '/' },
    root: { path: 'rootfs', readonly: true },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { namespaces: [{ type: 'pid' }], cgroupsPath: '/x' },
    annotations: { 'io.kubernetes.cri.container-type': 'container' },
  };
  return folderWith({ 'rootfs/program.wasm': assemble(program), 'config.json': JSON.stringify(config) });
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const env = { ...process.env, WASMI_TS: join(projectRoot, 'bin', 'wasmi-ts') };

function ended(child: ChildProcess): Promise<Ended> {
  const text = { out: '', err: '' };
  child.stdout?.on('data', (data) => (text.out += data));
  child.stderr?.on('data', (data) => (text.err += data));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text })));
}

const runtime = join(projectRoot, 'examples', 'containers', 'runtime.mjs');

// After those of the tests below, which are asked for by their folder.
afterAll(removeFolders);

describe.skipIf(platform() !== 'linux')('a runtime for container engines', () => {
  const root = folderWith({});
  const call = (...args: string[]): Promise<Ended> =>
    ended(spawn(execPath, [runtime, '--root', root, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }));

  /** As the shim does it: the streams of the container are files and pipes that it opened. */
  async function create(
    id: string,
    bundle: string,
    input = '',
  ): Promise<{ readonly ended: Ended; readonly out: () => string }> {
    writeFileSync(join(bundle, 'in'), input);
    const [stdin, stdout, stderr] = [
      openSync(join(bundle, 'in'), 'r'),
      openSync(join(bundle, 'out'), 'w'),
      openSync(join(bundle, 'err'), 'w'),
    ];
    const args = ['--root', root, '--log', join(bundle, 'log.json'), '--log-format', 'json', '--systemd-cgroup'];
    const child = spawn(
      execPath,
      [runtime, ...args, 'create', '--bundle', bundle, '--pid-file', join(bundle, 'pid'), id],
      { env, stdio: [stdin, stdout, stderr] },
    );
    const result = await ended(child);
    for (const fd of [stdin, stdout, stderr]) closeSync(fd);
    return { ended: result, out: () => readFileSync(join(bundle, 'out'), 'utf8') };
  }

  // Nothing runs on, whatever failed.
  afterAll(async () => {
    for (const id of ['one', 'two', 'three', 'four']) await call('delete', '--force', id);
  });

  const status = async (id: string): Promise<string> => JSON.parse((await call('state', id)).out).status;

  async function until(id: string, wanted: string): Promise<void> {
    for (let i = 0; i < 300 && (await status(id)) !== wanted; i++) await sleep(20);
    expect(await status(id)).toBe(wanted);
  }

  test('creates a container, starts it, and takes it away', async () => {
    const bundle = bundleOf(ECHO);
    const { ended: created, out } = await create('one', bundle, 'status: 200\n\nfrom the container\n');
    expect(created.code).toBe(0);
    expect(Number(readFileSync(join(bundle, 'pid'), 'utf8'))).toBeGreaterThan(1);
    expect(JSON.parse((await call('state', 'one')).out)).toMatchObject({
      ociVersion: '1.1.0',
      id: 'one',
      bundle,
      status: 'created',
      annotations: { 'io.kubernetes.cri.container-type': 'container' },
    });
    expect(out()).toBe('');
    expect((await call('start', 'one')).code).toBe(0);
    await until('one', 'stopped');
    expect(out()).toBe('status: 200\n\nfrom the container\n');
    expect((await call('delete', 'one')).code).toBe(0);
    expect((await call('state', 'one')).code).toBe(1);
    expect(existsSync(join(root, 'one'))).toBe(false);
  }, 60_000);

  test('ends one by a signal, and forces away what runs', async () => {
    const bundle = bundleOf(FOREVER);
    for (const [id, way] of [
      ['two', 'kill'],
      ['three', 'delete'],
    ] as const) {
      await create(id, bundle);
      await call('start', id);
      await until(id, 'running');
      expect((await call('delete', id)).err).toContain('has not ended');
      if (way === 'kill') {
        expect((await call('kill', '--all', id, '9')).code).toBe(0);
        await until(id, 'stopped');
        expect((await call('kill', id, 'KILL')).code).toBe(1);
      }
      expect((await call('delete', '--force', id)).code).toBe(0);
    }
  }, 60_000);

  test('runs one in front, with its streams and its exit code', async () => {
    const bundle = bundleOf(
      '(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 7))))',
    );
    expect(await call('run', '--bundle', bundle, 'four')).toEqual({ code: 7, out: '', err: '' });
    expect((await call('delete', '--force', 'four')).code).toBe(0);
  }, 60_000);

  test('hands on what is no module to another runtime, if there is one', async () => {
    const folder = folderWith({ other: '#!/bin/sh\necho "$*"\nexit 5\n' });
    chmodSync(join(folder, 'other'), 0o755);
    const pause = folderWith({ 'config.json': '{"process":{"args":["/pause"]}}' });
    const others = { ...env, WASMI_TS_OTHERS: join(folder, 'other') };
    const ask = (...args: string[]) => ended(spawn(execPath, [runtime, '--root', root, ...args], { env: others }));
    const create = ['create', '--bundle', pause, '--pid-file', '/x', 'pod'];
    expect(await ask(...create)).toEqual({ code: 5, out: `--root ${root} ${create.join(' ')}\n`, err: '' });
    expect((await ask('state', 'pod')).out).toBe(`--root ${root} state pod\n`);
    const bundle = bundleOf('(module (memory (export "memory") 1) (func (export "_start")))');
    expect(await ask('run', '--bundle', bundle, 'ours')).toEqual({ code: 0, out: '', err: '' });
  }, 60_000);

  test.each([
    [['start', 'none'], 'container none does not exist'],
    [['create', '--bundle', '/nowhere', 'five'], 'no such file'],
    [['create', '--bundle', root, '../five'], 'is not valid'],
    [['create', '--console-socket', '/x', 'five'], 'there is no terminal'],
    [['pause', 'one'], 'there is no command pause'],
  ])('%j is refused, and the log says why', async (args, why) => {
    const log = join(root, 'log.json');
    const { code, err } = await call('--log', log, '--log-format', 'json', ...args);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(why) });
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines[lines.length - 1])).toMatchObject({ level: 'error', msg: expect.stringContaining(why) });
  });
});

test('an image layout is handed to the command line itself, with the streams of a process', async () => {
  const folder = folderWith(layoutWith(ECHO));
  const child = spawn(execPath, [env.WASMI_TS, 'oci', folder], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end('a line\n');
  expect(await ended(child)).toEqual({ code: 0, out: 'a line\n', err: '' });
}, 60_000);
