// Start-up and memory: from the bytes of a module to its first call of the host, each module in fresh processes.
//   node bench/startup.js [--dist FOLDER] [--corpus FOLDER] [--rounds N] [--json] [PROGRAM...]
// `measure` returns one row per program of the corpus; times are medians of the rounds, in milliseconds:
//   module, MB       program, and the size of its module in 10^6 bytes
//   functions        that it defines
//   code MB          bytes of their bodies
//   decode, validate, instantiate   the three steps; imports are functions that throw
//   to first call    from the call of an export to the first call of an import, or to the end; code is lowered on the
//                    way, so that the first instruction of the guest comes before
//   total            all of these
//   code MB/s        code MB / (decode + validate)
//   peak MB, times size   highest resident memory of the process above that of an empty one, the bytes themselves
//                    included; the same in sizes of the module
//   native ms        Node's own new Module and new Instance, which compiles with its quick compiler
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const SCRIPT = fileURLToPath(import.meta.url);
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Programs of the corpus, by the size of their modules: 10 kB to 58 MB. */
const PROGRAMS = [
  'sg-shootout-fib2',
  'rn-cat',
  'sg-bz2',
  'ch-javy-demo',
  'ch-go-main',
  'rn-sqlite-shell',
  'rn-ruby32',
  'npm-python312',
  'npm-pandoc-haskell',
];

/** @param {string} dist @param {string} file */
async function timeOurs(dist, file) {
  const engine = await import(pathToFileURL(join(dist, 'index.js')).href);
  const features = engine.withFeatures(engine.DEFAULT_FEATURES, { 'legacy-exceptions': true });
  const bytes = new Uint8Array(readFileSync(file));
  const times = [performance.now()];
  const module = engine.decodeModule(bytes);
  times.push(performance.now());
  const valid = engine.validateModule(module, { features });
  times.push(performance.now());
  let reached = 0;
  const stop = () => {
    reached = performance.now();
    throw new Error('reached');
  };
  const instance = engine.instantiate(valid, stubs(module.imports, stop));
  times.push(performance.now());
  callSomething((name) => instance.exports[name]?.kind === 'func' && (() => instance.call(name)), instance.exports);
  times.push(reached === 0 ? performance.now() : reached);
  let code = 0;
  const { start, end } = module.funcs;
  for (let i = 0; i < start.length; i++) code += end[i] - start[i];
  return { times, size: bytes.length, code, functions: start.length };
}

/** @param {string} file */
function timeNative(file) {
  const bytes = readFileSync(file);
  const begin = performance.now();
  const module = new WebAssembly.Module(bytes);
  new WebAssembly.Instance(module, stubs(WebAssembly.Module.imports(module), () => 0));
  return { times: [begin, performance.now()] };
}

/** @param {readonly { module: string, name: string }[]} imports @param {() => unknown} value */
function stubs(imports, value) {
  /** @type {Record<string, Record<string, () => unknown>>} */
  const all = {};
  for (const { module, name } of imports) (all[module] ??= {})[name] = value;
  return all;
}

/** Calls `_start`, or the first exported function without parameters that can be called. */
function callSomething(callable, exports) {
  for (const name of ['_start', '_initialize', ...Object.keys(exports)]) {
    const call = callable(name);
    if (!call) continue;
    try {
      call();
      return;
    } catch (error) {
      if (error instanceof TypeError) continue; // It takes arguments.
      return;
    }
  }
}

/** Runs this script once more for one measurement. @returns {any} undefined where it failed */
function child(...args) {
  const { stdout, status } = spawnSync(process.execPath, [SCRIPT, '--child', ...args], { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** @param {string | undefined} given */
function corpusFolder(given) {
  const data = process.env.WASMI_TS_DATA;
  const places = [join(ROOT, '../shared/corpus'), join(ROOT, 'test-data/corpus')];
  if (data) places.unshift(join(data, 'corpus'));
  const found = (given === undefined ? places : [given]).find((place) => existsSync(place));
  if (found === undefined) throw new Error('no corpus of programs: set WASMI_TS_DATA to a folder that holds `corpus`');
  return found;
}

/** A program's module as a file of its own. */
function unpack(corpus, program, folder) {
  const { wasm } = JSON.parse(readFileSync(join(corpus, program, 'manifest.json'), 'utf8'));
  const path = join(corpus, program, wasm);
  if (existsSync(path)) return path;
  const unpacked = join(folder, `${program}.wasm`);
  writeFileSync(unpacked, gunzipSync(readFileSync(`${path}.gz`)));
  return unpacked;
}

function row(program, file, dist, rounds, emptyKB) {
  const runs = Array.from({ length: rounds }, () => child('ours', dist, file));
  if (runs.includes(undefined)) return { module: program, total: 'failed' };
  const natives = Array.from({ length: Math.min(rounds, 3) }, () => child('native', dist, file));
  const step = (i) => median(runs.map(({ times }) => times[i + 1] - times[i]));
  const { size, code, functions } = runs[0];
  const peak = (median(runs.map(({ maxRSS }) => maxRSS)) - emptyKB) * 1024;
  const native = natives.includes(undefined) ? 'refused' : median(natives.map(({ times }) => times[1] - times[0]));
  return {
    module: program,
    MB: size / 1e6,
    functions,
    'code MB': code / 1e6,
    decode: step(0),
    validate: step(1),
    instantiate: step(2),
    'to first call': step(3),
    total: median(runs.map(({ times }) => times[4] - times[0])),
    'code MB/s': median(runs.map(({ times }) => code / 1000 / (times[2] - times[0]))),
    'peak MB': peak / 1e6,
    'times size': peak / size,
    'native ms': native,
  };
}

/**
 * Measures the table. `quick` measures once instead of five times.
 * @param {{ dist: string, quick?: boolean, rounds?: number, corpus?: string, programs?: readonly string[] }} options
 * @returns {Promise<Record<string, string | number>[]>}
 */
export async function measure({ dist, quick = false, rounds = quick ? 1 : 5, corpus, programs = PROGRAMS }) {
  const from = corpusFolder(corpus);
  const folder = mkdtempSync(join(tmpdir(), 'startup-'));
  try {
    const empty = median([1, 2, 3].map(() => child('empty').maxRSS));
    return programs.map((program) => row(program, unpack(from, program, folder), resolve(dist), rounds, empty));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      child: { type: 'boolean', default: false },
      dist: { type: 'string', default: join(ROOT, 'dist') },
      corpus: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.child) {
    const [what, dist, file] = positionals;
    const result = what === 'ours' ? await timeOurs(dist, file) : what === 'native' ? timeNative(file) : {};
    console.log(JSON.stringify({ ...result, maxRSS: process.resourceUsage().maxRSS }));
    return;
  }
  const programs = positionals.length > 0 ? positionals : PROGRAMS;
  const rows = await measure({ dist: values.dist, rounds: Number(values.rounds), corpus: values.corpus, programs });
  if (values.json) console.log(JSON.stringify(rows));
  else console.table(rows.map(rounded));
}

/** Three digits, for a table. */
function rounded(row) {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toPrecision(value < 1000 ? 3 : 6)) : value,
  ]);
  return Object.fromEntries(entries);
}

if (process.argv[1] === SCRIPT) await main();
