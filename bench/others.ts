// The measurements that are not a race: start-up and memory (startup.js), calls and suspension (calls.js). Each of those
// files is a command by itself as well.

import { dataFolder, missingData } from '../tests/data.ts';

/** One row: column -> value. */
export type CallRow = Readonly<Record<string, string | number>>;

/** What both files export: `measure`, which returns the rows of its table. */
interface Measures {
  readonly measure: (options: { dist: string; quick: boolean }) => Promise<readonly CallRow[]>;
}

async function measured(table: 'startup' | 'calls', dist: string, quick: boolean): Promise<readonly CallRow[]> {
  const { measure } = (await import(new URL(`${table}.js`, import.meta.url).href)) as Measures;
  const rows = await measure({ dist, quick });
  console.table(rows);
  return rows;
}

/** Measures the tables that are wanted. */
export async function measureOthers(
  dist: string,
  quick: boolean,
  wanted: (table: string) => boolean,
): Promise<{ startup?: readonly CallRow[]; calls?: readonly CallRow[] }> {
  const hasModules = dataFolder('corpus') !== undefined;
  if (wanted('startup') && !hasModules) console.log(missingData('corpus'));
  return {
    ...(wanted('startup') && hasModules ? { startup: await measured('startup', dist, quick) } : {}),
    ...(wanted('calls') ? { calls: await measured('calls', dist, quick) } : {}),
  };
}
