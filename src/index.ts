// The public API of the engine. What is not here is inside, and may change.
// Text format: wasmi-ts/text. System interface: wasmi-ts/wasi and wasmi-ts/node. Tracing: wasmi-ts/trace.
import { decodeModule } from './decoder/decode.ts';
import type { FeatureSet } from './syntax/features.ts';
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
  WasmException,
} from './errors.ts';
export { engine, engineWith } from './engine.ts';
export { decodeModule } from './decoder/decode.ts';
export { decodeNames } from './decoder/names.ts';
export {
  getGlobal,
  type ImportValue,
  type Imports,
  Instance,
  type InstanceOptions,
  instantiate,
  instantiateAsync,
  type Results,
  setGlobal,
} from './instance.ts';
export { type AsyncRunOptions, Execution, invoke, invokeAsync, type RunOptions } from './interpreter/invoke.ts';
export { Linker } from './linker.ts';
export { Func, type HostFunction, type HostResult } from './runtime/func.ts';
export { Global } from './runtime/global.ts';
export type { Extern } from './runtime/instance.ts';
export { Memory } from './runtime/memory.ts';
export { Table } from './runtime/table.ts';
export { JS_TAG, Tag, tagOf } from './runtime/tag.ts';
export type { Value } from './runtime/values.ts';
export { DEFAULT_FEATURES, type Feature, type FeatureSet, FEATURES, withFeatures } from './syntax/features.ts';
export type { Module } from './syntax/module.ts';
export { type ValidateOptions, type ValidModule, validateModule } from './validator/module.ts';

/**
 * Decodes and validates a module.
 *
 * @param bytes The binary format. The module keeps views of it: do not change it afterwards.
 * @throws MalformedError, InvalidError, UnsupportedError (a feature that is off or not built).
 */
export function compile(bytes: Uint8Array, options: { readonly features?: FeatureSet } = {}): ValidModule {
  return validateModule(decodeModule(bytes), options);
}
