// Runs in a process of its own: fuzzes one build with a fault, and tells on each line what it has found so far.
// Arguments: folder of the sound build, folder of the build with the fault, who judges, seed, seconds.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const [sound, faulty, against, seed, limit] = process.argv.slice(2);
const load = (folder, file) => import(pathToFileURL(join(folder, file)).href);

const { fuzzRound, jsEngine } = await load(sound, 'testing/index.js');
const { FEATURES } = await load(sound, 'syntax/features.js');
const { decodeModule } = await load(sound, 'decoder/decode.js');
const { printModule } = await load(sound, 'text/printer.js');
const { nativeFeatures, ourEngine } = await load(sound, 'cli/fuzz-engines.js');
const { ourEngine: faultyEngine } = await load(faulty, 'cli/fuzz-engines.js');

/** A fault may make a loop endless. Shrinking has as much time as searching. */
const watchdog = `setInterval(() => {
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1e6 > ${2 * Number(limit)}) process.kill(process.pid, 'SIGKILL');
}, 1000)`;
new Worker(watchdog, { eval: true }).unref();

/** Modules of one round, as `wasmi-ts fuzz` has it. */
const ROUND = 200;
const native = globalThis.WebAssembly;
const all = new Set(Object.keys(FEATURES));
const features = against === 'native' ? nativeFeatures(all, native) : all;
const other = against === 'native' ? jsEngine('native', native) : ourEngine('sound', 'fast');
const engines = [faultyEngine('faulty', 'fast'), other];

/** Processor time: others may use the machine, too. */
const start = process.cpuUsage();
const seconds = () => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
let modules = 0;
let smallest = Infinity;

function report({ bytes }, { difference }) {
  if (bytes.length >= smallest) return;
  smallest = bytes.length;
  const line = {
    seconds: seconds(),
    modules,
    bytes: smallest,
    difference,
    wat: printModule(decodeModule(bytes)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

let found = false;
for (let round = 0; !found && seconds() < Number(limit); round++) {
  const run = { seed: Number(seed) + round, runs: ROUND };
  const result = fuzzRound(engines, { features }, run, (test, verdict) => {
    modules++;
    if (verdict.difference !== undefined) report(test, verdict);
  });
  // What has to do with earlier modules cannot be made small.
  found = result.found?.repeats === true;
}
process.stdout.write(`${JSON.stringify({ done: true, modules, seconds: seconds() })}\n`);
