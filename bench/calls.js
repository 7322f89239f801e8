// What a call costs: exports called from JavaScript, host functions called from wasm, suspension and resumption.
//   node bench/calls.js [--dist FOLDER] [--rounds N] [--json] [WORD...]     (rows whose name has one of the words)
// `measure` returns one row per kind of call; each is measured in fresh processes, one per round:
//   what             the kind of call
//   calls/s          median over the processes; in each, the median of ten batches after two that warm up
//   lowest, highest  of the processes
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const SCRIPT = fileURLToPath(import.meta.url);
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const SOURCE = `(module
  (import "host" "step" (func $step (param i32) (result i32)))
  (import "host" "mixed" (func $mixed (param f64 i64) (result f64)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "wide") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
  (func (export "steps") (param $left i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $step (local.get $n)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $n))
  (func (export "mixes") (param $left i32) (result f64) (local $x f64)
    (loop $again
      (local.set $x (call $mixed (local.get $x) (i64.const 5)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $x))
  (func (export "spin") (loop $again (br $again))))`;

const HOST = { step: (n) => n + 1, mixed: (x) => x + 1 };

/** Adds up `n` times by an export; the sum shows that all calls were made. */
function addUp(add, n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = add(sum, 1);
  check(sum, n);
}

function check(result, expected) {
  if (result !== expected) throw new Error(`${result} instead of ${expected}`);
}

/** An instance by a namespace with the JavaScript API. */
const exportsBy = ({ Module, Instance }, bytes) => new Instance(new Module(bytes), { host: HOST }).exports;

/** Kind of call -> calls of a batch, and what makes a function that makes `n` calls. */
const KINDS = {
  'instance.call of an export that adds two i32': [
    500_000,
    ({ ours }) => (n) => addUp((a, b) => ours.call('add', a, b), n),
  ],
  'invoke of the same': [
    500_000,
    ({ ours, engine }) => {
      const add = ours.func('add');
      return (n) => addUp((a, b) => engine.invoke(add, [a, b])[0], n);
    },
  ],
  'instance.call of an export that adds two i64': [
    200_000,
    ({ ours }) => (n) => {
      let sum = 0n;
      for (let i = 0; i < n; i++) sum = ours.call('wide', sum, 1n);
      check(sum, BigInt(n));
    },
  ],
  'JavaScript API: an export that adds two i32': [
    500_000,
    ({ namespace, bytes }) => {
      const { add } = exportsBy(namespace, bytes);
      return (n) => addUp(add, n);
    },
  ],
  'native WebAssembly: the same': [
    2_000_000,
    ({ bytes }) => {
      const { add } = exportsBy(WebAssembly, bytes);
      return (n) => addUp(add, n);
    },
  ],
  'host function i32 -> i32 called from wasm': [1_000_000, ({ ours }) => (n) => check(ours.call('steps', n), n)],
  'host function f64 i64 -> f64 called from wasm': [500_000, ({ ours }) => (n) => check(ours.call('mixes', n), n)],
  'JavaScript API: host function i32 -> i32': [
    1_000_000,
    ({ namespace, bytes }) => {
      const { steps } = exportsBy(namespace, bytes);
      return (n) => check(steps(n), n);
    },
  ],
  'native WebAssembly: host function i32 -> i32': [
    2_000_000,
    ({ bytes }) => {
      const { steps } = exportsBy(WebAssembly, bytes);
      return (n) => check(steps(n), n);
    },
  ],
  'suspend and resume: a slice of one branch': [
    100_000,
    ({ ours }) => {
      const execution = ours.begin('spin');
      execution.fuel = Number.POSITIVE_INFINITY;
      return (n) => {
        for (let i = 0; i < n; i++) check(execution.step(0), 'slice');
      };
    },
  ],
  'suspend and resume: a host function that returns a promise': [
    50_000,
    ({ waiting }) => async (n) => check(await waiting.callAsync('steps', [n]), n),
  ],
  'callAsync of an export that adds two i32': [
    50_000,
    ({ ours }) => async (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum = await ours.callAsync('add', [sum, 1]);
      check(sum, n);
    },
  ],
};

const BATCHES = 12;

/** Measures one kind in this process; calls a second. @param {string} kind @param {string} dist */
async function timeKind(kind, dist) {
  const load = (path) => import(pathToFileURL(join(dist, path)).href);
  const engine = await load('index.js');
  const { assemble } = await load('text/index.js');
  const { default: namespace } = await load('jsapi/index.js');
  const bytes = assemble(SOURCE);
  const module = engine.compile(bytes);
  const ours = engine.instantiate(module, { host: HOST });
  const waiting = engine.instantiate(module, { host: { ...HOST, step: async (n) => n + 1 } });
  const [calls, make] = KINDS[kind];
  const run = make({ engine, namespace, bytes, ours, waiting });
  const rates = [];
  for (let i = 0; i < BATCHES; i++) {
    const begin = performance.now();
    await run(calls);
    if (i >= 2) rates.push((calls * 1000) / (performance.now() - begin));
  }
  return median(rates);
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/**
 * Measures the table. `quick` measures in one process each instead of five.
 * @param {{ dist: string, quick?: boolean, rounds?: number, words?: readonly string[] }} options
 * @returns {Promise<Record<string, string | number>[]>}
 */
export async function measure({ dist, quick = false, rounds = quick ? 1 : 5, words = [] }) {
  const kinds = Object.keys(KINDS).filter((kind) => words.length === 0 || words.some((word) => kind.includes(word)));
  return kinds.map((kind) => {
    const rates = Array.from({ length: rounds }, () => {
      const args = [SCRIPT, '--child', kind, '--dist', resolve(dist)];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${kind}: ${stderr}`);
      return Math.round(Number(stdout));
    });
    return { what: kind, 'calls/s': median(rates), lowest: Math.min(...rates), highest: Math.max(...rates) };
  });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      child: { type: 'string' },
      dist: { type: 'string', default: join(ROOT, 'dist') },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.child !== undefined) {
    console.log(await timeKind(values.child, values.dist));
    return;
  }
  const rows = await measure({ dist: values.dist, rounds: Number(values.rounds), words: positionals });
  if (values.json) console.log(JSON.stringify(rows));
  else console.table(rows);
}

if (process.argv[1] === SCRIPT) await main();
