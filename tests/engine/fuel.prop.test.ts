// A program uses the same fuel however it is run: on either loop, in slices, with changes of loop, traced, in new code,
// beside other guests, in a guest thread among others. Tried on generated modules of everything there is.
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import { type LoopName, useLoop } from '../../src/closures.ts';
import {
  compile,
  type Execution,
  type FuelAccount,
  type Feature,
  FEATURES,
  type FeatureSet,
  Global,
  type HostFunction,
  type Imports,
  type InstanceOptions,
  instantiate,
  setGlobal,
  type ValidModule,
  type Value,
} from '../../src/index.ts';
import { startGeneration } from '../../src/interpreter/code/lowered.ts';
import type { Monitor } from '../../src/interpreter/threads/probe.ts';
import { running } from '../../src/interpreter/threads/thread.ts';
import type { ImportDesc } from '../../src/syntax/module.ts';
import { type FuncType, I64 } from '../../src/syntax/types.ts';
import type { Prices } from '../../src/syntax/prices.ts';
import { differential, type Engine, module } from '../../src/testing/index.ts';
import { type GuestCall, Scheduler } from '../../src/wasi/kernel/scheduler.ts';
import { random, run } from './support.ts';

vi.setConfig({ testTimeout: 600_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 100);
const ALL: FeatureSet = new Set(Object.keys(FEATURES) as Feature[]);
const PLENTY = 1e9;
/** Dear enough that short code is charged everywhere. */
const PRICES: Partial<Prices> = { instruction: 1 / 4, value: 1 / 2, cell: 1, largeCell: 2 };

function usualLoop(): void {
  useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch');
}
afterEach(usualLoop);

/** Drives a call to its end. `next` gives random numbers below a bound. */
type Drive = (call: Execution<Value>, next: (below: number) => number) => void;

interface Style {
  readonly mode?: 'fast' | 'traced';
  readonly async?: boolean;
  readonly prices?: Partial<Prices>;
  readonly monitor?: Monitor;
  /** Another instance of the same module runs between the slices of each call. */
  readonly twin?: boolean;
}

/** What a host returns to a twin, whose calls nobody looks at: nothing, or zeros; what is no number is refused. */
function answerFor(valid: ValidModule, desc: ImportDesc): HostFunction {
  const { results } = valid.module.types[desc.kind === 'func' ? desc.type : 0].comp as FuncType;
  return () => results.map((t) => (t === I64 ? 0n : 0));
}

/** Another instance of the module: returns what runs a piece of a call of it. */
function twinOf(valid: ValidModule, linked: () => Imports[string], options: InstanceOptions): Twin {
  const functions: Record<string, HostFunction> = {};
  for (const { module, name, desc } of valid.module.imports) {
    if (module === 'host') functions[name] = answerFor(valid, desc);
  }
  const quietly = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  const instance = quietly(() => instantiate(valid, { host: functions, linked: linked() }, { ...options, fuel: 1000 }));
  return (func, args) => {
    const call = quietly(() => instance?.begin(func, args));
    if (call !== undefined) call.fuel = 1000;
    return (slice) => void quietly(() => call?.step(slice));
  };
}

type Twin = (func: string, args: readonly Value[]) => (slice: number) => void;

/** Our engine, whose instances show what fuel their calls have used. */
function metered(
  name: string,
  drive: Drive,
  { mode = 'fast', async = false, prices = PRICES, monitor, twin = false }: Style = {},
): Engine {
  return {
    name,
    failure: ourEngine(name, mode).failure,
    instantiate: ({ bytes, linked, features }, host) => {
      const random32 = random(bytes.length);
      const options = monitor === undefined ? { mode, prices } : { prices, monitor };
      const valid = compile(bytes, { features });
      const functions: Record<string, HostFunction> = {};
      for (const one of valid.module.imports) {
        if (one.module === 'host') functions[one.name] = (...args) => host(one.name, args) as ReturnType<HostFunction>;
      }
      const link = (): Imports[string] =>
        linked === undefined ? {} : instantiate(compile(linked, { features }), {}, options).exports;
      const instance = instantiate(valid, { host: functions, linked: link() }, options);
      const other = twin ? twinOf(valid, link, options) : undefined;
      let units = 0;
      return {
        call: (func, args) => {
          const call = instance.begin(func, args, { async });
          call.fuel = PLENTY;
          const beside = other?.(func, args);
          try {
            if (beside !== undefined) {
              for (beside(20); call.step(Math.floor(random32() * 12)) !== 'done'; ) beside(Math.floor(random32() * 12));
            } else drive(call, (below) => Math.floor(random32() * below));
            return call.results;
          } finally {
            units += PLENTY - call.fuel;
            usualLoop();
          }
        },
        setGlobal: (global, value) => {
          const found = instance.exports[global];
          if (found instanceof Global) setGlobal(found, value);
        },
        state: () => ({ 'units of fuel': units }),
      };
    },
  };
}

/** Slices of lengths that `length` gives. */
const sliced =
  (length: (next: (below: number) => number) => number): Drive =>
  (call, next) => {
    while (call.step(length(next)) !== 'done');
  };

const whole: Drive = (call) => void call.run();

/** A call as the scheduler of guest threads takes it, which gives fuel turn by turn: what it used itself is counted. */
function counted(call: Execution<Value>): GuestCall & { used: number } {
  return {
    used: 0,
    account: undefined,
    step(slice) {
      const { account } = this as { account: FuelAccount | undefined };
      const before = account?.left ?? 0;
      call.account = account;
      try {
        return call.step(slice);
      } finally {
        this.used += before - (account?.left ?? 0);
      }
    },
    whenReady: () => expect.fail('it waits for nothing'),
    get midway() {
      return call.midway;
    },
    waitsForMemory: false,
    timeLeft: undefined,
    timeOut: () => undefined,
    abandon: () => undefined,
  };
}

const spinning = run('(module (func (export "spin") (loop (br 0))))');

/** The main thread of a program whose other threads never end. */
const inThread: Drive = (call, next) => {
  const main = counted(call);
  const scheduler = new Scheduler({ seed: next(1000), slice: 40, fuel: PLENTY });
  for (const one of [main, ...[1, 2].map(() => spinning.begin('spin', [], { async: true }))]) scheduler.add([one]);
  try {
    scheduler.runSync({ retry: () => undefined, wait: () => 'never', clear: () => undefined });
  } finally {
    call.fuel = PLENTY - main.used;
  }
};

const WAYS: readonly Engine[] = [
  metered('a second time', whole),
  metered(
    'in slices',
    sliced((next) => next(12)),
  ),
  metered(
    'one unit at a time',
    sliced(() => 0),
  ),
  metered('on the other loop', (call) => {
    useLoop('closures');
    call.run();
  }),
  metered(
    'with changes of loop',
    sliced((next) => {
      useLoop(next(2) === 0 ? 'switch' : 'closures');
      return next(9);
    }),
  ),
  metered('traced', whole, { mode: 'traced' }),
  metered(
    'traced, in slices',
    sliced((next) => next(5)),
    { mode: 'traced' },
  ),
  metered(
    'in code that is dropped',
    sliced((next) => {
      if (next(8) === 0) startGeneration(running);
      return next(30);
    }),
  ),
  metered('beside another instance of the module', whole, { twin: true }),
  metered('in a guest thread', inThread, { async: true }),
];

const seed = process.env['WASMI_TS_SEED'];
const parameters = { numRuns: RUNS, ...(seed === undefined ? {} : { seed: Number(seed) }) };

test(`${RUNS} generated modules use the same fuel however they are run`, () => {
  const modules = module({ features: ALL, maxStatements: 8, fuel: 40 });
  fc.assert(
    fc.property(modules, (one) => {
      for (const way of WAYS)
        expect(differential(metered('at once', whole), way)(one).difference, way.name).toBe(undefined);
    }),
    parameters,
  );
});

test('and most of them more than branches and calls cost', () => {
  const free = { instruction: 0, value: 0, cell: 0, largeCell: 0 };
  let dearer = 0;
  fc.assert(
    fc.property(module({ features: ALL, maxStatements: 8, fuel: 40 }), (one) => {
      const cheap = metered('free', whole, { prices: free });
      if (differential(metered('dear', whole), cheap)(one).difference?.what === 'units of fuel') dearer++;
    }),
    parameters,
  );
  expect(dearer).toBeGreaterThan(RUNS / 2);
});

test('no path is longer than a unit pays for, but for what callers do behind a return', () => {
  /** Instructions, and returns, since fuel was used last. */
  let [instructions, returns, worst] = [0, 0, 0];
  let [fuel, depth] = [0, 0];
  const monitor: Monitor = {
    instruction(event) {
      const left = running[running.length - 1].fuel;
      if (event.depth < depth) returns++;
      if (left !== fuel) [instructions, returns] = [0, 0];
      [fuel, depth] = [left, event.depth];
      instructions++;
      worst = Math.max(worst, instructions / (returns + 1));
    },
  };
  const drive: Drive = (call) => {
    fuel = -1;
    call.run();
  };
  const monitored = metered('monitored', drive, { monitor });
  fc.assert(
    fc.property(module({ features: ALL, maxStatements: 8, fuel: 40, start: false }), (one) => {
      [instructions, returns, worst] = [0, 0, 0];
      expect(differential(metered('at once', whole), monitored)(one).difference).toBe(undefined);
      expect(worst).toBeLessThanOrEqual(4);
    }),
    parameters,
  );
});
