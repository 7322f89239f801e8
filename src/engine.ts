// The engine as `run` of wasmi-ts/wasi takes it: how the instance of a guest thread is made, and how the host gets its
// turn. The system interface imports nothing of the interpreter; this is what it is handed instead.
import { decodeModule } from './decoder/decode.ts';
import {
  type BegunInstance,
  beginInstantiate,
  checkEngineOptions,
  type EngineOptions,
  type Imports,
} from './instance.ts';
import { type Execution, begin } from './interpreter/threads/invoke.ts';
import { canCallFirst, copyCall, goOnAt, placeOf } from './interpreter/threads/suspended.ts';
import type { FuelAccount } from './runtime/fuel.ts';
import type { Func } from './runtime/instance.ts';
import type { Limits } from './runtime/limits.ts';
import type { Over, Suspended } from './runtime/thread.ts';
import { yieldToHost } from './runtime/turns.ts';
import type { Value } from './runtime/values.ts';
import { type ValidModule, validateModule } from './validator/module.ts';

type Call = Execution<Value>;

/** What copies and changes calls that do not run: forks, checkpoints, contexts, handlers of signals. */
const calls = {
  begin: (func: Func, args: readonly Value[]): Call => begin(func, args, { async: true }),
  placeOf: (call: Call): Suspended => placeOf(call.still),
  goOnAt: (call: Call, place: Suspended, answer: unknown): void => goOnAt(call.still, place, answer),
  copy: (call: Call, over: Over, answer?: unknown): Call => copyCall(call.still, call.func, over, answer),
  canCallFirst: (call: Call): boolean => canCallFirst(call.still),
  /** When the host call has ended that it waits for, it calls a function of i32 before it goes on: before all others, if it is `now`. */
  callFirst: (call: Call, func: Func, args: readonly number[], now = false): void => {
    const { comesFirst } = call.still.thread;
    if (now) comesFirst.unshift({ func, args });
    else comesFirst.push({ func, args });
  },
} as const;

export const engine = {
  calls,
  compile: (bytes: Uint8Array): ValidModule => validateModule(decodeModule(bytes)),
  beginInstantiate: (
    module: ValidModule,
    imports: Imports,
    limits?: Limits,
    fuel?: FuelAccount,
    maxMemoryBytes?: number,
  ): BegunInstance => beginInstantiate(module, imports, { limits, fuel, maxMemoryBytes }),
  yieldToHost,
} as const;

/**
 * The same with options for each instance, which come before those of the program; fuel is the program's, and given where
 * it is run. @throws TypeError, RangeError.
 */
export function engineWith(given: EngineOptions): typeof engine {
  const options = checkEngineOptions('engineWith', given);
  return {
    ...engine,
    beginInstantiate: (module, imports, limits, fuel, maxMemoryBytes) =>
      beginInstantiate(module, imports, { limits, fuel, maxMemoryBytes, ...options }),
  };
}
