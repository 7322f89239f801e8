// Our engine, copied in the middle of a call: at random points a second instance goes on with a copy of the frames. The copy is
// what the judge sees; the first one is run to the end, too, and has to give the same.
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import {
  compile,
  engine,
  type Execution,
  getGlobal,
  Global,
  type HostFunction,
  Instance,
  instantiate,
  Memory,
  setGlobal,
  Table,
  type Value,
} from '../../src/index.ts';
import { Copies } from '../../src/runtime/copies.ts';
import type { Engine } from '../../src/testing/index.ts';
import { random } from '../engine/support.ts';

const PLENTY = 1e9;

type HostCall = { readonly name: string; readonly args: readonly unknown[]; readonly result: unknown };

/** What can be compared of values of two copies: references are others. */
function shown(values: readonly unknown[]): string {
  return values
    .map((one) => (typeof one === 'object' && one !== null ? 'reference' : `${typeof one} ${String(one)}`))
    .join();
}

function outcomeOf(run: () => readonly unknown[]): string {
  try {
    return shown(run());
  } catch (error) {
    return String(error);
  }
}

/** What the host says to the copy, it says to the first one again. */
class Host {
  private readonly log: HostCall[] = [];
  private readonly ask: (name: string, args: readonly unknown[]) => unknown;
  mode: 'live' | 'noting' | 'again' = 'live';

  constructor(ask: (name: string, args: readonly unknown[]) => unknown) {
    this.ask = ask;
  }

  call(name: string, args: readonly unknown[]): unknown {
    if (this.mode !== 'again') {
      const result = this.ask(name, args);
      if (this.mode === 'noting') this.log.push({ name, args, result });
      return result;
    }
    const noted = this.log.shift();
    if (noted?.name !== name || shown(noted.args) !== shown(args)) {
      throw new Error(
        `the first one calls ${name}(${shown(args)}), its copy ${noted?.name}(${shown(noted?.args ?? [])})`,
      );
    }
    return noted.result;
  }

  end(): void {
    if (this.log.length > 0) throw new Error(`the copy makes ${this.log.length} more calls`);
    this.mode = 'live';
  }
}

function toEnd(execution: Execution<Value>): readonly Value[] {
  execution.fuel = PLENTY;
  while (execution.step() !== 'done');
  return execution.results;
}

const seen = (instance: Instance): string =>
  Object.entries(instance.exports)
    .map(([key, value]) => {
      if (value instanceof Memory) return `${key} ${value.bytes.join()}`;
      if (value instanceof Global) return `${key} ${value.type.val === -5 ? '' : shown([getGlobal(value)])}`;
      return value instanceof Table ? `${key} ${shown(value.elems)}` : key;
    })
    .join('\n');

export interface ForkedEngine extends Engine {
  readonly forks: { count: number };
}

export function forkedEngine(name: string): ForkedEngine {
  const forks = { count: 0 };
  return {
    name,
    forks,
    failure: ourEngine(name, 'fast').failure,
    instantiate: ({ bytes, linked, features }, ask) => {
      const next = random(bytes.length);
      const host = new Host(ask);
      const module = compile(bytes, { features });
      const functions: Record<string, HostFunction> = {};
      for (const one of module.module.imports) {
        if (one.module === 'host')
          functions[one.name] = (...args) => host.call(one.name, args) as ReturnType<HostFunction>;
      }
      const first = linked === undefined ? {} : instantiate(compile(linked, { features })).exports;
      let instance = instantiate(module, { host: functions, linked: first });

      /** Goes on with a copy; the first one runs to its end behind it. */
      const fork = (execution: Execution<Value>): readonly Value[] => {
        forks.count++;
        const parent = instance;
        const copies = new Copies(parent.inner.limits, false);
        const copy = engine.calls.copy(execution, copies);
        const inner = copies.instance(parent.inner);
        copies.complete();
        instance = new Instance(inner);
        host.mode = 'noting';
        let results: readonly Value[] | undefined;
        let failed: { error: unknown } | undefined;
        const child = outcomeOf(() => {
          try {
            return (results = toEnd(copy));
          } catch (error) {
            failed = { error };
            throw error;
          }
        });
        host.mode = 'again';
        const expected = outcomeOf(() => toEnd(execution));
        host.end();
        if (expected !== child) throw new Error(`the first one gives ${expected}, its copy ${child}`);
        if (seen(parent) !== seen(instance))
          throw new Error(`the first one has ${seen(parent)}, its copy ${seen(instance)}`);
        if (failed !== undefined) throw failed.error;
        return results as readonly Value[];
      };

      return {
        call: (func, args) => {
          const execution = instance.begin(func, args);
          execution.fuel = PLENTY;
          for (let left = Math.floor(next() * 40); left >= 0; left--) {
            if (execution.step(Math.floor(next() * 12)) === 'done') return execution.results;
          }
          return fork(execution);
        },
        setGlobal: (global, value) => {
          const found = instance.exports[global];
          if (found instanceof Global) setGlobal(found, value);
        },
        state: () =>
          Object.fromEntries(
            Object.entries(instance.exports).map(([key, value]) => {
              if (value instanceof Memory) return [key, value.bytes];
              if (value instanceof Global) return [key, value.type.val === -5 ? undefined : getGlobal(value)];
              return [key, value instanceof Table ? value.elems : undefined];
            }),
          ),
      };
    },
  };
}
