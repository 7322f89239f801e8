// A short, seeded run of the hostile values, in both loops; see hostile-values-run.ts for a long one.
import { afterEach, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { handIn } from './hostile-values.ts';

afterEach(() => useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch'));

test('hostile values overwrite nothing, and nothing comes of them but documented errors', async () => {
  const count = Number(process.env['WASMI_TS_HOSTILE_VALUES'] ?? 12_000);
  expect(await handIn(count, Number(process.env['WASMI_TS_SEED'] ?? 1))).toEqual([]);
}, 120_000);
