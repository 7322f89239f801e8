// The engines that `wasmi-ts fuzz` compares: ours by its own API, and the host's, with the features that it has.
import { ExhaustionError, Interrupted, InvalidError, MalformedError, Trap, UnsupportedError } from '../errors.ts';
import { encodeModule } from '../encoder/encode.ts';
import { compile, getGlobal, Global, type HostFunction, instantiate, Memory, setGlobal, Table } from '../index.ts';
import { WasmException } from '../errors.ts';
import { readGlobalBits } from '../interpreter/constant.ts';
import { V128 } from '../syntax/types.ts';
import { emptyRecord } from '../syntax/records.ts';
import type { Feature, FeatureSet } from '../syntax/features.ts';
import type { Engine, Failure } from '../testing/differential.ts';
import type { JsNamespace } from '../testing/js-engine.ts';
import { trapClass } from '../testing/traps.ts';
import { parseModule } from '../text/parser.ts';

/** Twenty times what any of 36,000 calls of generated modules needed: they end by themselves. What does not is a fault. */
const FUEL = 20_000;

function failure(error: unknown): Failure {
  if (error instanceof Trap) return { kind: 'trap', trap: trapClass(error.kind) };
  if (error instanceof WasmException) return { kind: 'exception' };
  if (error instanceof ExhaustionError) return { kind: 'exhausted' };
  if (error instanceof Interrupted) return { kind: 'other', message: 'it does not end' };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (error instanceof InvalidError || error instanceof MalformedError || error instanceof UnsupportedError) {
    return { kind: 'invalid', message };
  }
  return { kind: 'other', message };
}

function look(value: unknown): unknown {
  if (value instanceof Memory) return value.bytes;
  // Engines of the JavaScript API show no vectors: there nothing is compared.
  if (value instanceof Global) return value.type.val === V128 ? readGlobalBits(value) : getGlobal(value);
  return value instanceof Table ? value.elems : undefined;
}

/** Our engine; 'traced' runs the code that reports every instruction. */
export function ourEngine(name: string, mode: 'fast' | 'traced'): Engine {
  return {
    name,
    failure,
    instantiate: ({ bytes, linked, features }, host) => {
      const module = compile(bytes, { features });
      const functions = emptyRecord<HostFunction>();
      for (const one of module.module.imports) {
        if (one.module === 'host') functions[one.name] = (...args) => host(one.name, args) as ReturnType<HostFunction>;
      }
      const first = linked === undefined ? {} : instantiate(compile(linked, { features }), {}, { mode }).exports;
      const instance = instantiate(module, { host: functions, linked: first }, { mode, fuel: FUEL });
      return {
        call: (func, args) => {
          const results = instance.callWith({ fuel: FUEL }, func, ...args);
          return results === undefined ? [] : Array.isArray(results) ? results : [results];
        },
        setGlobal: (global, value) => {
          const found = instance.exports[global];
          if (found instanceof Global) setGlobal(found, value);
        },
        state: () => Object.fromEntries(Object.entries(instance.exports).map(([key, value]) => [key, look(value)])),
      };
    },
  };
}

/** A text that only engines with the feature take. */
const PROBES: Readonly<Partial<Record<Feature, string>>> = {
  'multi-value': '(func (result i32 i32) i32.const 0 i32.const 0)',
  'sign-extension': '(func i32.const 0 i32.extend8_s drop)',
  'saturating-float-to-int': '(func f32.const 0 i32.trunc_sat_f32_s drop)',
  'bulk-memory': '(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)',
  'reference-types': '(table 1 externref) (func i32.const 0 table.get 0 drop)',
  simd: '(func v128.const i64x2 0 0 drop)',
  threads: '(memory 1 1 shared) (func i32.const 0 i32.atomic.load drop)',
  'tail-call': '(func return_call 0)',
  'extended-const': '(global i32 (i32.add (i32.const 1) (i32.const 2)))',
  'relaxed-simd': '(func (param v128) local.get 0 local.get 0 i8x16.relaxed_swizzle drop)',
  'multi-memory': '(memory 1) (memory 1)',
  memory64: '(memory i64 1) (table i64 1 funcref)',
  'function-references': '(type $f (func)) (func (param (ref null $f)) local.get 0 call_ref $f)',
  gc: '(type $s (sub (struct (field i32)))) (func (param anyref) local.get 0 ref.cast (ref $s) drop)',
  'exception-handling': '(tag) (func block try_table (catch_all 0) throw 0 end end)',
  'legacy-exceptions': '(func try catch_all end)',
  'wide-arithmetic': '(func (param i64 i64) local.get 0 local.get 1 i64.mul_wide_s drop drop)',
  'custom-descriptors': '(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))',
  'custom-page-sizes': '(memory 1 (pagesize 1))',
};

/** The features of `allowed` that the host's engine has, too. */
export function nativeFeatures(allowed: FeatureSet, validate: (bytes: Uint8Array) => boolean): FeatureSet {
  const has = (feature: Feature): boolean => {
    const probe = PROBES[feature];
    return feature === 'core' || (probe !== undefined && validate(encodeModule(parseModule(`(module ${probe})`))));
  };
  return new Set([...allowed].filter(has));
}

export type Against = 'native' | 'self';

/** The host's own engine, where it has one. */
export function nativeNamespace(): (JsNamespace & { validate(bytes: Uint8Array): boolean }) | undefined {
  const name = 'WebAssembly';
  return (globalThis as unknown as Record<string, unknown>)[name] as ReturnType<typeof nativeNamespace>;
}

/** The two engines to compare. `jsEngine` is that of wasmi-ts/testing, which is loaded only when it is needed. */
export function enginesFor(
  against: Against,
  jsEngine: (name: string, wasm: JsNamespace) => Engine,
): readonly [Engine, Engine] {
  const ours = ourEngine('ours', 'fast');
  const native = nativeNamespace();
  if (against === 'self' || native === undefined) return [ours, ourEngine('ours, traced', 'traced')];
  return [ours, jsEngine('native', native)];
}
