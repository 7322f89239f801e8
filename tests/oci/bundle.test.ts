// Bundles as containerd, cri-o and podman hand them over: config.json, and a root of files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../cli/in-process.ts';
import { ENVIRONMENT, printing, program, READING } from '../serve/modules.ts';
import { type Files, folderWith, removeFolders } from './layouts.ts';

afterAll(removeFolders);

const HEADER = 'content-type: text/plain\n\n';

const HELLO = printing({ _start: 'hello\n', other: 'other\n' });
const EXITING = program(
  '(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))',
  '(call $exit (i32.const 42))',
);

interface Config {
  ociVersion: unknown;
  process: Record<string, unknown>;
  root: unknown;
  [key: string]: unknown;
}

/** What containerd writes for `ctr run`, in short. */
const config = (change: (config: Config) => void = () => {}): string => {
  const made: Config = {
    ociVersion: '1.1.0',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['/hello.wat'],
      env: ['PATH=/usr/bin:/bin', 'A=b=c'],
      cwd: '/',
      capabilities: { bounding: ['CAP_KILL'] },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs' },
    hostname: 'test',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'size=65536k'] },
      { destination: '/dev/pts', type: 'devpts', source: 'devpts' },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro'] },
    ],
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'mount' }],
      seccomp: { defaultAction: 'SCMP_ACT_ERRNO' },
      resources: {},
    },
    annotations: { 'run.oci.handler': 'wasm', 'module.wasm.image/variant': 'compat' },
  };
  change(made);
  return JSON.stringify(made);
};

const ROOT: Files = {
  'rootfs/hello.wat': HELLO,
  'rootfs/exit.wat': EXITING,
  'rootfs/env.wat': ENVIRONMENT,
  'rootfs/read.wat': READING,
  'rootfs/bin/tool': HELLO,
  'rootfs/note.txt': 'of the root',
  'rootfs/data/': '',
};

const run = async (change: (config: Config) => void = () => {}, files: Files = {}, ...args: string[]) => {
  const folder = folderWith({ ...ROOT, 'config.json': config(change), ...files });
  const ended = await runCommand(['oci', ...args, folder], { cwd: folder });
  return { ...ended, err: ended.err.split(folder).join('BUNDLE'), folder };
};

const withArgs =
  (...args: unknown[]) =>
  (made: Config): void => {
    made.process['args'] = args;
  };

describe('a bundle', () => {
  test('is run: its output, and its exit code', async () => {
    expect(await run()).toMatchObject({ code: 0, out: 'hello\n', err: '' });
    expect(await run(withArgs('/exit.wat'))).toMatchObject({ code: 42, err: '' });
  });

  test('gives its program arguments and variables, and nothing else', async () => {
    const { out } = await run(withArgs('/env.wat', 'x y', '', '--help'));
    expect(out.slice(HEADER.length)).toBe('/env.wat\0x y\0\0--help\0\0PATH=/usr/bin:/bin\0A=b=c\0');
  });

  test.each([
    [['hello.wat'], '/'],
    [['./hello.wat'], '/'],
    [['../hello.wat'], '/data'],
    [['tool'], '/data'],
    [['/data/../../../hello.wat'], '/'],
    [['/link'], '/'],
  ])('finds its program as %j in %s', async (args, cwd) => {
    const change = (made: Config): void => {
      withArgs(...args)(made);
      made.process['cwd'] = cwd;
    };
    expect(await run(change, { 'rootfs/link': '-> /bin/../bin/tool' })).toMatchObject({ code: 0, out: 'hello\n' });
  });

  test('calls the export that stands after #, as runwasi has it', async () => {
    expect(await run(withArgs('/hello.wat#other'))).toMatchObject({ code: 0, out: 'other\n' });
    expect((await run(withArgs('/hello.wat#none'))).err).toContain('there is no exported function "none"');
  });

  test('says the current directory in PWD, where it is not the root', async () => {
    const change = (made: Config): void => {
      withArgs('/env.wat')(made);
      made.process['cwd'] = '/data';
    };
    expect((await run(change)).out).toMatch(/\0PWD=\/data\0/);
  });

  test('gives its root as /, for reading only where it says so', async () => {
    expect((await run(withArgs('/read.wat'))).out).toBe(`${HEADER}of the root0`);
    const { out, folder } = await run((made) => {
      withArgs('/read.wat')(made);
      made.root = { path: 'rootfs', readonly: true };
    });
    expect(out).toBe(`${HEADER}of the root1`);
    expect(readFileSync(join(folder, 'rootfs/note.txt'), 'utf8')).toBe('of the root');
  });

  test('bounds memory as its resources say, unless an option does', async () => {
    const grow =
      '(module (memory 1) (func (export "_start") (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable))))';
    const limited = (made: Config): void => {
      withArgs('/grow.wat')(made);
      made['linux'] = { resources: { memory: { limit: 1 << 20 } } };
    };
    const files = { 'rootfs/grow.wat': grow };
    expect((await run(withArgs('/grow.wat'), files)).code).toBe(0);
    expect((await run(limited, files)).code).toBe(134);
    expect((await run(limited, files, '--max-memory', '64MiB')).code).toBe(0);
  });
});

/** Opens /data/x for writing, creating it; exits with the error number. */
const WRITING = `(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 0) "x")
  (func (export "_start") (call $exit (call $open (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1)
    (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)))))`;

describe('a mount', () => {
  const mounted = (mount: unknown) => (made: Config) => {
    withArgs('/write.wat')(made);
    made['mounts'] = [{ destination: '/proc', type: 'proc', source: 'proc' }, mount];
  };
  const files = { 'rootfs/write.wat': WRITING, 'shared/keep': '' };

  test.each([
    ['to write in', { destination: '/data', type: 'bind', source: 'shared', options: ['rbind', 'rw'] }, 0, true],
    [
      'of type none with the option bind',
      { destination: '/data', type: 'none', source: 'shared', options: ['bind'] },
      0,
      true,
    ],
    ['for reading only', { destination: '/data', type: 'bind', source: 'shared', options: ['rbind', 'ro'] }, 69, false],
    ['in memory', { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] }, 0, false],
    [
      'in memory for reading only',
      { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['ro'] },
      69,
      false,
    ],
  ])('%s is a directory of the program', async (_, mount, code, made) => {
    const ended = await run(mounted(mount), files);
    expect({ code: ended.code, err: ended.err }).toEqual({ code, err: '' });
    expect(existsSync(join(ended.folder, 'shared/x'))).toBe(made);
    expect(existsSync(join(ended.folder, 'rootfs/data/x'))).toBe(false);
  });

  test('of a single file is left out, with a warning unless every engine mounts it', async () => {
    const source = 'shared/keep';
    const change = (destination: string) => (made: Config) => {
      made['mounts'] = [{ destination, type: 'bind', source, options: ['ro'] }];
    };
    expect((await run(change('/etc/resolv.conf'), files)).err).toBe('');
    expect((await run(change('/app.conf'), files)).err).toBe(
      'wasmi-ts: warning: config.json: mounts[0]: a single file cannot be mounted: the program has no /app.conf\n',
    );
  });

  test.each([
    [{ destination: '/data', type: 'bind', source: '../shared' }, /leads out of the bundle|no such file/],
    [{ destination: '/data', type: 'bind', source: 'out' }, 'source: "out" leads out of the bundle'],
    [{ destination: '/data', type: 'bind', source: '/nowhere/at/all' }, 'source: "/nowhere/at/all": no such file'],
    [{ destination: '/data', type: 'bind' }, 'mounts[1]: source is missing'],
    [{ destination: 'data', type: 'bind', source: 'shared' }, 'destination has to begin with /'],
    [{ destination: '//.', type: 'bind', source: 'shared' }, 'destination: / is the root'],
    [{ destination: '/data', type: 'overlay', source: 'x' }, 'the file system "overlay" cannot be mounted here'],
    [{ destination: '/data', type: 'tmpfs', options: ['size=x'] }, 'size=x is no number of bytes'],
  ])('%j is refused', async (mount, why) => {
    const { code, err } = await run(mounted(mount), { ...files, out: '-> /' });
    expect(code).toBe(1);
    expect(err).toMatch(why);
  });
});

describe('what is refused', () => {
  const outside = folderWith({ 'evil.wat': HELLO });

  test.each<[string, (made: Config) => void, Files, string]>([
    [
      'a program that a link shows outside',
      withArgs('/out'),
      { 'rootfs/out': `-> ${outside}/evil.wat` },
      'no such file',
    ],
    [
      'a program by way of a folder outside',
      withArgs('/out/evil.wat'),
      { 'rootfs/out': `-> ${outside}` },
      'no such file',
    ],
    ['a program above the root', withArgs('/../config.json'), {}, 'no such file'],
    ['links in a circle', withArgs('/a'), { 'rootfs/a': '-> b', 'rootfs/b': '-> a' }, 'too many symbolic links'],
    ['a folder as a program', withArgs('/data'), {}, 'is a directory'],
    ['a root above the bundle', (made) => (made.root = { path: '..' }), {}, 'root: path: ".." leads out of the bundle'],
    [
      'a root that a link shows outside',
      (made) => (made.root = { path: 'out' }),
      { out: `-> ${outside}` },
      'leads out of the bundle',
    ],
    [
      'an absolute root elsewhere',
      (made) => (made.root = { path: outside }),
      {},
      'leads out of the bundle; --rootfs PATH',
    ],
    ['hooks', (made) => (made['hooks'] = { prestart: [{ path: '/bin/true' }] }), {}, 'hooks: cannot be given'],
    ['a virtual machine', (made) => (made['vm'] = { kernel: { path: '/x' } }), {}, 'vm: cannot be given'],
    ['another version', (made) => (made.ociVersion = '2.0.0'), {}, 'version "2.0.0" is not known'],
    ['no process', (made) => (made['process'] = undefined as never), {}, 'config.json: process is missing'],
    ['no arguments', withArgs(), {}, 'process: args names no program'],
    ['arguments that are no texts', withArgs('/hello.wat', 1), {}, 'process: args[1]: it has to be a string'],
    ['a variable without =', (made) => (made.process['env'] = ['A']), {}, '"A" is no NAME=VALUE'],
    ['a relative directory', (made) => (made.process['cwd'] = 'x'), {}, 'cwd: it has to begin with /'],
    ['a NUL', withArgs('/hello.wat', 'a\0'), {}, 'has a NUL in it'],
  ])('%s', async (_, change, files, why) => {
    const { code, out, err } = await run(change, files);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(why);
    expect(err.split('\n')).toHaveLength(2);
  });

  test('no JSON, and a folder without either file', async () => {
    expect((await run(undefined, { 'config.json': '{"a":' })).err).toContain('BUNDLE: config.json: it is no JSON');
    const empty = folderWith({ x: '' });
    expect((await runCommand(['oci', empty], { cwd: empty })).err).toContain(
      'neither config.json (a bundle) nor oci-layout',
    );
  });

  test('but not empty hooks, and a root that the command line names', async () => {
    expect((await run((made) => (made['hooks'] = { prestart: [], poststop: null }))).code).toBe(0);
    const elsewhere = folderWith({ 'hello.wat': HELLO });
    expect((await run((made) => (made.root = { path: '/x' }), {}, '--rootfs', elsewhere)).out).toBe('hello\n');
  });
});
