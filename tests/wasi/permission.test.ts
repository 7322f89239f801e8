// Directories under the permission model of Node, where /proc/self/fd may be out of reach. Runs what `npm run build` has
// built, as the permission model has to name what is read.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, platform, versions } from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../data.ts';

const built = existsSync(join(projectRoot, 'dist/wasi/hosts/node.js'));
const major = Number(versions.node.split('.')[0]);
const PERMISSION = major < 24 ? '--experimental-permission' : '--permission';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'wasmi-ts-permission-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const data = join(scratch, 'data');
mkdirSync(data);
writeFileSync(join(data, 'file'), 'content');

/** Runs code that has `directory(options)` and `tell(action)`, with permission to read the project and `allowed`. */
function run(code: string, ...allowed: string[]): { told: string; warned: string; status: number | null } {
  const script = `
    import { nodeDirectory, nodeHost, NodeWASI, directoriesHold } from '${projectRoot}/dist/wasi/hosts/node.js';
    const path = ${JSON.stringify(data)};
    const READ = { read: true, write: false, create: false, exclusive: false, truncate: false };
    const tell = (action) => { try { return action(); } catch (error) { return error.errno + ' ' + error.message; } };
    ${code}`;
  const file = join(scratch, 'script.mjs');
  writeFileSync(file, script);
  const reading = [projectRoot, data, file].map((one) => `--allow-fs-read=${one === file ? one : `${one}/`}`);
  const flags = [PERMISSION, ...reading, ...allowed];
  const { stdout, stderr, status } = spawnSync(execPath, [...flags, file], { encoding: 'utf8', cwd: projectRoot });
  return { told: stdout.trim(), warned: stderr, status };
}

const PROC = '--allow-fs-read=/proc/self/fd/';

describe.runIf(built && platform === 'linux')('a directory under the permission model', () => {
  it('that cannot be held by descriptor is refused, and it is said what to do', () => {
    const { told, warned } = run(`
      const directory = nodeDirectory(path);
      console.log(tell(() => directory.names()));
      console.log(tell(() => directory.openFile('file', READ)));
      console.log(tell(() => nodeHost({ preopens: { '/': path } })));
      try { new NodeWASI({ version: 'preview1', preopens: { '/': path } }); } catch (error) { console.log(error.code, error.message); }`);
    const lines = told.split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/--allow-fs-read=\/proc\/self\/fd\//);
    // NodeWASI has no weak way; the others name theirs.
    expect(lines.map((line) => /accept the weaker way with \{ weak: true \}/.test(line))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['ACCES', 'ACCES', 'NOTSUP', 'UVWASI_ENOTSUP']);
    expect(warned).toMatch(/nodeDirectory\(.*is refused: .*--allow-fs-read=\/proc\/self\/fd\/.*weak: true/);
  });

  it('is held by descriptor where /proc/self/fd may be read', () => {
    const { told, warned } = run(
      `console.log(nodeDirectory(path).names(), nodeDirectory(path).openFile('file', READ).read(new Uint8Array(10), 0n), directoriesHold());`,
      PROC,
    );
    expect(told).toBe("[ 'file' ] 7 true");
    expect(warned).not.toMatch(/refused/);
  });

  it('is held by path where that is asked for', () => {
    const { told } = run(`
      console.log(directoriesHold(), nodeDirectory(path, { weak: true }).names(), directoriesHold());
      console.log(nodeHost({ preopens: { '/': { path, weak: true } } }).preopens.length);`);
    expect(told).toBe("true [ 'file' ] false\n1");
  });

  it('that `weak` accepts is still held by descriptor where that can be', () => {
    expect(run('console.log(nodeDirectory(path, { weak: true }).names(), directoriesHold());', PROC).told).toBe(
      "[ 'file' ] true",
    );
  });

  it('that may not be changed refuses changes with ACCES', () => {
    const write = `
      const weak = nodeDirectory(path, { weak: true });
      const how = { ...READ, write: true, create: true };
      const name = (action) => { try { action(); return 'done'; } catch (error) { return error.errno; } };
      console.log(['new', 'file'].map((one) => name(() => weak.openFile(one, how).close())).join(' '),
        name(() => weak.createDirectory('d')), name(() => weak.removeFile('file')), name(() => weak.rename(name(() => weak.statEntry('new')) === 'done' ? 'new' : 'file', weak, 'g')));`;
    expect(run(write).told).toBe('ACCES ACCES ACCES ACCES ACCES');
    expect(run(write, PROC).told).toBe('ACCES ACCES ACCES ACCES ACCES');
    expect(run(write, PROC, `--allow-fs-write=${data}/`).told).toBe('ACCES ACCES ACCES ACCES ACCES');
    const both = ['--allow-fs-write=/proc/self/fd/', `--allow-fs-write=${data}/`];
    expect(run(write, PROC, ...both).told).toBe('done done done done done');
    writeFileSync(join(data, 'file'), 'content');
  });

  it('of the command line needs --weak-dirs, and is told so with exit code 1', () => {
    const program = join(scratch, 'data/program.wat');
    writeFileSync(
      program,
      '(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) (memory (export "memory") 1) (func (export "_start")))',
    );
    const flags = [PERMISSION, '--no-warnings', `--allow-fs-read=${projectRoot}/`, `--allow-fs-read=${data}/`];
    const cli = (...args: string[]) =>
      spawnSync(execPath, [...flags, join(projectRoot, 'bin/wasmi-ts'), ...args, program], { encoding: 'utf8' });
    const refused = cli('--dir', data);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^wasmi-ts: error: --dir .*--allow-fs-read=\/proc\/self\/fd\/.*--weak-dirs\n$/),
    ]);
    expect(cli('--weak-dirs', '--dir', data)).toMatchObject({ status: 0, stderr: '' });
  });
});
