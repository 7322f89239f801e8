// The measurements that are not a race: start-up and memory (startup.js), calls and suspension (calls.js).

/** One row: column -> value. */
export type CallRow = Readonly<Record<string, string | number>>;

/** Measures the tables that are wanted. */
export async function measureOthers(
  _dist: string,
  _quick: boolean,
  _wanted: (table: string) => boolean,
): Promise<{ startup?: CallRow[]; calls?: CallRow[] }> {
  return {};
}
