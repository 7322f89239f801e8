// `wasmi-ts wast`: runs scripts of the testsuite's format and reports each assertion that fails.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
import { now, within } from '../clock.ts';
import { isError } from '../errors.ts';
import { parseScript } from '../script/parse.ts';
import { runScript } from '../script/run.ts';
import { visible } from '../syntax/visible.ts';
import { CliError, EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { duration, flag, type Options, type OptionSpecs, TIMEOUT_OPTION } from './options.ts';
import { readSource, textFailure, textOf } from './program.ts';
import { scriptEngine } from '../script/engine.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

export const WAST_OPTIONS: OptionSpecs = {
  ...FEATURE_OPTIONS,
  timeout: TIMEOUT_OPTION,
  verbose: flag('one line for each file, also where all is well', { short: 'v' }),
};

export function wast(options: Options, console: Console): number {
  const engine = scriptEngine(featureSet(options));
  const timeout = duration(options, 'timeout') ?? Number.POSITIVE_INFINITY;
  console.limit(timeout);
  try {
    return within(now() + timeout, () => runFiles(options, console, engine));
  } catch (error) {
    if (!isError(error, 'interrupted')) throw error;
    console.tell(`wasmi-ts: time-out: the scripts ran longer than ${options.one('timeout')}`);
    return EXIT.timeout;
  }
}

/** Runs all scripts; the exit code. @throws Interrupted when that should be over. */
function runFiles(options: Options, console: Console, engine: ReturnType<typeof scriptEngine>): number {
  let failures = 0;
  for (const path of options.files) {
    try {
      failures += runFile(path, console, engine, options.has('verbose'));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      console.complain(error);
      failures++;
    }
  }
  return failures === 0 ? EXIT.ok : EXIT.failed;
}

/** Runs one script and returns how many commands failed. */
function runFile(path: string, console: Console, engine: ReturnType<typeof scriptEngine>, verbose: boolean): number {
  const source = readSource(console, path);
  const text = textOf(source);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { line, kind, result, detail } of runScript(parsed(source.path, text), engine)) {
    counts[result]++;
    if (result === 'failed') console.complain(new CliError(`${source.path}:${line}: ${kind}: ${detail}`));
    else if (result === 'skipped' && verbose)
      console.print(`${visible(`${source.path}:${line}: ${kind} skipped: ${detail}`)}\n`);
  }
  if (verbose || counts.failed > 0 || counts.skipped > 0) {
    const { passed, failed, skipped } = counts;
    console.print(`${visible(source.path)}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
  return counts.failed;
}

function parsed(path: string, text: string): ReturnType<typeof parseScript> {
  try {
    return parseScript(text);
  } catch (error) {
    throw textFailure(path, text, error);
  }
}
