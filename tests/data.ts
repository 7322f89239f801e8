// Finds the test data, which comes from public projects and is never copied into this one.
// Looked at, in this order: the folder named by WASMI_TS_DATA, `../shared` beside the project, `test-data/` inside it
// (filled by `npm run test-data`). A folder that is in none of them is absent: say `missingData(name)` and skip.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The project's root, absolute. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** The data that `npm run test-data` can fetch; the others have no single public source. */
const FETCHABLE = ['testsuite', 'proposals', 'wasi-testsuite'];

/** Folders that hold test data, best first. */
function places(): string[] {
  const named = process.env['WASMI_TS_DATA'];
  return [...(named ? [named] : []), join(projectRoot, '..', 'shared'), join(projectRoot, 'test-data')];
}

/** Absolute path of the folder `name` ('testsuite', 'wasi-testsuite', 'corpus', ...), or undefined if it is nowhere. */
export function dataFolder(name: string): string | undefined {
  return dataFolders(name)[0];
}

/** All folders of that name, best first: one may hold what another lacks. */
export function dataFolders(name: string): string[] {
  return places()
    .map((place) => join(place, name))
    .filter((folder) => existsSync(folder));
}

/** The reason for a skip, to be shown to whoever runs the tests: what is missing and how to get it. */
export function missingData(name: string): string {
  const how = FETCHABLE.includes(name)
    ? 'run `npm run test-data`, or set WASMI_TS_DATA to a folder that holds it'
    : 'it has no single public source; set WASMI_TS_DATA to a folder that holds it';
  return `test data "${name}" not found: ${how}`;
}
