// The slow reference as an engine of the judge.
import { compile, type Feature, FEATURES, type FeatureSet } from '../../src/index.ts';
import { F32, F64, type FuncType, I64, isRef, type ValType } from '../../src/syntax/types.ts';
import type { Engine, Failure, HostCall } from '../../src/testing/index.ts';
import { trapClass } from '../../src/testing/index.ts';
import { typeSpace, type ValidModule } from '../../src/validator/module.ts';
import { fromF32, fromF64, toF32, toF64 } from './reference-numeric.ts';
import { type RefExtern, RefStore } from './reference-store.ts';
import {
  callFunction,
  ReferenceTrap,
  RefFunction,
  RefI31,
  type RefNumber,
  type RefValue,
  Thrown,
} from './reference-values.ts';

const MISSING: readonly Feature[] = [
  'simd',
  'relaxed-simd',
  'threads',
  'wide-arithmetic',
  'custom-descriptors',
  'legacy-exceptions',
];

/** What the reference can run. */
export const REFERENCE_FEATURES: FeatureSet = new Set(
  (Object.keys(FEATURES) as Feature[]).filter((name) => !MISSING.includes(name)),
);

/** A value as JavaScript sees it. */
function toHost(t: ValType, value: RefValue): unknown {
  if (t === F32) return toF32(value as RefNumber);
  if (t === F64) return toF64(value as RefNumber);
  return value instanceof RefI31 ? value.value : value;
}

function fromHost(t: ValType, value: unknown): RefValue {
  if (isRef(t)) return value;
  if (t === F32) return fromF32(value as number);
  if (t === F64) return fromF64(value as number);
  return t === I64 ? BigInt.asIntN(64, value as bigint) : (value as number) | 0;
}

function failure(error: unknown): Failure {
  if (error instanceof ReferenceTrap) return { kind: 'trap', trap: trapClass(error.kind) };
  if (error instanceof Thrown) return { kind: 'exception' };
  if (error instanceof RangeError) return { kind: 'exhausted' };
  return { kind: 'other', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

function hostFunction(name: string, type: FuncType, host: HostCall): RefFunction {
  return new RefFunction(type, undefined, (args) => {
    const { params, results } = type;
    const answer = host(
      name,
      args.map((value, i) => toHost(params[i], value)),
    );
    const list = results.length === 1 ? [answer] : ((answer ?? []) as unknown[]);
    return results.map((t, i) => fromHost(t, list[i]));
  });
}

/** The host's functions need the types that their importers give them, for indirect calls. */
function withType(func: RefFunction, valid: ValidModule, name: string): RefFunction {
  const found = valid.module.imports.find((one) => one.name === name);
  const defType = found?.desc.kind === 'func' ? typeSpace(valid).at(found.desc.type) : undefined;
  return new RefFunction(func.type, defType, func.call);
}

function exported(store: RefStore, name: string): RefExtern {
  const found = store.valid.module.exports.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the reference has no export ${name}`);
  const { func, table, memory, global, tag } = {
    func: store.functions,
    table: store.tables,
    memory: store.memories,
    global: store.globals,
    tag: store.tags,
  };
  return { func, table, memory, global, tag }[found.kind][found.index];
}

const noImports = (): never => {
  throw new Error('the second module imports nothing');
};

function stateOf(store: RefStore): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const { name, kind, index } of store.valid.module.exports) {
    if (kind === 'memory') state[name] = store.memories[index].bytes;
    if (kind === 'global') state[name] = toHost(store.globals[index].type.val, store.globals[index].value);
    if (kind === 'table') {
      const { type, elems } = store.tables[index];
      state[name] = elems.map((value) => toHost(type.elem, value));
    }
  }
  return state;
}

export function referenceEngine(name: string): Engine {
  return {
    name,
    failure,
    instantiate: ({ bytes, linked, features }, host) => {
      const valid = compile(bytes, { features });
      const first = linked === undefined ? undefined : new RefStore(compile(linked, { features }), noImports);
      const store = new RefStore(valid, (from, what, type) => {
        if (from === 'host') return withType(hostFunction(what, type as FuncType, host), valid, what);
        return exported(first as RefStore, what);
      });
      return {
        call: (func, args) => {
          const callee = exported(store, func) as RefFunction;
          const { params, results } = callee.type;
          const answer = callFunction(
            callee,
            args.map((value, i) => fromHost(params[i], value)),
          );
          return answer.map((value, i) => toHost(results[i], value));
        },
        setGlobal: (global, value) => {
          const found = store.valid.module.exports.find((one) => one.name === global);
          if (found !== undefined) store.globals[found.index].value = value;
        },
        state: () => stateOf(store),
      };
    },
  };
}
