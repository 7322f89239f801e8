import { expect, test, vi } from 'vitest';
import { missingData } from '../data.ts';
import { judgeMutants, originals, type Tally } from './mutants.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 1500);
const all = originals(500);
if (all.length < 500) console.warn(`skipped: ${missingData('corpus')}; ${missingData('hostile')}`);

test.skipIf(all.length < 500)('mutants of real and hostile modules end with documented errors only', () => {
  const tally: Tally = new Map();
  // Small modules, spread over all of them; `npm run mutants` takes everything.
  const small = all.filter(({ bytes }) => bytes.length < 20_000).filter((_, i) => i % 5 === 0);
  const faults = small.flatMap((one, i) => judgeMutants(one, Math.ceil(RUNS / 150), i, tally));
  expect(faults.map(({ name, mutant, what }) => `${name} ${mutant}: ${what}`)).toEqual([]);
  for (const ending of ['valid', 'MalformedError', 'InvalidError']) expect(tally.get(ending)).toBeGreaterThan(0);
});
