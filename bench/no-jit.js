// Times kernels where JavaScript is not compiled: node --jitless, QuickJS (a development dependency), and Hermes if the
// path of its program is given. Both loops of the engine, and prototypes if their scripts are given (see bench/engines.js
// for what such a script is).
//   node bench/no-jit.js --kernels FOLDER [--hermes PROGRAM] [--prototype NAME=SCRIPT]... [--rounds N] [--switch] [HOST...]
// A round runs each engine once in a process of its own, one after the other; a kernel's time is the best of its calls.
// The table shows medians of the rounds, and geometric means of the kernels' ratios to the first prototype.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, lowerToES5 } from '../scripts/bundle.mjs';

/** Kernel -> argument of its export `run`, and its result: smaller than in run.ts, since these hosts are slow. */
const KERNELS = {
  fib: [24, 46368],
  crc32: [2, -24649026],
  qsort: [10000, 1296841445],
  matmul: [1, 684],
  i64mix: [30000, -939321533],
  mandel: [40, 48906],
};

/** Runs in the host, after an engine's script: `load(bytes, clock)` gives a function that calls the export `run`. */
const HARNESS = `
var now = typeof performance !== 'undefined' ? function () { return performance.now(); } : Date.now;
function bytesOf(hex) {
  var bytes = new Uint8Array(hex.length / 2);
  for (var i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}
var times = {};
Object.keys(KERNELS).forEach(function (name) {
  var run = load(bytesOf(WASM[name]), function () { return 0; });
  var best = Infinity, begin = now();
  for (var i = 0; i < 10 && (i < 2 || now() - begin < 1500); i++) {
    var start = now(), result = run(KERNELS[name][0]);
    best = Math.min(best, now() - start);
    if (result !== KERNELS[name][1]) throw new Error(name + ' gives ' + result);
  }
  times[name] = best;
});
if (WASM.coremark) {
  // The clock that makes CoreMark run ten iterations, then a hundred, of which the second run is timed.
  var answers = [0, 1000, 0, 11000], seen = [];
  load(bytesOf(WASM.coremark), function () { seen.push(now()); return answers[seen.length - 1]; })();
  times.coremark = (seen[3] - seen[2]) / 110;
}
(typeof print !== 'undefined' ? print : console.log)('TIMES ' + JSON.stringify(times));
`;

const OURS = `
function load(bytes, clock) {
  var instance = wasmiTs.instantiate(wasmiTs.compile(bytes), { env: { clock_ms: clock } });
  return function (argument) { return argument === undefined ? instance.call('run') : instance.call('run', argument); };
}
`;

const PROTOTYPE = `
function load(bytes, clock) {
  var instance = globalThis.WI.load(bytes, { 'env.clock_ms': function (_instance, slots, at) { slots[at] = clock(); } });
  return function (argument) { return instance.call('run', argument === undefined ? [] : [argument]); };
}
`;

/** Runs a script in QuickJS: the child process of that host. */
async function quickjs(path) {
  const { getQuickJS } = await import('quickjs-emscripten');
  const context = (await getQuickJS()).newContext();
  const print = context.newFunction('print', (text) => console.log(context.getString(text)));
  context.setProp(context.global, 'print', print);
  const result = context.evalCode(readFileSync(path, 'utf8'), 'bench.js');
  if (result.error) throw new Error(JSON.stringify(context.dump(result.error)));
}

/** Host -> the command for a script, and whether it needs ES5. */
function hostsOf(hermes) {
  const self = fileURLToPath(import.meta.url);
  const node = process.execPath;
  const hosts = new Map([
    ['node --jitless', { command: [node, '--jitless'], es5: false }],
    ['QuickJS', { command: [node, self, '--quickjs'], es5: false }],
  ]);
  if (hermes !== undefined) hosts.set('Hermes', { command: [hermes, '-O'], es5: true });
  return hosts;
}

/** Engine -> its script up to `load`, in ES2020 and in ES5. */
async function enginesOf(prototypes, withSwitch) {
  const engines = new Map();
  for (const text of prototypes) {
    const at = text.indexOf('=');
    const script = `(function () {${readFileSync(text.slice(at + 1), 'utf8')}})();${PROTOTYPE}`;
    engines.set(text.slice(0, at), { script, es5: script });
  }
  const options = { format: 'iife', globalName: 'wasmiTs', minify: false };
  const engine = await bundle('src/bundle.ts', options);
  const es5 = await lowerToES5(engine);
  for (const loop of withSwitch ? ['switch', 'closures'] : ['closures']) {
    const choice = `wasmiTs.useLoop('${loop}');${OURS}`;
    engines.set(loop, { script: engine + choice, es5: es5 + choice });
  }
  return engines;
}

function wasmOf(folder) {
  const names = [...Object.keys(KERNELS), 'coremark'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.wasm`)).toString('hex')]));
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function time(command, path) {
  const { stdout, stderr } = spawnSync(command[0], [...command.slice(1), path], { encoding: 'utf8', timeout: 300_000 });
  const line = stdout.split('\n').find((one) => one.startsWith('TIMES '));
  if (line === undefined) throw new Error(`${command.join(' ')} ${path}: ${stdout}${stderr}`.slice(0, 1000));
  return JSON.parse(line.slice(6));
}

/** The table of one host. `samples`: engine -> times of each round. */
function table(host, samples) {
  const names = [...Object.keys(KERNELS), 'coremark'];
  const medians = [...samples].map(([engine, rounds]) => [
    engine,
    names.map((name) => median(rounds.map((one) => one[name]))),
  ]);
  const base = medians[0][1];
  const lines = [
    `| ${host} (ms) | ${names.join(' | ')} | ratio of kernels |`,
    `|---|${names.map(() => '---:|').join('')}---:|`,
  ];
  for (const [engine, times] of medians) {
    const kernels = times.slice(0, -1);
    const ratio = Math.exp(kernels.reduce((sum, ms, i) => sum + Math.log(ms / base[i]), 0) / kernels.length);
    lines.push(`| ${engine} | ${times.map((ms) => ms.toFixed(1)).join(' | ')} | ${ratio.toFixed(2)} |`);
  }
  return `${lines.join('\n')}\n`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kernels: { type: 'string' },
      hermes: { type: 'string' },
      prototype: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      switch: { type: 'boolean', default: false },
      quickjs: { type: 'boolean', default: false },
    },
  });
  if (values.quickjs) return quickjs(positionals[0]);
  if (values.kernels === undefined) throw new Error('--kernels FOLDER is missing');
  const data = `var KERNELS = ${JSON.stringify(KERNELS)}, WASM = ${JSON.stringify(wasmOf(values.kernels))};\n`;
  const engines = await enginesOf(values.prototype, values.switch);
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-no-jit-'));
  try {
    for (const [host, { command, es5 }] of hostsOf(values.hermes && resolve(values.hermes))) {
      if (positionals.length > 0 && !positionals.includes(host)) continue;
      const samples = new Map([...engines.keys()].map((name) => [name, []]));
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [name, engine] of engines) {
          const path = join(folder, 'script.js');
          writeFileSync(path, data + (es5 ? engine.es5 : engine.script) + HARNESS);
          samples.get(name).push(time(command, path));
        }
      }
      console.log(table(host, samples));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
