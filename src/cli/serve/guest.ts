// One run of a module: an instance of its own, that nothing of another request has touched and that nothing keeps.
// Its output is bounded, its time, memory and fuel are, and whoever wants it to end aborts its signal.
// Not here: what its output means (src/wagi/response.ts).
import { ExitStatus, Interrupted, isError } from '../../errors.ts';
import { engine, instantiateAsync, Limits } from '../../index.ts';
import type { FuelAccount } from '../../runtime/fuel.ts';
import type { ValidModule } from '../../validator/module.ts';
import { nodeHost, nodeNetwork } from '../../wasi/hosts/node.ts';
import { fixedInput, outputTo, WASI } from '../../wasi/index.ts';
import { withSharedMemories } from '../../wasi/program.ts';
import { openMappings, type Provided, usesThreads } from '../world.ts';
import type { ServeOptions } from './options.ts';
import type { Mapping } from '../run-options.ts';

/** What is run, and what it is given. */
export interface Job {
  readonly valid: ValidModule;
  /** The export to call, which takes and returns nothing. */
  readonly entry: string;
  readonly dirs: readonly Mapping[];
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly stderr: (bytes: Uint8Array) => void;
}

/** The reason of a signal: the program printed more than it may. */
export const TOO_MUCH = 'it printed more than it may';

/** Keeps what is printed, up to a number of bytes; what is more ends the program. */
class Printed {
  readonly output = outputTo((bytes) => this.take(bytes));
  over = false;
  private readonly pieces: Uint8Array[] = [];
  private length = 0;
  private readonly most: number;
  private readonly end: AbortController;

  constructor(most: number, end: AbortController) {
    this.most = most;
    this.end = end;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.pieces);
  }

  private take(bytes: Uint8Array): void {
    this.length += bytes.length;
    this.over = this.length > this.most;
    if (!this.over) this.pieces.push(bytes);
    else this.end.abort(TOO_MUCH);
  }
}

/**
 * Runs a module to its end and returns what it printed. Throws what ended it (ExitStatus for another exit code than 0,
 * Interrupted with the signal's reason as its cause where that ended it), and CliError for a directory that is not there.
 */
export async function runGuest(job: Job, options: ServeOptions, end: AbortController): Promise<Uint8Array> {
  const printed = new Printed(options.maxOutput, end);
  const limits = new Limits(options.limits);
  const wasi = wasiOf(job, options, printed, limits);
  let interrupted = true;
  try {
    await runEntry(job, wasi, limits, {
      fuel: { left: options.fuel ?? Number.MAX_SAFE_INTEGER },
      deadline: Date.now() + options.timeout,
      signal: end.signal,
    });
    interrupted = false;
  } catch (error) {
    interrupted = isError(error, 'interrupted');
    if (!isError(error, 'exit') || error.exitCode !== 0) throw error;
  } finally {
    wasi.close(interrupted);
  }
  // It may have ended by itself before it was stopped.
  if (printed.over) throw new Interrupted('abort', TOO_MUCH, TOO_MUCH);
  return printed.bytes();
}

function wasiOf(job: Job, { weakDirs, allow }: ServeOptions, printed: Printed, limits: Limits): WASI {
  const preopens = openMappings({ dirs: job.dirs, weakDirs });
  try {
    return new WASI({
      ...nodeHost({ args: job.args, env: job.env }),
      preopens,
      ...(allow === undefined ? {} : { network: nodeNetwork(), allow }),
      stdin: fixedInput(job.body),
      stdout: printed.output,
      stderr: outputTo(job.stderr),
      limits,
    });
  } catch (error) {
    for (const [, directory] of preopens) directory.close();
    throw error;
  }
}

interface Bounds {
  readonly fuel: FuelAccount;
  readonly deadline: number;
  readonly signal: AbortSignal;
}

async function runEntry({ valid, entry }: Job, wasi: WASI, limits: Limits, bounds: Bounds): Promise<void> {
  const { module } = valid;
  if (entry === '_start' && usesThreads(module)) {
    const exitCode = await wasi.run(engine, valid, bounds);
    if (exitCode !== 0) throw new ExitStatus(exitCode);
    return;
  }
  const imports = withSharedMemories(module, wasi.importsFor(valid), undefined, limits) as Provided;
  const instance = await instantiateAsync(valid, imports, { ...bounds, limits });
  if (entry !== '_initialize' && instance.exports['_initialize'] !== undefined) {
    await instance.callAsync('_initialize', [], bounds);
  }
  await instance.callAsync(entry, [], bounds);
}
