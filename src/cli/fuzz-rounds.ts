// The rounds of `wasmi-ts fuzz`: a round makes and judges some hundred modules. It runs here, or in a worker that is
// given up when a module keeps it too long (fuzz-worker.ts), since nothing can interrupt the host's own engine.
import { Worker } from 'node:worker_threads';
import { compile } from '../index.ts';
import type { Feature } from '../syntax/features.ts';
import type { FoundCase } from '../testing/fuzz.ts';
import type { TestModule } from '../testing/assemble.ts';
import { type Against, enginesFor, nativeNamespace } from './fuzz-engines.ts';

export type Testing = typeof import('../testing/index.ts');

/** What all rounds have in common: plain data, to be sent to a worker. */
export interface RoundPlan {
  readonly against: Against;
  /** Judge by validation only. */
  readonly validateOnly: boolean;
  readonly features: readonly Feature[];
  /** Those of them that the host's engine has. */
  readonly nativeFeatures: readonly Feature[];
}

/** What came out of a round, and how often what occurred. */
export interface RoundResult {
  readonly runs: number;
  readonly found: FoundCase | undefined;
  readonly endings: ReadonlyMap<string, number>;
  readonly rows: ReadonlyMap<number, number>;
}

/** Runs rounds. `round` rejects with Stuck where a module took too long. */
export interface Rounds {
  round(seed: number, runs: number): Promise<RoundResult>;
  close(): Promise<void>;
}

/** A module with which an engine did not come back. */
export class Stuck extends Error {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super('an engine did not come back in time');
    this.bytes = bytes;
  }
}

function add<K>(map: Map<K, number>, key: K, n: number): void {
  map.set(key, (map.get(key) ?? 0) + n);
}

/** Runs a round in this thread. `begin` is called with each module before an engine sees it. */
export function runRound(
  testing: Testing,
  plan: RoundPlan,
  { seed, runs }: { readonly seed: number; readonly runs: number },
  begin: (bytes: Uint8Array) => void = () => {},
): RoundResult {
  const endings = new Map<string, number>();
  const rows = new Map<number, number>();
  const count = (test: TestModule): void => {
    for (const [code, n] of test.rows) add(rows, code, n);
  };
  if (plan.validateOnly) return { ...validateRound(testing, plan, { seed, runs }, count), endings, rows };
  const isNative = plan.against === 'native';
  const options = { features: new Set(isNative ? plan.nativeFeatures : plan.features), nondeterministic: !isNative };
  const [first, second] = enginesFor(plan.against, testing.jsEngine);
  const watched = {
    ...first,
    instantiate: (...[test, host]: Parameters<typeof first.instantiate>) => {
      begin(test.bytes);
      return first.instantiate(test, host);
    },
  };
  const result = testing.fuzzRound([watched, second], options, { seed, runs }, (test, { calls }) => {
    for (const ending of calls) add(endings, ending, 1);
    count(test);
  });
  return { ...result, endings, rows };
}

/** Each genome becomes two modules: one of all features for our validator, one of the host's features for both. */
function validateRound(
  testing: Testing,
  plan: RoundPlan,
  parameters: { readonly seed: number; readonly runs: number },
  count: (test: TestModule) => void,
): { runs: number; found: FoundCase | undefined } {
  const native = nativeNamespace();
  const all = { features: new Set(plan.features), nondeterministic: true };
  const shared = { features: new Set(plan.nativeFeatures), nondeterministic: true };
  return testing.validationRound(
    [
      { options: all, refuses: oursRefuses },
      { options: shared, refuses: oursRefuses },
      ...(native === undefined
        ? []
        : [{ options: shared, refuses: (test: TestModule) => nativeRefuses(native, test) }]),
    ],
    parameters,
    count,
  );
}

function oursRefuses({ bytes, linked, features }: TestModule): string | undefined {
  try {
    compile(bytes, { features });
    if (linked !== undefined) compile(linked, { features });
    return undefined;
  } catch (error) {
    return `ours: ${String(error)}`;
  }
}

function nativeRefuses(
  native: { validate(bytes: Uint8Array): boolean },
  { bytes, linked }: TestModule,
): string | undefined {
  return native.validate(bytes) && (linked === undefined || native.validate(linked)) ? undefined : 'native: invalid';
}

/** Rounds in this thread. */
export function roundsHere(testing: Testing, plan: RoundPlan): Rounds {
  return {
    round: async (seed, runs) => runRound(testing, plan, { seed, runs }),
    close: async () => {},
  };
}

/** What worker and main thread share: a count of modules, the length of the current one, and its bytes. */
export const SHARED_BYTES = 1 << 20;
export const SHARED_HEADER = 8;

export interface WorkerData {
  readonly plan: RoundPlan;
  readonly shared: SharedArrayBuffer;
}

/** So many times the patience is waited by the clock. */
const WAITING = 20;

/** Milliseconds that the threads of this process ran. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Rounds in a worker. `patience`: milliseconds of the processor that a module may take. */
export class WorkerRounds implements Rounds {
  private readonly url: URL;
  private readonly plan: RoundPlan;
  private readonly patience: number;
  private readonly shared = new SharedArrayBuffer(SHARED_HEADER + SHARED_BYTES);
  private worker: Worker | undefined;

  constructor(url: URL, plan: RoundPlan, patience: number) {
    this.url = url;
    this.plan = plan;
    this.patience = patience;
  }

  async round(seed: number, runs: number): Promise<RoundResult> {
    const worker = (this.worker ??= new Worker(this.url, {
      workerData: { plan: this.plan, shared: this.shared } satisfies WorkerData,
    }));
    const answer = new Promise<RoundResult>((resolve, reject) => {
      worker.removeAllListeners();
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    worker.postMessage({ seed, runs });
    let timer: ReturnType<typeof setInterval> | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = this.watch(reject);
    });
    try {
      return await Promise.race([answer, stuck]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Looks from time to time whether the worker has come further. Time is the processor's, since the machine may be busy
   * with something else; much more of the clock's also counts, for engines that wait for ever.
   */
  private watch(reject: (error: Stuck) => void): ReturnType<typeof setInterval> {
    const header = new Int32Array(this.shared, 0, 2);
    let modules = Atomics.load(header, 0);
    let [clock, used] = [Date.now(), processorTime()];
    const look = (): void => {
      const now = Atomics.load(header, 0);
      if (now !== modules) {
        modules = now;
        [clock, used] = [Date.now(), processorTime()];
      } else if (processorTime() - used > this.patience || Date.now() - clock > WAITING * this.patience) {
        reject(new Stuck(new Uint8Array(this.shared, SHARED_HEADER, Atomics.load(header, 1)).slice()));
      }
    };
    return setInterval(look, Math.min(500, this.patience / 4));
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    worker?.removeAllListeners();
    await worker?.terminate();
  }
}
