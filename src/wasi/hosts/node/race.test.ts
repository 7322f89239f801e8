import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, it } from 'vitest';
import { TestGuest } from '../../guest.suite.ts';
import { nodeDirectory } from '../node.ts';
import { OFLAGS, RIGHTS } from '../../preview1/abi.ts';
import { hasProcDescriptors } from './directory.ts';

/** How long the attack lasts, in milliseconds: WASMI_TS_RACE_MS=60000 for a long one. */
const DURATION = Number(process.env['WASMI_TS_RACE_MS'] ?? 2000);

/** Swaps a directory for a link to the outside and back, as fast as it can. */
const ATTACK = `
  const fs = require('node:fs');
  process.stdout.write('ready');
  for (;;) {
    fs.renameSync('x', 'y');
    fs.symlinkSync('../outside', 'x');
    fs.unlinkSync('x');
    fs.renameSync('y', 'x');
  }`;

it.skipIf(!hasProcDescriptors())(
  'another program that swaps a directory for a link lets nothing out or in',
  async () => {
    const base = mkdtempSync(join(tmpdir(), 'wasmi-ts-race-'));
    const [root, outside] = [join(base, 'root'), join(base, 'outside')];
    mkdirSync(join(root, 'x'), { recursive: true });
    mkdirSync(outside);
    writeFileSync(join(root, 'x/file'), 'inside');
    writeFileSync(join(outside, 'file'), 'secret');
    const attacker = spawn(execPath, ['-e', ATTACK], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => attacker.stdout.once('data', resolve));
      const guest = new TestGuest({ preopens: { '/': nodeDirectory(root) } });
      const outcomes = new Set<string>();
      for (const end = Date.now() + DURATION; Date.now() < end; ) {
        const fd = guest.open('x/file', { dirflags: 1, base: RIGHTS.fd_read });
        outcomes.add(typeof fd === 'string' ? fd : guest.read(fd));
        if (typeof fd === 'number') guest.call('fd_close', fd);
        const made = guest.open('x/new', { dirflags: 1, oflags: OFLAGS.creat, base: RIGHTS.fd_write });
        if (typeof made === 'number') guest.call('fd_close', made);
        guest.path('path_unlink_file', 'x/new');
        guest.path('path_create_directory', 'x/d');
        guest.path('path_remove_directory', 'x/d');
        guest.symlink('file', 'x/l');
        guest.path('path_unlink_file', 'x/l');
      }
      expect(outcomes.has('secret')).toBe(false);
      expect(outcomes.has('inside')).toBe(true);
      expect([...outcomes].some((one) => one === 'NOTCAPABLE' || one === 'NOENT')).toBe(true);
      expect(readdirSync(outside)).toEqual(['file']);
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('secret');
    } finally {
      attacker.kill('SIGKILL');
      await new Promise((resolve) => attacker.once('exit', resolve));
      rmSync(base, { recursive: true, force: true });
    }
  },
);
