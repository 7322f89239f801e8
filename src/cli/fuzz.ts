// `wasmi-ts fuzz`: runs random modules on our engine and on another, and saves what differs.
// The generator and the judge are those of wasmi-ts/testing; see docs/testing-your-engine.md.
import { join } from 'node:path';
import { decodeModule } from '../decoder/decode.ts';
import {
  DEFAULT_FEATURES,
  FEATURES,
  type Feature,
  type FeatureSet,
  isFeature,
  withFeatures,
} from '../syntax/features.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import type { FoundCase } from '../testing/fuzz.ts';
import { f64Text } from '../syntax/number-text.ts';
import { printModule } from '../text/printer.ts';
import { CliError, EXIT } from './failure.ts';
import { enginesFor, nativeFeatures, nativeNamespace } from './fuzz-engines.ts';
import {
  type RoundPlan,
  type RoundResult,
  type Rounds,
  Stuck,
  type Testing,
  WorkerRounds,
  roundsHere,
} from './fuzz-rounds.ts';
import type { Console } from './console.ts';
import { type Options, type OptionSpecs, choice, count, duration, flag, valued } from './options.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

/** Modules of one round: between rounds progress is printed and the time looked at. */
const ROUND = 200;
/** Whoever has found so many has enough to do. */
const MAX_CASES = 20;
const DEFAULT_TIME = 60_000;
/** Milliseconds of the processor that a module may take. */
const PATIENCE = 10_000;
const PROGRESS = 5000;

export const FUZZ_OPTIONS: OptionSpecs = {
  against: valued('ENGINE', "native: the host's own (the default); self: ours again, with tracing code"),
  'validate-only': flag(`do not run them: ours and the host's validator have to accept each, and every instruction
has to occur; features are all, for the host's validator those that it has`),
  features: valued('LIST', 'exactly these and what they imply, with commas between; also all, default'),
  seed: valued('N', "the first module's seed; default: random"),
  time: valued('TIME', 'how long: 30s, 10m (default: 1m)'),
  runs: valued('N', 'how many modules; ends by whichever comes first'),
  out: valued('DIR', 'where to save what is found (default: fuzz-found)'),
  rows: flag('print how often each instruction was generated (always with --validate-only)'),
  ...FEATURE_OPTIONS,
};

interface Plan extends RoundPlan {
  readonly names: readonly [string, string];
  readonly seed: number;
  readonly until: number;
  readonly runs: number;
  readonly out: string;
}

interface Totals {
  modules: number;
  found: number;
  readonly endings: Map<string, number>;
  readonly rows: Map<number, number>;
}

async function loadTesting(): Promise<Testing> {
  try {
    return await import('../testing/index.ts');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!/fast-check/.test(message)) throw error;
    throw new CliError('fuzz needs the package fast-check, which is not installed', ['hint: npm install fast-check']);
  }
}

/** `--features`: exactly these and what they imply. Without it: the defaults, or all to validate; `-W` switches. */
function allowedFeatures(options: Options): FeatureSet {
  const list = options.one('features');
  const all = Object.fromEntries(Object.keys(FEATURES).map((name) => [name, true]));
  if (list === undefined) {
    return options.has('validate-only') && !options.has('wasm-features')
      ? withFeatures(DEFAULT_FEATURES, all)
      : featureSet(options);
  }
  if (options.has('wasm-features')) throw options.usage('--features says all; --wasm-features switches the defaults');
  let set: FeatureSet = new Set<Feature>(['core']);
  for (const name of list.split(',').filter((one) => one !== '')) {
    if (name === 'all') set = withFeatures(set, all);
    else if (name === 'default') set = new Set([...set, ...DEFAULT_FEATURES]);
    else if (isFeature(name)) set = withFeatures(set, { [name]: true });
    else throw options.usage(`--features ${name}: it is one of all, default, ${Object.keys(FEATURES).join(', ')}`);
  }
  return set;
}

function planOf(options: Options, testing: Testing, console: Console): Plan {
  const against = choice(options, 'against', ['native', 'self'], 'native');
  const validateOnly = options.has('validate-only');
  const features = allowedFeatures(options);
  const native = nativeNamespace();
  if (against === 'native' && native === undefined && !validateOnly) {
    throw new CliError('the host has no engine of its own; use --against self');
  }
  const both = native === undefined ? features : nativeFeatures(features, native);
  const [a, b] = enginesFor(against, testing.jsEngine);
  return {
    against,
    validateOnly,
    features: [...features],
    nativeFeatures: [...both],
    names: [a.name, b.name],
    seed: count(options, 'seed') ?? Math.floor(Math.random() * 0x7fffffff),
    until: Date.now() + (duration(options, 'time') ?? (options.has('runs') ? Infinity : DEFAULT_TIME)),
    runs: count(options, 'runs') ?? Infinity,
    out: console.path(options.one('out') ?? 'fuzz-found'),
  };
}

/** The host's engine cannot be interrupted: it runs in a worker, where there is a built one. */
function roundsOf(plan: Plan, testing: Testing): Rounds {
  const { against, validateOnly, features, nativeFeatures: both } = plan;
  const shared = { against, validateOnly, features, nativeFeatures: both };
  const isBuilt = import.meta.url.endsWith('.js');
  if (against !== 'native' || validateOnly || !isBuilt) return roundsHere(testing, shared);
  return new WorkerRounds(new URL('./fuzz-worker.js', import.meta.url), shared, PATIENCE);
}

/** JSON has no bigints, and of numbers neither -0 nor NaN nor infinities: they are written as text. */
const asJson = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return f64Text(...halves(value));
};

function halves(value: number): [low: number, high: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [view.getInt32(4), view.getInt32(0)];
}

/** Writes `.wasm` and `.wat`; the second module of the test beside them. */
function saveModule(console: Console, file: string, bytes: Uint8Array): void {
  console.save(`${file}.wasm`, bytes);
  console.save(`${file}.wat`, printModule(decodeModule(bytes)));
}

function save(plan: Plan, { seed, path, test, difference }: FoundCase, console: Console): void {
  console.makeFolder(plan.out);
  const file = join(plan.out, `seed-${seed}`);
  const { genome, calls, features, linked } = test;
  saveModule(console, file, test.bytes);
  if (linked !== undefined) saveModule(console, `${file}-linked`, linked);
  const whole = { seed, path, engines: plan.names, difference, calls, features: [...features], genome };
  console.save(`${file}.json`, `${JSON.stringify(whole, asJson, 2)}\n`);
  const { what, a, b } = difference;
  const size = `${test.bytes.length} bytes`;
  console.print(`found ${file}.wasm (${size}): ${what}\n  ${plan.names[0]}: ${a}\n  ${plan.names[1]}: ${b}\n`);
}

/** A module with which an engine did not come back is saved as it is: trying smaller ones would take for ever. */
function saveStuck(plan: Plan, seed: number, { bytes, message }: Stuck, console: Console): void {
  console.makeFolder(plan.out);
  const file = join(plan.out, `seed-${seed}-stuck`);
  saveModule(console, file, bytes);
  console.save(`${file}.json`, `${JSON.stringify({ seed, engines: plan.names, difference: message }, null, 2)}\n`);
  console.print(`found ${file}.wasm (${bytes.length} bytes): ${message}\n`);
}

function add(totals: Totals, { runs, endings, rows }: RoundResult): void {
  totals.modules += runs;
  for (const [ending, n] of endings) totals.endings.set(ending, (totals.endings.get(ending) ?? 0) + n);
  for (const [code, n] of rows) totals.rows.set(code, (totals.rows.get(code) ?? 0) + n);
}

async function run(plan: Plan, rounds: Rounds, console: Console): Promise<Totals> {
  const totals: Totals = { modules: 0, found: 0, endings: new Map(), rows: new Map() };
  const started = Date.now();
  let printed = started;
  const goesOn = (): boolean =>
    Date.now() < plan.until && totals.modules < plan.runs && totals.found < MAX_CASES && console.wanted;
  for (let round = 0; goesOn(); round++) {
    const seed = plan.seed + round;
    try {
      const result = await rounds.round(seed, Math.min(ROUND, plan.runs - totals.modules));
      add(totals, result);
      if (result.found !== undefined) {
        totals.found++;
        save(plan, result.found, console);
      }
    } catch (error) {
      if (!(error instanceof Stuck)) throw error;
      totals.found++;
      saveStuck(plan, seed, error, console);
    }
    if (Date.now() - printed > PROGRESS) {
      printed = Date.now();
      console.tell(summary(plan, totals, printed - started));
    }
  }
  console.print(`${summary(plan, totals, Date.now() - started)}\n`);
  return totals;
}

/** What the endings of calls are called. `exhausted`: want of stack, memory or fuel, from which nothing follows. */
const ENDINGS = new Map([['exhausted', 'no verdict']]);

function summary({ validateOnly }: Plan, { modules, found, endings }: Totals, ms: number): string {
  const rate = Math.round((modules * 1000) / Math.max(1, ms));
  const list = [...endings].map(([name, n]) => `${ENDINGS.get(name) ?? name} ${n}`).join(', ');
  if (validateOnly) return `${modules} modules, ${rate} per second, ${found} refused`;
  return `${modules} modules, ${rate} per second, ${found} differ; calls: ${list}`;
}

/** Prints how often each row occurred; returns the names of those that did not. */
function printRows(totals: Totals, features: FeatureSet, console: Console): string[] {
  const rows = INSTRUCTIONS.filter(({ feature }) => features.has(feature));
  for (const { name, code } of rows) console.print(`${String(totals.rows.get(code) ?? 0).padStart(9)} ${name}\n`);
  const missing = rows.filter(({ code }) => !totals.rows.has(code)).map(({ name }) => name);
  console.print(
    `${rows.length} instructions, ${missing.length} never${missing.length === 0 ? '' : `: ${missing.join(' ')}`}\n`,
  );
  return missing;
}

function begin(plan: Plan, console: Console): void {
  const { names, features, nativeFeatures: both, validateOnly, against, seed } = plan;
  if (!validateOnly) {
    const used = against === 'native' ? both : features;
    console.print(`seed ${seed}: ${names.join(' and ')}; ${used.join(' ')}\n`);
    return;
  }
  console.print(`seed ${seed}: ours: ${features.join(' ')}\n`);
  if (nativeNamespace() !== undefined) console.print(`ours and native: ${both.join(' ')}\n`);
}

export async function fuzz(options: Options, console: Console): Promise<number> {
  const testing = await loadTesting();
  const plan = planOf(options, testing, console);
  begin(plan, console);
  const rounds = roundsOf(plan, testing);
  try {
    const totals = await run(plan, rounds, console);
    const features = new Set(plan.against === 'native' && !plan.validateOnly ? plan.nativeFeatures : plan.features);
    const missing = options.has('rows') || plan.validateOnly ? printRows(totals, features, console) : [];
    return totals.found > 0 || (plan.validateOnly && missing.length > 0) ? EXIT.failed : EXIT.ok;
  } finally {
    await rounds.close();
  }
}
