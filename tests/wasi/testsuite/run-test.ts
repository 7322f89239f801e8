// Runs one test of the official WASI test suite: on our interpreter, or on the host's WebAssembly as a check of the
// system interface alone. Returns what went wrong, with the guest's stderr.
import { engine } from '../../../src/engine.ts';
import { compile, ExitStatus, Interrupted, type ValidModule } from '../../../src/index.ts';
import { nodeClock, nodeRandom } from '../../../src/wasi/hosts/node.ts';
import { BufferOutput, type Directory, fixedInput, QueueInput, WASI } from '../../../src/wasi/index.ts';
import { native } from '../../native.ts';
import { moduleOf, type SuiteTest } from './suite.ts';

export interface RunSettings {
  readonly mode: 'async' | 'sync';
  readonly native: boolean;
  /** Show the last calls of a failing test. */
  readonly strace: boolean;
  readonly seed: number | undefined;
  readonly milliseconds: number;
}

/** Lines of the trace of calls that are shown. */
const SHOWN = 40;

/** What went wrong, or undefined. */
export async function runTest(
  test: SuiteTest,
  preopens: Readonly<Record<string, Directory>>,
  env: Readonly<Record<string, string>>,
  settings: RunSettings,
): Promise<string | undefined> {
  const [stdout, stderr] = [new BufferOutput(), new BufferOutput()];
  const lines: string[] = [];
  const wasi = new WASI({
    args: [`${test.name}.wasm`, ...(test.args ?? [])],
    env,
    preopens,
    // Tests of threads read from an input that stays open and has nothing.
    stdin: test.group === 'wasi-threads' ? new QueueInput() : fixedInput(''),
    stdout,
    stderr,
    clock: nodeClock(),
    random: nodeRandom(),
    mode: settings.mode,
    strace: (line) => lines.push(line),
  });
  const code = await exitCodeOf(async () => {
    const bytes = moduleOf(test);
    if (!settings.native) return runOurs(wasi, compile(bytes), settings);
    return wasi.start(new native.Instance(new native.Module(bytes), { ...wasi.imports }));
  });
  const wrong: string[] = [];
  if (code !== (test.exit_code ?? 0)) wrong.push(`exit code ${code} instead of ${test.exit_code ?? 0}`);
  if (test.stdout !== undefined && stdout.text() !== test.stdout) {
    wrong.push(`stdout ${JSON.stringify(stdout.text())} instead of ${JSON.stringify(test.stdout)}`);
  }
  if (wrong.length === 0) return undefined;
  const trace = settings.strace ? lines.slice(-SHOWN) : [];
  return [...wrong, stderr.text()?.trim() ?? '', ...trace].filter((line) => line !== '').join('\n    ');
}

async function runOurs(wasi: WASI, module: ValidModule, { seed, milliseconds }: RunSettings): Promise<number> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), milliseconds);
  try {
    // A module without _start is only to be instantiated.
    if (!module.module.exports.some(({ name }) => name === '_start')) {
      engine.beginInstantiate(module, wasi.imports);
      wasi.close();
      return 0;
    }
    return await wasi.run(engine, module, { signal: abort.signal, scheduler: { seed } });
  } catch (error) {
    if (error instanceof Interrupted) throw new Error(`no end after ${milliseconds / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function exitCodeOf(run: () => Promise<number>): Promise<number | string> {
  try {
    return await run();
  } catch (error) {
    return error instanceof ExitStatus ? error.exitCode : String(error);
  }
}
