// Results as lines for the terminal and as tables for documents.
import type { CallRow } from './others.ts';
import type { Machine } from './machine.ts';
import { type Effort, geometricMean, median, quantile, type Series } from './pairs.ts';
import { COREMARK_ITERATIONS } from './fixed-clock.ts';
import { COREMARK, kernel } from './work.ts';

export interface Report {
  /** What was typed. */
  readonly command: string;
  readonly machine: Machine;
  readonly effort: Effort;
  readonly kernels: readonly Series[];
  readonly programs: readonly Series[];
  readonly startup?: readonly CallRow[];
  readonly calls?: readonly CallRow[];
}

/** A ratio: 1.42; far below one as a fraction: 1/800. */
export function showRatio(ratio: number): string {
  if (ratio >= 0.095) return ratio < 99.5 ? ratio.toFixed(2) : ratio.toFixed(0);
  const times = 1 / ratio;
  return `1/${times < 100 ? times.toFixed(0) : Number(times.toPrecision(2))}`;
}

/** Median and middle half of ratios. */
function showSpread(ratios: readonly number[]): string {
  return `${showRatio(median(ratios))} (${showRatio(quantile(ratios, 0.25))} to ${showRatio(quantile(ratios, 0.75))})`;
}

function showMs(ms: number): string {
  return ms < 10 ? ms.toFixed(2) : ms < 1000 ? ms.toFixed(1) : ms.toFixed(0);
}

/** CoreMark's iterations per second. */
function score(ms: number): string {
  return ((COREMARK_ITERATIONS * 1000) / ms).toFixed(0);
}

/** One series as a line. */
export function textLine(series: Series): string {
  const label = `${series.work.padEnd(22)} ours / ${series.engine}`.padEnd(44);
  if (series.failed !== undefined) return `${label} ${series.failed}`;
  const [ours, other] = [median(series.ours), median(series.other)];
  const scores = series.work === COREMARK.name ? `; score ${score(ours)} / ${score(other)}` : '';
  const cold = series.coldRatios.length > 0 ? `; cold ${showRatio(median(series.coldRatios))}` : '';
  const times = `${showMs(ours).padStart(8)} / ${showMs(other).padStart(8)} ms`;
  return `${label} ${times}  ratio ${showSpread(series.ratios)}${scores}${cold}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** Ratios of one engine over all work that it does rightly, as a mean; CoreMark stands by itself. */
export function meanRatio(all: readonly Series[], engine: string, pick: 'ratios' | 'coldRatios' = 'ratios'): number {
  const good = all.filter((one) => one.engine === engine && one[pick].length > 0 && one.work !== COREMARK.name);
  return geometricMean(good.map((one) => median(one[pick])));
}

/** Our times, and our time divided by each engine's. */
export function ratioTable(all: readonly Series[]): string {
  const engines = unique(all.map((one) => one.engine));
  const rows = unique(all.map((one) => one.work)).map((work) => {
    const mine = all.filter((one) => one.work === work);
    // webassemblyjs is given less work, so its pairs do not say how long the kernel takes.
    const times = mine.filter((one) => one.engine !== 'webassemblyjs').flatMap((one) => one.ours);
    const about = kernel(work)?.about;
    const cells = engines.map((engine) => {
      const one = mine.find((series) => series.engine === engine);
      return one === undefined ? '' : one.failed === undefined ? showSpread(one.ratios) : shortReason(one.failed);
    });
    return [
      about === undefined ? work : `${work}: ${about}`,
      times.length === 0 ? '' : showMs(median(times)),
      ...cells,
    ];
  });
  const means = engines.map((engine) => showRatio(meanRatio(all, engine)));
  return table(['', 'ours, ms', ...engines], [...rows, ['geometric mean without CoreMark', '', ...means]]);
}

/** Why there is no figure, in a word or two. */
function shortReason(failed: string): string {
  if (/^wrong/.test(failed)) return 'wrong result';
  if (/no end/.test(failed)) return 'does not end';
  if (/^ours/.test(failed)) return failed;
  return 'does not run';
}

/** First runs in fresh processes. */
export function coldTable(all: readonly Series[]): string {
  const engines = unique(all.map((one) => one.engine));
  const rows = unique(all.map((one) => one.work)).map((work) => {
    const mine = all.filter((one) => one.work === work && one.cold.length > 0);
    const cell = (engine: string): string => {
      const one = mine.find((series) => series.engine === engine);
      return one === undefined ? '' : showRatio(median(one.coldRatios));
    };
    return [work, mine.length === 0 ? '' : showMs(median(mine.flatMap((one) => one.cold))), ...engines.map(cell)];
  });
  const means = engines.map((engine) => showRatio(meanRatio(all, engine, 'coldRatios')));
  return table(['', 'ours, ms', ...engines], [...rows, ['geometric mean', '', ...means]]);
}

/** CoreMark's scores. */
export function coreMarkTable(all: readonly Series[]): string {
  const rows = all
    .filter((one) => one.work === COREMARK.name && one.failed === undefined)
    .map((one) => {
      const share = median(one.ratios.map((ratio) => 1 / ratio));
      return [one.engine, score(median(one.ours)), score(median(one.other)), showRatio(share)];
    });
  return table(['', 'our score', 'its score', 'ours / its'], rows);
}

/** Where wasm3 is faster than we are, worst first. */
export function losses(report: Report): string {
  const lost = [...report.kernels, ...report.programs]
    .filter((one) => one.engine === 'wasm3' && one.failed === undefined)
    .map((one) => ({ work: one.work, ratio: median(one.ratios) }))
    .filter((one) => one.ratio > 1)
    .sort((a, b) => b.ratio - a.ratio);
  if (lost.length === 0) return 'None of these.';
  return lost.map((one) => `- ${one.work}: wasm3 takes 1/${one.ratio.toFixed(2)} of our time`).join('\n');
}

/** Work that an engine did not do, with what it said. */
export function failures(report: Report): string {
  const failed = [...report.kernels, ...report.programs].filter((one) => one.failed !== undefined);
  return failed.map((one) => `- ${one.engine}, ${one.work}: ${one.failed?.split('\n')[0].slice(0, 160)}`).join('\n');
}

/** Three digits, or whole. */
function showNumber(value: number): string {
  return (value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))).toLocaleString('en');
}

/** Rows of start-up or calls, with the columns that the rows have. */
export function rowTable(rows: readonly CallRow[]): string {
  const heads = unique(rows.flatMap((row) => Object.keys(row)));
  const cell = (value: string | number | undefined): string =>
    value === undefined ? '' : typeof value === 'string' ? value : showNumber(value);
  return table(
    heads,
    rows.map((row) => heads.map((head) => cell(row[head]))),
  );
}
