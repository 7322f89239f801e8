// npx tsx tests/wasi/rename-race-run.ts [SECONDS]: the race of renames (rename-race.ts) against every way to give a
// directory that is not called weak, SECONDS (60) each. Exit code 1 when anything got out or in.
import { RACE_WAYS, renameRace } from './rename-race.ts';

const seconds = Number(process.argv[2] ?? 60);
let escapes = 0;
for (const [way, give] of Object.entries(RACE_WAYS)) {
  const result = await renameRace(give, seconds * 1000);
  escapes += result.escapes;
  const { opens, inside, refused } = result;
  console.log(
    `${way}: ${result.escapes} escapes in ${seconds} s (${opens} opens: ${inside} inside, ${refused} refused)`,
  );
}
process.exitCode = escapes === 0 ? 0 : 1;
