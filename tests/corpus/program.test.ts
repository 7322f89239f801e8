import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { difference, firstPrograms, type Manifest } from './program.ts';

test('the first programs are the marked rows of the table', () => {
  const readme =
    '# Corpus\n\n| program | first | kind |\n|---|---|---|\n| a | first | wasi |\n| b |  | wasi |\n| c | first | driver |\n';
  expect(firstPrograms(readme)).toEqual(['a', 'c']);
  expect(() => firstPrograms('no table')).toThrow(/no table/);
});

describe('a run differs from what is recorded', () => {
  let folder = '';
  let work = '';
  const manifest = {
    run: {},
    expected: { exitCode: 0, stderr: 'expected.stderr' },
    mask: ['\\d+ ms'],
    checkStderr: true,
  } as unknown as Manifest;
  const write = (stdout: string, stderr: string): void => {
    writeFileSync(join(work, 'stdout'), stdout);
    writeFileSync(join(work, 'stderr'), stderr);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'corpus-test-'));
    work = mkdtempSync(join(tmpdir(), 'corpus-test-'));
    writeFileSync(join(folder, 'expected.stdout'), 'done in 12 ms');
    writeFileSync(join(folder, 'expected.stderr'), 'bye');
  });
  afterEach(() => {
    for (const path of [folder, work]) rmSync(path, { recursive: true, force: true });
  });

  test('not where only masked text does', () => {
    write('done in 7 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toBeUndefined();
  });

  test('in its exit code, a trap being no number', () => {
    write('done in 12 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 'trap', error: 'unreachable' })).toMatch(
      /^exit code trap instead of 0; unreachable$/,
    );
  });

  test('in stdout or stderr, with the place', () => {
    write('dome in 12 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toMatch(/^stdout differs at byte 2:/);
    write('done in 12 ms', 'byebye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toMatch(/^stderr differs at byte 3:/);
    expect(difference(folder, { ...manifest, checkStderr: false }, work, { exitCode: 0 })).toBeUndefined();
  });
});
