// A process lives on where the JS stack ends while the engine works: what happens there is an error that can be caught.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot } from '../data.ts';
import { programOf } from '../programs.ts';

test('whatever the engine does at the end of the JS stack, the process is not aborted and the error can be caught', () => {
  const args = ['--stack-size=400', programOf('tests/engine/end-of-stack-child.ts')];
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  expect({ signal, status, stderr }).toEqual({ signal: null, status: 0, stderr: '' });
  const { used, report: found } = JSON.parse(stdout) as { used: string[]; report: Record<string, string[]> };
  expect(used).toEqual([]);
  const report = Object.entries(found);
  expect(report.length).toBeGreaterThan(7);
  expect(report.filter(([, other]) => other.length > 0)).toEqual([]);
}, 60_000);
