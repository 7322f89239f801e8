// Files that do not end, or never begin: devices, pipes. What is no module is known by its first bytes; what looks like one
// and goes on is read up to a limit; and the time of a command holds while it reads.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CliError } from '../../src/cli/failure.ts';
import { Console } from '../../src/cli/console.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { readSource } from '../../src/cli/program.ts';
import { projectRoot } from '../data.ts';

const BIN = join(projectRoot, 'bin/wasmi-ts');

/** Runs the command line: its exit code and what it said. */
function run(args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece) => (said += piece));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

describe.skipIf(process.platform === 'win32')('endless files', () => {
  test.each(['validate', 'objdump', 'wat', 'parse', 'wast'])(
    '%s read /dev/zero until the memory was full, although four bytes tell that it is no module',
    async (command) => {
      const { code, said } = await run([command, '/dev/zero']);
      expect(said).toContain('magic header not detected');
      expect(code).toBe(1);
    },
    60_000,
  );

  test('the time that --timeout gives did not count while a module was read: a pipe to which nobody writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-'));
    try {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const { code, said } = await run(['run', '--timeout', '200ms', join(folder, 'pipe')]);
      expect(said).toContain('time-out');
      expect(code).toBe(124);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

test('what begins like a module and does not end is read up to a limit', () => {
  let read = 0;
  const first = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const host = {
    env: {},
    cwd: '/',
    stdout: () => {},
    stderr: () => {},
    readStdin: (look) => {
      for (;;) look(first, (read += 1 << 20));
    },
  } satisfies CliHost;
  expect(() => readSource(new Console(host), '-')).toThrow(CliError);
  expect(read).toBe((256 << 20) + (1 << 20));
});
