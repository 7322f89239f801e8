// An engine of the judge out of anything that has the JavaScript API: the host's own namespace, or an implementation of
// it. https://webassembly.github.io/spec/js-api/
import { text } from '../options.ts';
import { emptyRecord } from '../syntax/records.ts';
import type { Engine, EngineInstance, Failure, HostCall } from './differential.ts';
import type { TestModule } from './assemble.ts';
import { trapClassOfMessage } from './traps.ts';

/** The part of the namespace that is used here. */
export interface JsNamespace {
  readonly Module: { new (bytes: Uint8Array): object; imports(module: never): { module: string; name: string }[] };
  readonly Instance: new (module: never, imports: never) => { readonly exports: object };
  readonly Memory: Constructor;
  readonly Table: Constructor;
  readonly Global: Constructor;
  readonly CompileError: Constructor;
  readonly RuntimeError: Constructor;
  readonly Exception?: Constructor;
}

const MEMBERS = ['Module', 'Module.imports', 'Instance', 'Memory', 'Table', 'Global', 'CompileError', 'RuntimeError'];

function missingMembers(wasm: unknown): string[] {
  const member = (holder: unknown, name: string): unknown => (holder as Record<string, unknown> | undefined)?.[name];
  return MEMBERS.filter((path) => typeof path.split('.').reduce(member, wasm) !== 'function');
}

type Constructor = new (...args: never[]) => object;

type Exports = Readonly<Record<string, unknown>>;

function instanceOf(wasm: JsNamespace, exports: Exports): EngineInstance {
  return {
    call: (name, args) => {
      const result = (exports[name] as (...args: readonly unknown[]) => unknown)(...args);
      return result === undefined ? [] : Array.isArray(result) ? result : [result];
    },
    setGlobal: (name, value) => {
      const global = exports[name] as { value: number } | undefined;
      if (global !== undefined) global.value = value;
    },
    state: () => {
      const seen = emptyRecord<unknown>();
      for (const [name, value] of Object.entries(exports)) seen[name] = look(wasm, value);
      return seen;
    },
  };
}

/** What can be seen of an export; undefined where JavaScript may not look. */
function look(wasm: JsNamespace, value: unknown): unknown {
  try {
    if (value instanceof wasm.Memory) return new Uint8Array((value as { buffer?: ArrayBuffer }).buffer as ArrayBuffer);
    if (value instanceof wasm.Global) return (value as { value?: unknown }).value;
    if (!(value instanceof wasm.Table)) return undefined;
    const table = value as { length?: number | bigint; get?(i: unknown): unknown };
    const { length } = table;
    const isWide = typeof length === 'bigint';
    return Array.from({ length: Number(length) }, (_, i) => table.get?.(isWide ? BigInt(i) : i));
  } catch {
    return undefined;
  }
}

function failure(wasm: JsNamespace, error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (wasm.Exception !== undefined && error instanceof wasm.Exception) return { kind: 'exception' };
  if (error instanceof wasm.CompileError) return { kind: 'invalid', message };
  // V8 makes a trap of its own limit for arrays, before it looks at the segment that they come from.
  if (error instanceof RangeError || /^requested new array is too large/.test(message)) return { kind: 'exhausted' };
  const trap = trapClassOfMessage(message);
  if (trap !== undefined) return { kind: 'trap', trap };
  return { kind: 'other', message: `${(error as Error | undefined)?.name}: ${message}` };
}

/**
 * An engine from a namespace with the JavaScript API.
 *
 * @param wasm For the host's own engine: `globalThis`' member of that name.
 * @throws TypeError that names the members which are used here and missing.
 */
export function jsEngine(name: string, wasm: JsNamespace): Engine {
  text(name, 'jsEngine: the name');
  const missing = missingMembers(wasm);
  if (missing.length > 0) throw new TypeError(`jsEngine: the namespace of ${name} has no ${missing.join(', ')}`);
  return {
    name,
    instantiate: ({ bytes, linked }: TestModule, host: HostCall) => {
      const module = new wasm.Module(bytes);
      const functions = emptyRecord<unknown>();
      for (const one of wasm.Module.imports(module as never)) {
        if (one.module === 'host') functions[one.name] = (...args: readonly unknown[]) => host(one.name, args);
      }
      const first = linked && new wasm.Instance(new wasm.Module(linked) as never, {} as never).exports;
      const { exports } = new wasm.Instance(module as never, { host: functions, linked: first } as never);
      return instanceOf(wasm, exports as Exports);
    },
    failure: (error) => failure(wasm, error),
  };
}
