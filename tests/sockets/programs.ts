// All programs that `npm run sockets` runs, and how one is run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkName } from './networks.ts';
import { type SocketProgram, Trial } from './trial.ts';
import { WAGI } from './wagi.ts';
import { WASIX } from './wasix.ts';
import { WASIX_NETWORK } from './wasix-network.ts';
import { WASMEDGE } from './wasmedge.ts';

export const PROGRAMS: readonly SocketProgram[] = [...WASMEDGE, ...WAGI, ...WASIX, ...WASIX_NETWORK];

/** Files of the folder that no row is about. */
export function filesWithoutRow(folder: string): string[] {
  const known = new Set(PROGRAMS.map(({ file }) => file));
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`));
  return files.filter((file) => file.endsWith('.wasm') && !known.has(file));
}

/** Runs one program. Undefined: it has done what it has to do; otherwise what was wrong. */
export async function failureOf(
  program: SocketProgram,
  folder: string,
  network: NetworkName,
  seconds: number,
): Promise<{ readonly why: string; readonly trial: Trial } | undefined> {
  const trial = new Trial(program, readFileSync(join(folder, program.file)), network);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([program.check(trial), late]);
    return undefined;
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error), trial };
  } finally {
    clearTimeout(timer);
    await trial.stop();
  }
}
