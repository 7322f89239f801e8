// What a run of the testsuite says: a table of files, what failed, and a report for programs.
// The last line, `N passed, N failed, N skipped`, is for people and for tools alike. Only text is made here.
import type { FileReport, Finding } from './suite.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function total(reports: readonly FileReport[]): Counts {
  const sum = (key: keyof Counts): number => reports.reduce((all, report) => all + report[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const COLUMNS = ['passed', 'failed', 'skipped', 'ms'] as const;

/** One line per file; the width of the names is the same in all of them. */
export function row(report: FileReport, width: number): string {
  const numbers = [report.passed, report.failed, report.skipped, Math.round(report.milliseconds)];
  const cells = numbers.map((one, i) => String(one).padStart(COLUMNS[i].length + 1));
  return `${report.file.padEnd(width)} ${cells.join(' ')}${differences(report)}`;
}

export function header(width: number): string {
  return `${'file'.padEnd(width)} ${COLUMNS.map((name) => name.padStart(name.length + 1)).join(' ')}`;
}

function differences({ skipped }: FileReport): string {
  return skipped > 0 ? `  differs from the specification (${skipped})` : '';
}

/** `file:line: kind: detail`. */
export function findingText(file: string, { line, kind, detail }: Finding): string {
  return `${file}${line === 0 ? '' : `:${line}`}: ${kind}: ${detail}`;
}

/** For programs: totals, and for each file its counts, what failed and what was skipped. */
export function jsonReport(reports: readonly FileReport[]): string {
  const files = reports.map((report) => ({ ...report, milliseconds: Math.round(report.milliseconds) }));
  return `${JSON.stringify({ total: total(reports), files }, undefined, 2)}\n`;
}
