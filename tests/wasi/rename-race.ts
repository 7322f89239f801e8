// A race: other processes swap a directory for a link to the outside and back, and a file for one outside, as fast as they
// can, while a guest opens, makes, renames and removes by their names. Counts what got out or in. Run by
// rename-race-run.ts for as long as one likes, and by src/wasi/hosts/node/race.test.ts in short.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { type Directory, overlay } from '../../src/wasi/index.ts';
import { TestGuest } from '../../src/wasi/guest.suite.ts';
import { nodeDirectory } from '../../src/wasi/hosts/node.ts';
import { OFLAGS, RIGHTS } from '../../src/wasi/preview1/abi.ts';

/** The ways to give a directory that are not called weak. */
export const RACE_WAYS: Readonly<Record<string, (root: string) => Directory>> = {
  'by descriptor': (root) => nodeDirectory(root),
  'read-only': (root) => nodeDirectory(root, { readOnly: true }),
  'below an overlay': (root) => overlay(nodeDirectory(root)),
};

const SWAP_DIRECTORY = `
  fs.renameSync('x', 'y'); fs.symlinkSync('../outside', 'x'); fs.unlinkSync('x'); fs.renameSync('y', 'x');`;
const SWAP_BY_RENAMES = `
  fs.renameSync('sub', 'tmp'); fs.renameSync('alt', 'sub'); fs.renameSync('sub', 'alt'); fs.renameSync('tmp', 'sub');`;
const SWAP_FILE = `
  fs.renameSync('f', 'g'); fs.symlinkSync('../outside/file', 'f'); fs.unlinkSync('f'); fs.renameSync('g', 'f');`;

function attacker(root: string, swap: string) {
  const code = `const fs = require('node:fs'); process.stdout.write('ready'); for (;;) { ${swap} }`;
  return spawn(execPath, ['-e', code], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

export interface RaceResult {
  /** Opens that were tried, and those that read what lies inside. */
  readonly opens: number;
  readonly inside: number;
  /** Opens that read what lies outside, and changes there. */
  readonly escapes: number;
  /** Opens that met a link or a name that was just gone: the race was on. */
  readonly refused: number;
}

/** Opens until a new guest is given the directory; there are three in a round. */
const OPENS_OF_A_GUEST = 3 * 50;

/** Runs the race against a directory that is given in one way, for some milliseconds. */
export async function renameRace(give: (root: string) => Directory, milliseconds: number): Promise<RaceResult> {
  const base = mkdtempSync(join(tmpdir(), 'wasmi-ts-race-'));
  const [root, outside] = [join(base, 'root'), join(base, 'outside')];
  for (const name of ['x', 'sub']) mkdirSync(join(root, name), { recursive: true });
  mkdirSync(outside);
  for (const path of ['x/file', 'sub/file', 'f']) writeFileSync(join(root, path), 'inside');
  writeFileSync(join(outside, 'file'), 'secret');
  symlinkSync('../outside', join(root, 'alt'));
  const attackers = [SWAP_DIRECTORY, SWAP_BY_RENAMES, SWAP_FILE].map((swap) => attacker(root, swap));
  try {
    await Promise.all(attackers.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
    const begin = (): TestGuest => new TestGuest({ preopens: { '/': give(root) } });
    let guest = begin();
    let [opens, inside, escapes, refused] = [0, 0, 0, 0];
    for (const end = Date.now() + milliseconds; Date.now() < end; ) {
      // An overlay keeps what it has seen, links and missing names too: only a new one looks again.
      if (opens % OPENS_OF_A_GUEST === 0) {
        guest.wasi.close();
        guest = begin();
      }
      for (const path of ['x/file', 'sub/file', 'f']) {
        opens++;
        const fd = guest.open(path, { dirflags: 1, base: RIGHTS.fd_read });
        if (typeof fd === 'string') refused++;
        else {
          const text = guest.read(fd);
          if (text === 'inside') inside++;
          else if (text === 'secret') escapes++;
          guest.call('fd_close', fd);
        }
      }
      for (const folder of ['x', 'sub']) {
        const made = guest.open(`${folder}/new`, {
          dirflags: 1,
          oflags: OFLAGS.creat | OFLAGS.trunc,
          base: RIGHTS.fd_write,
        });
        if (typeof made === 'number') {
          guest.write(made, 'new');
          guest.call('fd_close', made);
        }
        guest.path('path_unlink_file', `${folder}/new`);
        guest.path('path_create_directory', `${folder}/d`);
        guest.path('path_remove_directory', `${folder}/d`);
        guest.symlink('file', `${folder}/l`);
        guest.rename(`${folder}/l`, `${folder}/m`);
        guest.path('path_unlink_file', `${folder}/m`);
      }
    }
    guest.wasi.close();
    const names = readdirSync(outside);
    if (names.length !== 1 || readFileSync(join(outside, 'file'), 'utf8') !== 'secret') escapes++;
    return { opens, inside, escapes, refused };
  } finally {
    for (const one of attackers) one.kill('SIGKILL');
    await Promise.all(
      attackers.map(
        (one) =>
          new Promise((resolve) =>
            (one.exitCode ?? one.signalCode) === null ? one.once('exit', resolve) : resolve(0),
          ),
      ),
    );
    rmSync(base, { recursive: true, force: true });
  }
}
