// The engines that `wasmi-ts fuzz` compares: ours by its own API, and the host's, with the features that it has.
import { ExhaustionError, Interrupted, InvalidError, MalformedError, Trap, UnsupportedError } from '../errors.ts';
import { encodeModule } from '../encoder/encode.ts';
import {
  compile,
  getGlobal,
  Global,
  type HostFunction,
  instantiate,
  Memory,
  setGlobal,
  Table,
  WasmException,
} from '../index.ts';
import { readGlobalBits } from '../interpreter/values/constant.ts';
import { V128 } from '../syntax/types.ts';
import { emptyRecord } from '../syntax/records.ts';
import type { Feature, FeatureSet } from '../syntax/features.ts';
import type { Engine, Failure } from '../testing/differential.ts';
import type { JsNamespace } from '../testing/js-engine.ts';
import { trapClass } from '../testing/traps.ts';
import { parseModule } from '../text/parser.ts';
import { NaNWatch } from './nan-watch.ts';

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

/** Our engine; 'traced' runs the code that reports every instruction, and looks at the NaNs that it makes. */
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
      const watch = mode === 'traced' ? new NaNWatch() : undefined;
      const instance = instantiate(module, { host: functions, linked: first }, { mode, fuel: FUEL, monitor: watch });
      return {
        call: (func, args) => {
          const results = instance.callWith({ fuel: FUEL }, func, ...args);
          if (watch !== undefined && watch.faults.length > 0) throw new Error(watch.faults[0]);
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

/**
 * By feature, a text that only engines with the feature take, and what its function "f" has to return there: a feature is
 * there when it works, which an engine that validates it does not prove (Node 22 runs try_table wrongly).
 */
// biome-ignore format: a table
const PROBES: Readonly<Partial<Record<Feature, readonly [text: string, answer: number]>>> = {
  'multi-value':             ['(func $g (result i32 i32) i32.const 7 i32.const 5) (func (export "f") (result i32) call $g i32.sub)', 2],
  'sign-extension':          ['(func (export "f") (result i32) i32.const 0x80 i32.extend8_s)', -128],
  'saturating-float-to-int': ['(func (export "f") (result i32) f32.const 1e10 i32.trunc_sat_f32_s)', 0x7fffffff],
  'bulk-memory':             ['(memory 1) (func (export "f") (result i32) i32.const 4 i32.const 9 i32.const 1 memory.fill i32.const 4 i32.load8_u)', 9],
  'reference-types':         ['(table 1 externref) (func (export "f") (result i32) i32.const 0 table.get 0 ref.is_null)', 1],
  'simd':                    ['(func (export "f") (result i32) v128.const i32x4 1 2 3 4 i32x4.extract_lane 2)', 3],
  'relaxed-simd':            ['(func (export "f") (result i32) v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 v128.const i64x2 3 0 i8x16.relaxed_swizzle i8x16.extract_lane_s 0)', 4],
  'threads':                 ['(memory 1 1 shared) (func (export "f") (result i32) i32.const 0 i32.const 6 i32.atomic.store i32.const 0 i32.const 5 i32.atomic.rmw.add i32.const 0 i32.atomic.load i32.add)', 17],
  'tail-call':               ['(func $g (param i32) (result i32) local.get 0) (func (export "f") (result i32) i32.const 8 return_call $g)', 8],
  'extended-const':          ['(global i32 (i32.add (i32.const 1) (i32.const 2))) (func (export "f") (result i32) global.get 0)', 3],
  'multi-memory':            ['(memory 1) (memory 2) (func (export "f") (result i32) memory.size 1)', 2],
  'memory64':                ['(memory i64 1) (table i64 1 funcref) (func (export "f") (result i32) i64.const 8 i32.const 5 i32.store i64.const 8 i32.load)', 5],
  'function-references':     ['(type $t (func (result i32))) (elem declare func $g) (func $g (type $t) i32.const 4) (func (export "f") (result i32) ref.func $g call_ref $t)', 4],
  'gc':                      ['(type $s (sub (struct (field i32)))) (func $g (param anyref) (result i32) local.get 0 ref.cast (ref $s) struct.get $s 0) (func (export "f") (result i32) i32.const 6 struct.new $s call $g)', 6],
  'exception-handling':      [`(type $a (array (mut i8))) (tag $t) (tag $u (param i32))
    (func $ends (local (ref null $a)) block try_table (result (ref null $a)) (catch $t 0) local.get 0 end drop end)
    (func (export "f") (result i32) call $ends block (result i32) try_table (catch $u 0) i32.const 3 throw $u end i32.const 0 end)`, 3],
  'legacy-exceptions':       ['(tag $u (param i32)) (func (export "f") (result i32) try (result i32) i32.const 3 throw $u catch $u end)', 3],
  'wide-arithmetic':         ['(func (export "f") (result i32) (local i64) i64.const -1 i64.const -1 i64.mul_wide_u local.set 0 drop local.get 0 i32.wrap_i64)', -2],
  'custom-descriptors':      ['(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct))) (func (export "f") (result i32) i32.const 1)', 1],
  'custom-page-sizes':       ['(memory 3 (pagesize 1)) (func (export "f") (result i32) memory.size)', 3],
  'compact-imports':         ['(import "m" (item "g") (item "h") (global i32)) (func (export "f") (result i32) global.get 0 global.get 1 i32.sub)', 3],
};

const PROBE_IMPORTS = { m: { g: 7, h: 4 } };

/** The features of `allowed` that the host's engine has, too. */
export function nativeFeatures(allowed: FeatureSet, native: JsNamespace): FeatureSet {
  const has = (feature: Feature): boolean => {
    const probe = PROBES[feature];
    if (probe === undefined) return feature === 'core';
    const [text, answer] = probe;
    try {
      const compiled = new native.Module(encodeModule(parseModule(`(module ${text})`)));
      const { exports } = new native.Instance(compiled as never, PROBE_IMPORTS as never);
      return (exports as { readonly f: () => unknown }).f() === answer;
    } catch {
      return false;
    }
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
