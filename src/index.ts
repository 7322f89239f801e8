// The public API of the engine. Everything else is internal, and may change.
// Text format: wasmi-ts/text. System interface: wasmi-ts/wasi and wasmi-ts/node. Tracing: wasmi-ts/trace.
import { decodeModule } from './decoder/decode.ts';
import { DEADLINE, endOf, asOnePiece } from './clock.ts';
import { checkOptions, flag, moduleBytes, type Shape } from './options.ts';
import { type FeatureSet, featureSet } from './syntax/features.ts';
import { type ValidModule, validateModule } from './validator/module.ts';

export {
  type BacktraceFrame,
  ExhaustionError,
  ExitStatus,
  InternalError,
  Interrupted,
  InvalidError,
  LinkError,
  MalformedError,
  Trap,
  type TrapKind,
  UnsupportedError,
  WasmError,
} from './errors.ts';
export { engine, engineWith } from './engine.ts';
export { decodeModule } from './decoder/decode.ts';
export { decodeNames } from './decoder/names.ts';
export {
  getGlobal,
  type ImportValue,
  type Imports,
  Instance,
  type EngineOptions,
  type InstanceOptions,
  instantiate,
  instantiateAsync,
  type Results,
  setGlobal,
} from './instance.ts';
export { type AsyncRunOptions, Execution, invoke, invokeAsync, type RunOptions } from './interpreter/threads/invoke.ts';
export { WasmException } from './interpreter/values/wasm-exception.ts';
export { Linker } from './linker.ts';
export { Func, type HostFunction, type HostResult } from './runtime/instance.ts';
export { Global } from './runtime/global.ts';
export type { FuelAccount } from './runtime/fuel.ts';
export type { Extern } from './runtime/instance.ts';
export { type GuestLimits, Limits } from './runtime/limits.ts';
export { Memory } from './runtime/memory.ts';
export { Table } from './runtime/table.ts';
export { JS_TAG, Tag, tagOf } from './runtime/tag.ts';
export type { Value } from './runtime/values.ts';
export { DEFAULT_FEATURES, type Feature, type FeatureSet, FEATURES, withFeatures } from './syntax/features.ts';
export type { Module } from './syntax/module.ts';
export { type ValidateOptions, type ValidModule, validateModule } from './validator/module.ts';

export interface CompileOptions {
  /** Features that are on; DEFAULT_FEATURES unless given. */
  readonly features?: FeatureSet | undefined;
  /** When it has to be done, in milliseconds as Date.now() returns it. */
  readonly deadline?: number | undefined;
  /**
   * Keeps views of `bytes` where a copy is made otherwise: for large modules whose bytes nobody changes, transfers or
   * resizes as long as the module is used. Whoever breaks the promise breaks the sandbox.
   */
  readonly borrow?: boolean | undefined;
}

const COMPILE_OPTIONS: Shape<CompileOptions> = { features: featureSet, borrow: flag, deadline: DEADLINE };

/**
 * Decodes and validates a module.
 *
 * @param bytes The binary format. They are copied, so that they may change afterwards.
 * @throws MalformedError, InvalidError, UnsupportedError (a feature that is off); TypeError for what is no
 * Uint8Array, and for an unknown option; Interrupted at the deadline.
 */
export function compile(bytes: Uint8Array, options?: CompileOptions): ValidModule {
  const { features, deadline, borrow = false } = checkOptions('compile', options, COMPILE_OPTIONS);
  moduleBytes('compile', bytes);
  // Not bytes.slice(): that of a Buffer is a view. Function bodies are read again when they are first called.
  return asOnePiece(endOf(deadline), () => {
    const module = decodeModule(borrow ? bytes : new Uint8Array(bytes));
    return validateModule(module, { features });
  });
}
