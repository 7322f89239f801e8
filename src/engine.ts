// The engine as `run` of wasmi-ts/wasi takes it: how the instance of a guest thread is made, and how the host gets its
// turn. The system interface imports nothing of the interpreter; this is what it is handed instead.
import {
  type BegunInstance,
  beginInstantiate,
  checkEngineOptions,
  type EngineOptions,
  type Imports,
} from './instance.ts';
import type { FuelAccount } from './runtime/fuel.ts';
import type { Limits } from './runtime/limits.ts';
import { yieldToHost } from './runtime/turns.ts';
import type { ValidModule } from './validator/module.ts';

export const engine = {
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
