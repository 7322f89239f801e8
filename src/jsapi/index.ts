// wasmi-ts/webassembly: what browsers have as the global WebAssembly, interpreted. https://webassembly.github.io/spec/js-api/
// The namespace is the default export. docs/javascript-api.md says what differs from the specification.
export type { CompileOptions, ModuleExportDescriptor, ModuleImportDescriptor } from './module.ts';
export type { ExceptionOptions } from './exceptions.ts';
export type { GlobalDescriptor } from './global.ts';
export type { ExportsObject, ExportValue, ImportsObject } from './instance.ts';
export type { MemoryDescriptor } from './memory.ts';
export type { BufferSource, InstantiatedSource, Namespace } from './namespace.ts';
export type { ResponseLike } from './streaming.ts';
export type { TableDescriptor } from './table.ts';
export type { TagType } from './tag.ts';
export type { AddressTypeName, AddressValue, ValueTypeName } from './types.ts';
export { enableTypeReflection, type FunctionType } from './reflection.ts';
export { memoryOf } from './memory.ts';
export { createWebAssembly, namespace, namespace as default } from './namespace.ts';
export type { FuelAccount } from '../runtime/fuel.ts';
export type { NamespaceOptions } from './realm.ts';
export { type GuestLimits, Limits } from '../runtime/limits.ts';
