// Garbage that a program makes is collected while it runs, and so is what the host passed and dropped.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot } from '../data.ts';
import { programOf } from '../programs.ts';

test('a program that allocates a million objects stays under a small heap, and dropped references of the host go', () => {
  const child = programOf('tests/engine/garbage-child.ts');
  // One list holds 1,024 objects; a million at once would not fit beside the engine.
  const flags = ['--expose-gc', '--max-old-space-size=64'];
  const out = execFileSync(process.execPath, [...flags, child, '1000000'], { cwd: projectRoot, encoding: 'utf8' });
  const report = JSON.parse(out) as { heap: number; before: string; after: string };
  expect(report).toMatchObject({ before: 'gone alive', after: 'gone gone' });
  expect(report.heap).toBeLessThan(40);
}, 60_000);
