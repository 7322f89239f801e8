// The programs of `npm run sockets` on the network in this process, where their folder is there, and what holds of the tables
// without it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder, missingData } from '../data.ts';
import { failureOf, PROGRAMS } from './programs.ts';

const folder = dataFolder('sockets');

describe('the table of programs with sockets', () => {
  it('has a title for each row, and a network at least', () => {
    const titles = PROGRAMS.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(PROGRAMS.every(({ networks }) => networks.length > 0)).toBe(true);
  });
});

describe.skipIf(folder === undefined)(
  `programs with sockets (${folder === undefined ? missingData('sockets') : 'loopback'})`,
  () => {
    const rows = PROGRAMS.filter(({ networks, short }) => networks.includes('loopback') && short !== false);

    it.each(rows.map((one) => [one.title, one] as const))('%s', { timeout: 60_000 }, async (_title, program) => {
      expect(existsSync(join(folder as string, program.file))).toBe(true);
      expect((await failureOf(program, folder as string, 'loopback', 50))?.why).toBeUndefined();
    });
  },
);
