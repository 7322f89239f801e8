// `wasmi-ts fuzz`: runs modules by chance on our engine and on another, and saves what differs.
// The generator and the judge are those of wasmi-ts/testing; see docs/testing-your-engine.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeModule } from '../decoder/decode.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import type { Engine } from '../testing/differential.ts';
import type { FoundCase } from '../testing/fuzz.ts';
import type { JsNamespace } from '../testing/js-engine.ts';
import { printModule } from '../text/printer.ts';
import { CliError, EXIT } from './failure.ts';
import { nativeFeatures, ourEngine } from './fuzz-engines.ts';
import { FUZZ_HELP } from './help.ts';
import { type CliHost, pathOf } from './host.ts';
import { type Options, choice, count, duration, parseOptions } from './options.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

type Testing = typeof import('../testing/index.ts');

/** Modules of one round: between rounds progress is printed and the time looked at. */
const ROUND = 200;
/** Whoever has found so many has enough to do. */
const MAX_CASES = 20;
const DEFAULT_TIME = 60_000;

interface Plan {
  readonly engines: readonly [Engine, Engine];
  readonly features: FeatureSet;
  readonly seed: number;
  readonly until: number;
  readonly runs: number;
  readonly out: string;
  /** The other engine is not ours: what the specification leaves open is left out. */
  readonly foreign: boolean;
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

function planOf(options: Options, testing: Testing, host: CliHost): Plan {
  const against = choice(options, 'against', ['native', 'self'], 'native');
  const allowed = featureSet(options);
  let features = allowed;
  let other = ourEngine('ours, traced', 'traced');
  if (against === 'native') {
    const name = 'WebAssembly';
    const native = (globalThis as unknown as Record<string, unknown>)[name] as
      | (JsNamespace & { validate(bytes: Uint8Array): boolean })
      | undefined;
    if (native === undefined) throw new CliError('the host has no engine of its own; use --against self');
    features = nativeFeatures(allowed, (bytes) => native.validate(bytes));
    other = testing.jsEngine('native', native);
  }
  return {
    engines: [ourEngine('ours', 'fast'), other],
    features,
    seed: count(options, 'seed') ?? Math.floor(Math.random() * 0x7fffffff),
    until: Date.now() + (duration(options, 'time') ?? (options.has('runs') ? Infinity : DEFAULT_TIME)),
    runs: count(options, 'runs') ?? Infinity,
    out: pathOf(host, options.one('out') ?? 'fuzz-found'),
    foreign: against === 'native',
  };
}

const asJson = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

function save(plan: Plan, { seed, path, test, difference }: FoundCase, host: CliHost): void {
  mkdirSync(plan.out, { recursive: true });
  const file = join(plan.out, `seed-${seed}`);
  const { genome, calls, features } = test;
  const engines = plan.engines.map(({ name }) => name);
  writeFileSync(`${file}.wasm`, test.bytes);
  writeFileSync(`${file}.wat`, printModule(decodeModule(test.bytes)));
  const whole = { seed, path, engines, difference, calls, features: [...features], genome };
  writeFileSync(`${file}.json`, `${JSON.stringify(whole, asJson, 2)}\n`);
  const { what, a, b } = difference;
  host.stdout(
    `found ${file}.wasm (${test.bytes.length} bytes): ${what}\n  ${engines[0]}: ${a}\n  ${engines[1]}: ${b}\n`,
  );
}

function run(plan: Plan, testing: Testing, host: CliHost): Totals {
  const totals: Totals = { modules: 0, found: 0, endings: new Map(), rows: new Map() };
  const started = Date.now();
  let printed = started;
  for (let round = 0; Date.now() < plan.until && totals.modules < plan.runs && totals.found < MAX_CASES; round++) {
    const runs = Math.min(ROUND, plan.runs - totals.modules);
    const options = { features: plan.features, nondeterministic: !plan.foreign };
    const { found, runs: done } = testing.fuzzRound(
      plan.engines,
      options,
      { seed: plan.seed + round, runs },
      ({ rows }, { calls }) => {
        for (const ending of calls) totals.endings.set(ending, (totals.endings.get(ending) ?? 0) + 1);
        for (const [code, n] of rows) totals.rows.set(code, (totals.rows.get(code) ?? 0) + n);
      },
    );
    totals.modules += done;
    if (found !== undefined) {
      totals.found++;
      save(plan, found, host);
    }
    if (Date.now() - printed > 5000) {
      printed = Date.now();
      host.stderr(`${summary(totals, printed - started)}\n`);
    }
  }
  host.stdout(`${summary(totals, Date.now() - started)}\n`);
  return totals;
}

function summary({ modules, found, endings }: Totals, ms: number): string {
  const rate = Math.round((modules * 1000) / Math.max(1, ms));
  const list = [...endings].map(([name, n]) => `${name} ${n}`).join(', ');
  return `${modules} modules, ${rate} per second, ${found} differ; calls: ${list}`;
}

function printRows(totals: Totals, features: FeatureSet, host: CliHost): void {
  const rows = INSTRUCTIONS.filter(({ feature }) => features.has(feature));
  for (const { name, code } of rows) host.stdout(`${String(totals.rows.get(code) ?? 0).padStart(9)} ${name}\n`);
  host.stdout(`${rows.filter(({ code }) => !totals.rows.has(code)).length} of ${rows.length} never\n`);
}

export async function fuzzCommand(args: readonly string[], host: CliHost): Promise<number> {
  const value = { kind: 'value' } as const;
  const specs = { against: value, seed: value, time: value, runs: value, out: value, rows: { kind: 'flag' } as const };
  const options = parseOptions('fuzz', args, { ...specs, ...FEATURE_OPTIONS });
  if (options.has('help')) {
    host.stdout(FUZZ_HELP());
    return EXIT.ok;
  }
  if (options.files.length > 0) throw options.usage('fuzz takes no files');
  const testing = await loadTesting();
  const plan = planOf(options, testing, host);
  const names = plan.engines.map(({ name }) => name).join(' and ');
  host.stdout(`seed ${plan.seed}: ${names}; ${[...plan.features].join(' ')}\n`);
  const totals = run(plan, testing, host);
  if (options.has('rows')) printRows(totals, plan.features, host);
  return totals.found > 0 ? EXIT.failed : EXIT.ok;
}
