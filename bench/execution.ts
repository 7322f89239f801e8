// Times kernels, CoreMark and programs on our engine against others, in pairs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../tests/data.ts';
import { type Effort, newSeries, type Series, takePairs } from './pairs.ts';
import { kernelPath, kernelPlayer, type Places, type Player, programPlayer } from './players.ts';
import { type Kernel, smallKernel } from './work.ts';

/** Told of each series as it is complete. */
export type Progress = (series: Series) => void;

/** Starts two players and lets them take pairs; both are stopped whatever happens. */
async function pairOnce(
  start: (engine: string) => Promise<Player>,
  rounds: number,
  into: Series,
  keepCold: boolean,
): Promise<void> {
  const ours = await start('ours');
  const other = await start(into.engine);
  try {
    await takePairs(ours, other, rounds, into, keepCold);
  } finally {
    ours.stop();
    other.stop();
  }
}

/** One kernel against one engine. */
async function oneKernel(kernel: Kernel, engine: string, places: Places, effort: Effort): Promise<Series> {
  const series = newSeries(kernel.name, engine);
  const path = kernelPath(kernel);
  if (path === undefined) return { ...series, failed: 'the corpus is not there' };
  const sized = engine === 'webassemblyjs' ? smallKernel(kernel) : kernel;
  for (let i = 0; i < effort.processes && series.failed === undefined; i++) {
    // So little work would not get V8 to compile our loop.
    const warmUp = (name: string): number | undefined =>
      sized !== kernel && name === 'ours' ? kernel.argument : undefined;
    const start = (name: string): Promise<Player> => kernelPlayer(name, sized, path, places, warmUp(name));
    await pairOnce(start, effort.rounds, series, false);
  }
  return series;
}

export async function timeKernels(
  kernels: readonly Kernel[],
  engines: readonly string[],
  places: Places,
  effort: Effort,
  progress: Progress,
): Promise<Series[]> {
  const all: Series[] = [];
  for (const kernel of kernels) {
    for (const engine of engines) {
      const series = await oneKernel(kernel, engine, places, effort);
      all.push(series);
      progress(series);
    }
  }
  return all;
}

/** The engines that can run programs of the system interface. */
const FOR_PROGRAMS = ['native', 'wasm3', 'toywasm'];

export async function timePrograms(
  programs: readonly string[],
  engines: readonly string[],
  places: Places,
  effort: Effort,
  progress: Progress,
): Promise<Series[]> {
  const corpus = dataFolder('corpus');
  const all: Series[] = [];
  for (const program of programs) {
    for (const engine of engines.filter((name) => FOR_PROGRAMS.includes(name))) {
      const series = newSeries(program, engine);
      all.push(series);
      const folder = join(corpus ?? '', program);
      if (corpus === undefined || !existsSync(folder)) series.failed = 'the corpus is not there';
      for (let i = 0; i < effort.processes && series.failed === undefined; i++) {
        await pairOnce((name) => programPlayer(name, folder, places), effort.rounds, series, true);
      }
      progress(series);
    }
  }
  return all;
}
