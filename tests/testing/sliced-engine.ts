// Our engine, stopped and continued all the time: each call runs in slices of fuel of changing size.
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import {
  compile,
  type Execution,
  getGlobal,
  Global,
  type HostFunction,
  instantiate,
  Memory,
  setGlobal,
  Table,
  type Value,
} from '../../src/index.ts';
import type { Engine } from '../../src/testing/index.ts';
import { random } from '../engine/support.ts';

/** Far more than any generated call takes. */
const PLENTY = 1e9;

function runInSlices(execution: Execution<Value>, next: () => number): readonly Value[] {
  execution.fuel = PLENTY;
  while (execution.step(next()) !== 'done');
  return execution.results;
}

/** `kind` 0: slices of 0 to 2 units of fuel; else up to 20. */
export function slicedEngine(name: string, kind: number): Engine {
  const limit = kind === 0 ? 3 : 20;
  return {
    name,
    failure: ourEngine(name, 'fast').failure,
    instantiate: ({ bytes, linked, features }, host) => {
      const next = random(bytes.length);
      const module = compile(bytes, { features });
      const functions: Record<string, HostFunction> = {};
      for (const one of module.module.imports) {
        if (one.module === 'host') functions[one.name] = (...args) => host(one.name, args) as ReturnType<HostFunction>;
      }
      const first = linked === undefined ? {} : instantiate(compile(linked, { features })).exports;
      const instance = instantiate(module, { host: functions, linked: first });
      return {
        call: (func, args) => runInSlices(instance.begin(func, args), () => Math.floor(next() * limit)),
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
