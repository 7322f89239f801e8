// Runs one script of the testsuite and judges how it went against what is expected (expectations.ts).
// A command passes, fails, or is skipped since it is known to differ. Any other skip fails, and so does an expectation that
// nothing needs any more. Nothing is printed here.
import { MalformedError } from '../src/errors.ts';
import { scriptEngine } from '../src/script/engine.ts';
import { parseScript } from '../src/script/parse.ts';
import type { Outcome } from '../src/script/outcome.ts';
import { runHot, runScript } from '../src/script/run.ts';
import type { Script } from '../src/script/script.ts';
import { DEFAULT_FEATURES, isFeature, withFeatures } from '../src/syntax/features.ts';
import type { Expectations, FeatureSwitches } from './expectations.ts';
import { fits } from './files.ts';

/** Something to tell about a command; line 0 is the file as a whole. */
export interface Finding {
  readonly line: number;
  readonly kind: string;
  readonly detail: string;
}

/** How a file went. Counts are of commands, but that each stale expectation is one more that failed. */
export interface FileReport {
  readonly file: string;
  passed: number;
  failed: number;
  skipped: number;
  milliseconds: number;
  readonly failures: Finding[];
  readonly skips: Finding[];
}

/**
 * Runs the script `file`, whose text is `source`; what runs code runs `rounds` times. Nothing is thrown but bugs of the
 * runner.
 */
export function runFile(file: string, source: string | Uint8Array, expectations: Expectations, rounds = 1): FileReport {
  const start = performance.now();
  const report: FileReport = {
    file,
    passed: 0,
    failed: 0,
    skipped: 0,
    milliseconds: 0,
    failures: [],
    skips: [],
  };
  const script = parsed(source, report);
  if (script !== undefined) {
    const switches = switchesOf(file, expectations);
    const engine = scriptEngine(withFeatures(DEFAULT_FEATURES, switches));
    const outcomes = rounds === 1 ? runScript(script, engine) : runHot(script, engine, rounds);
    new Judge(report, switches, expectations).judge(outcomes);
  }
  report.milliseconds = performance.now() - start;
  return report;
}

function parsed(source: string | Uint8Array, report: FileReport): Script | undefined {
  try {
    return parseScript(source);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    fail(report, { line: error.line ?? 0, kind: 'script', detail: error.message });
    return undefined;
  }
}

function fail(report: FileReport, finding: Finding): void {
  report.failed++;
  report.failures.push(finding);
}

/** What is switched for a file; later switches go before earlier ones. */
function switchesOf(file: string, { switches }: Expectations): FeatureSwitches {
  return Object.assign({}, ...switches.filter((one) => fits(file, one.files)).map((one) => one.features));
}

/** Compares the outcomes of a file with what is expected of it. */
class Judge {
  private readonly report: FileReport;
  private readonly switches: FeatureSwitches;
  /** Reasons by line. */
  private readonly differences: ReadonlyMap<number, string>;

  constructor(report: FileReport, switches: FeatureSwitches, { differences }: Expectations) {
    const { file } = report;
    this.report = report;
    this.switches = switches;
    this.differences = new Map(
      differences
        .filter((one) => one.file === file)
        .flatMap(({ lines, reason }) => lines.map((line) => [line, reason] as const)),
    );
  }

  judge(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.one(outcome);
    const lines = new Set(outcomes.map(({ line }) => line));
    for (const line of this.differences.keys()) {
      if (!lines.has(line)) this.stale(line, 'differs, but there is no command');
    }
  }

  private one(outcome: Outcome): void {
    const { report } = this;
    const { line, kind, result, detail, feature } = outcome;
    const difference = this.differences.get(line);
    if (result === 'passed' || this.isRefusedAsAsked(outcome)) {
      report.passed++;
      if (difference !== undefined) this.stale(line, 'differs, but the command passes');
    } else if (difference !== undefined) {
      report.skipped++;
      report.skips.push({ line, kind, detail: `${difference} (${detail})` });
    } else if (result === 'failed') fail(report, { line, kind, detail });
    else fail(report, { line, kind, detail: `unexpected skip, for ${feature ?? 'no feature'}: ${detail}` });
  }

  /** A feature that is switched off to get older rules: what needs it is refused, which those rules call invalid. */
  private isRefusedAsAsked({ kind, result, feature }: Outcome): boolean {
    if (kind !== 'assert_invalid' || result !== 'skipped' || feature === undefined) return false;
    return isFeature(feature) && this.switches[feature] === false;
  }

  private stale(line: number, what: string): void {
    fail(this.report, { line, kind: 'stale expectation', detail: what });
  }
}

/** Expectations of files that are not in the testsuite; to be asked for only where the whole suite runs. */
export function strayExpectations(names: readonly string[], expectations: Expectations): Finding[] {
  const globs = [
    ...expectations.differences.map(({ file }) => file),
    ...expectations.switches.map(({ files }) => files),
  ];
  return globs
    .filter((glob) => !names.some((name) => fits(name, glob)))
    .map((glob) => ({ line: 0, kind: 'stale expectation', detail: `no file fits ${glob}` }));
}
