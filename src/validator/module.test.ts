import { describe, expect, it } from 'vitest';
import { InvalidError, UnsupportedError } from '../errors.ts';
import { DEFAULT_FEATURES, type FeatureSet, withFeatures } from '../syntax/features.ts';
import type { Module } from '../syntax/module.ts';
import { EXTERNREF, FUNCREF, HEAP, I32, I64, V128, ref } from '../syntax/types.ts';
import { expr, func, memory, moduleOf, oneFunc, sub, tableType } from './builder.suite.ts';
import { typeSpace, validateModule } from './module.ts';

function refusal(module: Module, kind: new (...args: never[]) => Error = InvalidError, features?: FeatureSet): string {
  try {
    validateModule(module, features === undefined ? {} : { features });
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(kind);
    return (error as Error).message;
  }
}
const only = (more: Partial<Module>): Module => moduleOf([sub(func([], [])), sub(func([I32], []))], [], more);
const without = (...names: Parameters<FeatureSet['has']>[0][]): FeatureSet =>
  withFeatures(DEFAULT_FEATURES, Object.fromEntries(names.map((name) => [name, false])));

describe('a valid module', () => {
  it('has whole index spaces, imports first', () => {
    const valid = validateModule(
      moduleOf([sub(func([], [])), sub(func([I32], []))], [{ type: 0, body: 'end' }], {
        imports: [
          { module: 'm', name: 'f', desc: { kind: 'func', type: 1 } },
          { module: 'm', name: 'g', desc: { kind: 'global', type: { val: I64, mutable: false } } },
        ],
        globals: [{ type: { val: I64, mutable: true }, init: expr('global.get 0 end') }],
        memories: [memory(1n, 2n)],
      }),
    );
    expect([...valid.funcTypes]).toEqual([1, 0]);
    expect(valid.importedFuncs).toBe(1);
    expect(valid.importedGlobals).toBe(1);
    expect(valid.globalTypes.map((type) => type.mutable)).toEqual([false, true]);
    expect(valid.memTypes.length).toBe(1);
    expect(typeSpace(valid).canonical.length).toBe(2);
  });
});

describe('types and limits', () => {
  it('bounds must be in order and within what the spec allows', () => {
    expect(refusal(only({ memories: [memory(2n, 1n)] }))).toMatch(/^size minimum must not be greater than maximum/);
    expect(refusal(only({ memories: [memory(65_537n)] }))).toMatch(/^memory size must be at most 65536 pages/);
    expect(refusal(only({ memories: [memory(0n, 65_537n)] }))).toMatch(/^memory size must be at most/);
    expect(refusal(only({ memories: [memory(65_536n, 65_536n)] }))).toBe('');
    const table = (min: bigint, max?: bigint): Partial<Module> => ({
      tables: [{ type: tableType(min, max), init: undefined }],
    });
    expect(refusal(only(table(0xffff_ffffn, 0xffff_ffffn)))).toBe('');
    expect(refusal(only(table(0n, 0x1_0000_0000n)))).toMatch(/^table size must be at most 2\^32-1/);
  });

  it('a chain of supertypes is limited to 63', () => {
    const struct = { kind: 'struct', fields: [] } as const;
    const chain = (length: number): Module =>
      moduleOf(
        Array.from({ length }, (_, i) => sub(struct, { final: false, supers: i === 0 ? [] : [i - 1] })),
        [],
      );
    expect(() => validateModule(chain(64))).not.toThrow();
    expect(() => validateModule(chain(65))).toThrow(/^too many super types/);
    const group = { ...chain(1000), recGroups: [{ start: 0, length: 1000 }] };
    expect(() => validateModule(group)).toThrow(/^too many super types/);
  });

  it('functions and imports need known types', () => {
    expect(refusal(moduleOf([], [{ type: 0, body: 'end' }]))).toMatch(/^unknown type 0/);
    const imports = [{ module: '', name: '', desc: { kind: 'func', type: 2 } }] as const;
    expect(refusal(only({ imports }))).toMatch(/^unknown type 2.*\(import 0\)/);
  });
});

describe('constant expressions', () => {
  const global = (text: string, mutable = false): Module['globals'][number] => ({
    type: { val: I32, mutable },
    init: expr(text),
  });
  it('only constant instructions, of the right type', () => {
    expect(refusal(only({ globals: [global('i32.const 1 i32.const 2 i32.add end')] }))).toBe('');
    expect(refusal(only({ globals: [global('i32.const 1 i32.eqz end')] }))).toMatch(/^constant expression required/);
    expect(refusal(only({ globals: [global('i64.const 1 end')] }))).toMatch(/^type mismatch: end expects \[i32\]/);
    expect(refusal(only({ globals: [global('end')] }))).toMatch(/^type mismatch/);
    expect(refusal(only({ globals: [global('i32.const 1 i32.const 1 end')] }))).toMatch(/^type mismatch/);
  });

  it('may read globals before them that are immutable, with gc off only imported ones', () => {
    const two = only({ globals: [global('i32.const 1 end'), global('global.get 0 end')] });
    expect(refusal(two)).toBe('');
    expect(refusal(two, UnsupportedError, without('gc'))).toMatch(/needs the feature "gc", which is off/);
    expect(refusal(only({ globals: [global('global.get 0 end')] }))).toMatch(/^unknown global 0/);
    const mutable = only({ globals: [global('i32.const 1 end', true), global('global.get 0 end')] });
    expect(refusal(mutable)).toMatch(/^constant expression required/);
  });

  it('element segments must fit their table', () => {
    const mode = { kind: 'active', table: 0, offset: expr('i32.const 0 end') } as const;
    const funcs = Uint32Array.of(0);
    const elems = (elem: number): Module =>
      oneFunc([], [], 'end', {
        tables: [{ type: tableType(1n, 1n, elem), init: undefined }],
        elems: [{ type: FUNCREF, mode, funcs, exprs: undefined }],
      });
    expect(refusal(elems(FUNCREF))).toBe('');
    expect(refusal(elems(EXTERNREF))).toMatch(/^type mismatch: the elements must match externref/);
    const unknown = only({ elems: [{ type: FUNCREF, mode, funcs, exprs: undefined }] });
    expect(refusal(unknown)).toMatch(/^unknown function 0/);
  });
});

describe('exports and start', () => {
  it('names are unique and indices known', () => {
    const one = { name: 'm', kind: 'memory', index: 0 } as const;
    expect(refusal(only({ exports: [one] }))).toMatch(/^unknown memory 0: there are 0 memories here/);
    expect(refusal(only({ memories: [memory(0n)], exports: [one, one] }))).toMatch(/^duplicate export name: "m"/);
  });

  it('the start function takes and gives nothing', () => {
    const module = oneFunc([I32], [], 'end', { start: 0 });
    expect(refusal(module)).toMatch(/^start function must have type \[\] -> \[\]: found \[i32\] -> \[\]/);
    expect(refusal(oneFunc([], [], 'end', { start: 0 }))).toBe('');
    expect(refusal(only({ start: 0 }))).toMatch(/^unknown function 0/);
  });
});

describe('features', () => {
  it('an instruction of a feature that is off is refused with its name and its place', () => {
    const module = oneFunc([], [], 'i32.const 0 v128.load 0 0 drop end', { memories: [memory(1n)] });
    expect(refusal(module)).toBe('');
    expect(refusal(module, UnsupportedError, without('simd'))).toMatch(
      /^unsupported: v128.load needs the feature "simd", which is off;.* \(func 0, offset 0x03\)$/,
    );
  });

  it('a feature that is off says how to switch it on', () => {
    const module = oneFunc([], [], 'return_call 0 end');
    expect(refusal(module, UnsupportedError, without('tail-call'))).toMatch(
      /needs the feature "tail-call", which is off; switch it on with --wasm-features=tail-call \(or features: withFeatures\(\.\.\., { 'tail-call': true }\) in the API\)/,
    );
    const two = only({ memories: [memory(0n), memory(0n)] });
    expect(refusal(two)).toBe('');
    expect(refusal(two, UnsupportedError, without('multi-memory'))).toMatch(/"multi-memory", which is off/);
  });

  it('with the features of 2.0 off, a module of 1.0 is valid and others name what they need', () => {
    const features = without('reference-types', 'bulk-memory', 'multi-value', 'function-references', 'gc');
    const mode = { kind: 'active', table: 0, offset: expr('i32.const 0 end') } as const;
    const tables = [{ type: tableType(1n), init: undefined }];
    const elems = [{ type: ref(HEAP.func, false), mode, funcs: Uint32Array.of(0), exprs: undefined }];
    const one = (more: Partial<Module>, body = 'i32.const 0 call_indirect 0 0 end'): string =>
      refusal(oneFunc([], [], body, more), UnsupportedError, features).replace(/.*feature "([^"]*)".*/, '$1');
    expect(one({ tables, elems })).toBe('');
    expect(one({ tables: [...tables, ...tables] })).toBe('reference-types');
    expect(one({ tables: [{ type: tableType(1n, 1n, EXTERNREF), init: undefined }] })).toBe('reference-types');
    expect(one({ tables, datas: [{ mode: { kind: 'passive' }, init: new Uint8Array(0) }] })).toBe('bulk-memory');
    expect(one({}, 'block 0 end end')).toBe('');
    expect(refusal(moduleOf([sub(func([], [I32, I32]))], []), UnsupportedError, features)).toMatch(
      /"multi-value", which is off/,
    );
  });

  it('types, limits and tags of features that are off are refused', () => {
    const core: FeatureSet = new Set(['core', 'reference-types']);
    const unsupported = (module: Module): string =>
      refusal(module, UnsupportedError, core).replace(/.*feature "([^"]*)".*/, '$1');
    expect(unsupported(moduleOf([sub(func([V128], []))], []))).toBe('simd');
    expect(unsupported(moduleOf([sub({ kind: 'struct', fields: [] })], []))).toBe('gc');
    expect(unsupported(moduleOf([sub(func([ref(0, true)], []))], []))).toBe('function-references');
    expect(unsupported(only({ memories: [memory(1n, 1n, { addr: I64 })] }))).toBe('memory64');
    expect(unsupported(only({ memories: [memory(1n, 1n, { shared: true })] }))).toBe('threads');
    expect(unsupported(only({ memories: [memory(1n, 1n, { pageSizeLog2: 0 })] }))).toBe('custom-page-sizes');
    expect(unsupported(only({ tags: [{ type: 0 }] }))).toBe('exception-handling');
  });
});
