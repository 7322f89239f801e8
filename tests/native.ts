// The part of the host's own WebAssembly that the tools here use as the reference, with types: the project is compiled
// with lib ES2020 alone, which has none.

export interface NativeModule {
  readonly nativeModule: true;
}

export interface NativeInstance {
  readonly exports: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
}

export interface NativeWebAssembly {
  readonly Module: {
    new (bytes: Uint8Array): NativeModule;
    imports(module: NativeModule): { module: string; name: string; kind: string }[];
  };
  readonly Instance: new (module: NativeModule, imports?: Record<string, Record<string, unknown>>) => NativeInstance;
}

export const native = (globalThis as unknown as { WebAssembly: NativeWebAssembly }).WebAssembly;
