// Our engine as scripts see it, with the module `spectest` that scripts import from.
// https://github.com/WebAssembly/spec/blob/main/interpreter/README.md#spectest-host-module
import { compile, Func, type Instance, instantiate, type Imports, type ValidModule } from '../index.ts';
import { encodeModule } from '../encoder/encode.ts';
import { UnsupportedError, WasmError } from '../errors.ts';
import { readGlobalBits } from '../interpreter/constant.ts';
import { invokeBits } from '../interpreter/invoke.ts';
import type { Global } from '../runtime/global.ts';
import type { Extern } from '../runtime/instance.ts';
import type { Engine } from '../script/run.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { parseModule } from '../text/parser.ts';

/** `spectest`, as modules: functions that print nothing, and one of each other kind. Some need features of their own. */
const SPECTEST = [
  `(module
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64))
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (memory (export "memory") 1 2))`,
  '(module (table (export "table64") i64 10 20 funcref))',
  '(module (memory (export "shared_memory") 1 2 shared))',
];

function spectest(features: FeatureSet): Record<string, Extern> {
  const all: Record<string, Extern> = {};
  for (const text of SPECTEST) {
    try {
      const module = compile(encodeModule(parseModule(text)), { features });
      Object.assign(all, instantiate(module).exports);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
    }
  }
  return all;
}

/** The values that a module's imports ask for, as an import object. */
function importsOf(module: ValidModule, find: (from: string, name: string) => Extern | undefined): Imports {
  const imports = Object.create(null) as Record<string, Record<string, Extern>>;
  for (const { module: from, name } of module.module.imports) {
    const value = find(from, name);
    if (value === undefined) continue;
    imports[from] ??= Object.create(null) as Record<string, Extern>;
    imports[from][name] = value;
  }
  return imports;
}

/** An engine for `runScript`. */
export function scriptEngine(features: FeatureSet): Engine<ValidModule, Instance, Extern> {
  return {
    compile: (bytes) => compile(bytes, { features }),
    instantiate: (module, find) => instantiate(module, importsOf(module, find)),
    export: (instance, name) => instance.exports[name],
    invoke: (func, args) => invokeBits(func as Func, args),
    read: (global) => readGlobalBits(global as Global),
    spectest: () => spectest(features),
    referenceKind: (reference) => (reference instanceof Func ? 'func' : 'other'),
    isException: (error) => error instanceof WasmError && error.code === 'exception',
  };
}
