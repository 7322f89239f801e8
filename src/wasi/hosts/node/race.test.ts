// The race of renames in short, against every way to give a directory that is not called weak; for longer see
// tests/wasi/rename-race-run.ts.
import { expect, it } from 'vitest';
import { RACE_WAYS, renameRace } from '../../../../tests/wasi/rename-race.ts';
import { directoriesHold } from './directory.ts';

/** How long each attack lasts, in milliseconds. */
const DURATION = Number(process.env['WASMI_TS_RACE_MS'] ?? 2000);

it.skipIf(!directoriesHold()).each(Object.entries(RACE_WAYS))(
  'other programs that swap directories and files for links let nothing out or in: %s',
  async (way, give) => {
    const { escapes, inside, refused } = await renameRace(give, DURATION);
    expect(escapes).toBe(0);
    expect(inside).toBeGreaterThan(0);
    // What an overlay has looked at once it does not look at again.
    if (way !== 'below an overlay') expect(refused).toBeGreaterThan(0);
  },
  DURATION + 30_000,
);
