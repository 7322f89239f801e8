// The tests on other versions of Node: installs those of package.json, and runs on each the official testsuite in both
// loops, its float scripts hot, the WASI testsuite, and the tests of all that depends on the host. Part of .ci/run.
//   node .ci/nodes/run.mjs [--only NAME] [--job TEXT] [--nodes FOLDER]
// --only runs one version (node26), --job the jobs whose name holds a text; --nodes takes versions that are installed
// already. Two jobs run at a time. A line for each job; of one that fails, what it said. The last line counts jobs; exit
// code 1 where one failed.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

const AT_ONCE = 2;
/** No job takes a quarter of this on two cores. */
const MINUTES = 12;
/**
 * Rounds of the float scripts in one process, where V8 compiles what has run a tenth as often as usual: in these it optimises
 * all that it gets to in a hundred of its own, and more, in a third of the time.
 */
const ROUNDS = '15';
/** V8's flags for that, by the version of Node. */
const SOON = (major) => [
  '--minimum-invocations-after-ic-update=50',
  ...(major < 22 ? ['--interrupt-budget=6758'] : ['--invocation-count-for-turbofan=300', '--invocation-count-for-maglev=40']),
];

/**
 * Tests of what depends on the host: running, the interfaces to JavaScript and to the system, the judge against the host's
 * own engine. The others read, check and write bytes and text, or look at the project; `npm test` runs all on one version.
 */
const HOST_TESTS = ['src/interpreter', 'src/jsapi', 'src/script/run', 'src/wasi', 'tests/cli', 'tests/engine'];
HOST_TESTS.push('tests/jsapi', 'tests/testing/nan', 'tests/testing/traps', 'tests/trace/golden', 'tests/wasi');
/**
 * What is generated takes a third of the time, and says nothing of the host that the testsuite in both loops does not; which
 * ops are chosen for what is the same everywhere, and so is what WASIX and WasmEdge mean by their functions (tests/wasi has
 * those on real sockets).
 */
const NOT_HERE = ['tests/engine/growth.test.ts', 'tests/engine/fused-rows.test.ts', '**/*.prop.test.ts'];
NOT_HERE.push('src/wasi/wasix/**', 'src/wasi/wasmedge/**');
const EXCLUDED = NOT_HERE.flatMap((files) => ['--exclude', files]);

const tsx = ['--import', 'tsx'];
const spec = [...tsx, 'spec-tests/run.ts'];

/** What runs on each version, the longest first; `whole` is what npm test has run on the version that it runs on. */
const JOBS = [
  { name: 'host tests', args: ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...EXCLUDED, ...HOST_TESTS], whole: true },
  { name: 'WASI', args: [...tsx, 'tests/wasi/testsuite/run.ts'] },
  { name: 'float scripts hot, switch', args: [...spec, '--hot', ROUNDS], soon: true },
  { name: 'float scripts hot, closures', args: [...spec, '--hot', ROUNDS, '--loop', 'closures'], soon: true },
  { name: 'testsuite, switch', args: spec, whole: true },
  { name: 'testsuite, closures', args: [...spec, '--loop', 'closures'] },
];

/** The line of a job's output that tells most: vitest's count of tests, or the last one. */
function resultOf(output) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const lines = output.replace(/\u001b\[[0-9;]*m/g, '').trim().split('\n');
  return (lines.findLast((line) => /^ +Tests  /.test(line)) ?? lines.at(-1) ?? '').trim();
}

function runJob(node, args) {
  const path = `${join(node, 'bin')}${delimiter}${process.env.PATH}`;
  const child = spawn(join(node, 'bin', 'node'), args, {
    cwd: root,
    env: { ...process.env, PATH: path, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MINUTES * 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((done) => {
    child.on('error', (error) => done({ code: 1, output: String(error) }));
    child.on('close', (code, signal) => done({ code: code ?? signal, output }));
  });
}

/** Runs jobs from the list, one after the other, until there are none. */
async function worker(jobs, counts) {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const start = performance.now();
    const { code, output } = await runJob(job.node, job.args);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    if (code !== 0) console.log(`${output.slice(-20_000)}\n(ended with ${code})`);
    counts[code === 0 ? 'passed' : 'failed']++;
    console.log(`${job.version}, ${job.name}: ${code === 0 ? '' : 'FAILED '}${resultOf(output)} (${seconds} s)`);
  }
}

function install() {
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-nodes-'));
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(folder, file));
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm ci of the versions of Node failed');
  return folder;
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, job: { type: 'string', default: '' }, nodes: { type: 'string' } } });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(`other versions of Node: skipped, since those of package.json are for linux x64, and this is ${process.platform} ${process.arch}`);
    return;
  }
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const names = Object.keys(dependencies).filter((name) => values.only === undefined || name === values.only);
  if (names.length === 0) throw new Error(`${values.only} is not among ${Object.keys(dependencies).join(', ')}`);
  const folder = values.nodes ?? install();
  try {
    const counts = { passed: 0, failed: 0 };
    const jobs = JOBS.filter(({ name }) => name.includes(values.job)).flatMap(({ name, args, whole, soon }) =>
      names.map((key) => {
        const number = dependencies[key].split('@').at(-1);
        const version = `Node ${number}`;
        const flags = soon ? SOON(Number.parseInt(number, 10)) : [];
        return { name, args: [...flags, ...args], whole, version, node: join(folder, 'node_modules', key) };
      }),
    ).filter((job) => {
      if (!job.whole || job.version.split('.')[0] !== `Node ${process.versions.node.split('.')[0]}`) return true;
      console.log(`${job.version}, ${job.name}: all of them, by npm test`);
      return false;
    });
    const missing = jobs.find(({ node }) => !existsSync(join(node, 'bin', 'node')));
    if (missing !== undefined) throw new Error(`${missing.node} has no Node`);
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(jobs, counts)));
    console.log(`jobs on versions of Node: ${counts.passed} passed, ${counts.failed} failed`);
    if (counts.failed > 0) process.exitCode = 1;
  } finally {
    if (values.nodes === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
