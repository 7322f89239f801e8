// This project's engine as scripts see it, with the `spectest` module.
// https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module
// The module is itself written in the text format: its functions do nothing, since scripts cannot see what is printed.
import { UnsupportedError, WasmError } from '../errors.ts';
import { encodeModule } from '../encoder/encode.ts';
import { type Imports, type Instance, compile, instantiate } from '../index.ts';
import { readGlobalBits } from '../interpreter/values/constant.ts';
import { beginBits, invokeBits } from '../interpreter/threads/invoke.ts';
import { referenceOut } from '../runtime/references.ts';
import { type Extern, Func } from '../runtime/instance.ts';
import { Global } from '../runtime/global.ts';
import type { Bits } from '../runtime/values.ts';
import { isI31 } from '../runtime/objects.ts';
import { emptyRecord } from '../syntax/records.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { parseModule } from '../text/parser.ts';
import type { ValidModule } from '../validator/module.ts';
import { validateBranchHints } from './custom.ts';
import type { ReferenceKind } from './match.ts';
import type { Engine } from './run.ts';
import type { PiecewiseCall } from './turns.ts';

const SPECTEST = `(module
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2)
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64)))`;

/** What only some proposals know. */
const MORE = new Map([
  ['table64', '(module (table (export "table64") i64 10 20 funcref))'],
  ['shared_memory', '(module (memory (export "shared_memory") 1 2 shared))'],
]);

/** Fuel of a thread's turn: few, so that threads meet in many ways. */
const SLICE = 100;

/** A call of one of our functions, piece by piece. */
function piecewise(func: Func, args: readonly Bits[]): PiecewiseCall<readonly Bits[]> {
  const execution = beginBits(func, args, { async: true });
  execution.fuel = Number.POSITIVE_INFINITY;
  let asked = false;
  return {
    step() {
      const outcome = execution.step(SLICE);
      if (outcome === 'done') return execution.results;
      if (outcome === 'suspended' && !asked) execution.whenReady(() => {}, true);
      asked = outcome === 'suspended';
      return undefined;
    },
    get waits() {
      return execution.waitsForMemory;
    },
    get timeLeft() {
      return execution.timeLeft;
    },
    timeOut: () => execution.timeOut(),
  };
}

const KINDS: readonly ReferenceKind[] = ['func', 'i31', 'struct', 'array', 'exn'];

/** The interpreter with a set of features; the default ones if none is given. */
export function scriptEngine(features?: FeatureSet): Engine<ValidModule, Instance, Extern> {
  const options = features === undefined ? {} : { features };
  const fromText = (text: string): Instance => instantiate(compile(encodeModule(parseModule(text)), options));
  return {
    parseOptions: options,
    compile: (bytes) => compile(bytes, options),
    validateCustom: ({ module }) => validateBranchHints(module),
    instantiate(module, find) {
      const imports = emptyRecord<Record<string, Extern>>();
      for (const { module: from, name } of module.module.imports) {
        const value = find(from, name);
        if (value === undefined) continue;
        imports[from] ??= emptyRecord();
        imports[from][name] = value;
      }
      return instantiate(module, imports as Imports);
    },
    export: (instance, name) => instance.exports[name],
    invoke(func, args) {
      if (!(func instanceof Func)) throw new TypeError('the export is not a function');
      return invokeBits(func, args);
    },
    begin: (func, args) => (func instanceof Func && func.instance !== undefined ? piecewise(func, args) : undefined),
    read(global) {
      if (!(global instanceof Global)) throw new TypeError('the export is not a global');
      const bits = readGlobalBits(global);
      return global.type.val > 0 ? referenceOut(global.type.val, bits) : bits;
    },
    spectest() {
      const all = emptyRecord<Extern | UnsupportedError>();
      Object.assign(all, fromText(SPECTEST).exports);
      for (const [name, text] of MORE) {
        try {
          Object.assign(all, fromText(text).exports);
        } catch (error) {
          if (!(error instanceof UnsupportedError)) throw error;
          all[name] = error;
        }
      }
      return all;
    },
    referenceKind(reference) {
      if (isI31(reference)) return 'i31';
      const kind = (reference as { readonly kind?: ReferenceKind } | undefined)?.kind;
      return kind !== undefined && KINDS.includes(kind) ? kind : 'other';
    },
    isException: (error) => error instanceof WasmError && error.code === 'exception',
  };
}
