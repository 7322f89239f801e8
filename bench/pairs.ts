// Pairs of times: ours, other, ours, other ... The ratio of a pair is our time divided by the other's, taken moments
// apart on the same core; the median over all pairs of several processes is what is reported, with the spread.
import type { Player, Time } from './players.ts';

/** The pairs of one piece of work with one other engine; times in milliseconds. */
export interface Series {
  readonly work: string;
  readonly engine: string;
  readonly ours: number[];
  readonly other: number[];
  /** ours / other of each pair. */
  readonly ratios: number[];
  /** First runs in fresh processes, of programs: before V8 has compiled our loop. */
  readonly cold: number[];
  readonly coldRatios: number[];
  /** Why there are no numbers: a wrong result, a trap, no end. */
  failed?: string;
}

export function newSeries(work: string, engine: string): Series {
  return { work, engine, ours: [], other: [], ratios: [], cold: [], coldRatios: [] };
}

/** How often things are timed. */
export interface Effort {
  /** Fresh processes of each engine. */
  readonly processes: number;
  /** Pairs per process. */
  readonly rounds: number;
}

/**
 * Pairs in one pair of processes. The first pair is not among the pairs: it is the cold one, which counts by itself
 * (`keepCold`) or not at all.
 */
export async function takePairs(
  ours: Player,
  other: Player,
  rounds: number,
  into: Series,
  keepCold: boolean,
): Promise<void> {
  for (let round = -1; round < rounds && into.failed === undefined; round++) {
    const a: Time = await ours.time();
    const b: Time = await other.time();
    if (typeof a === 'string') into.failed = `ours: ${a}`;
    else if (typeof b === 'string') into.failed = b;
    else if (round >= 0) {
      into.ours.push(a);
      into.other.push(b);
      into.ratios.push(a / b);
    } else if (keepCold) {
      into.cold.push(a);
      into.coldRatios.push(a / b);
    }
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which that share of the values lies, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
