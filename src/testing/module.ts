// Modules from genomes: functions, what they ask for, exports of everything, and calls to make.
import fc from 'fast-check';
import { encodeModule } from '../encoder/encode.ts';
import { Writer } from '../encoder/writer.ts';
import type { FeatureSet } from '../syntax/features.ts';
import type { Export, Functions, Global, Module } from '../syntax/module.ts';
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  I32,
  I64,
  V128,
  type ValType,
  typeName,
} from '../syntax/types.ts';
import { armSet } from './arms.ts';
import { Body } from './body.ts';
import { type Genome, childOf, genome } from './genome.ts';
import { ANYREF, Layout, expr } from './layout.ts';
import { DEFAULT_OPTIONS, type ModuleOptions, swarm } from './options.ts';
import { type TestValue, crosses, valueFrom } from './values.ts';

/** What a module is made of: plain numbers, kept as JSON to make it again. */
export interface ModuleGenome {
  /** Bits of features to leave out. */
  readonly swarm: number;
  readonly choice: number;
  readonly imports: number;
  readonly functions: readonly FunctionGenome[];
  /** Numbers that choose the arguments of calls. */
  readonly calls: readonly number[];
}

export interface FunctionGenome {
  readonly params: readonly number[];
  readonly results: readonly number[];
  readonly statements: readonly Genome[];
  readonly result: Genome;
}

export interface TestCall {
  readonly name: string;
  readonly args: readonly TestValue[];
}

export interface TestModule {
  readonly bytes: Uint8Array;
  /** Features that the module may have used. */
  readonly features: FeatureSet;
  /** Calls to make, in order, with `fuel` set before each. */
  readonly calls: readonly TestCall[];
  /** The value of the exported global `fuel` to start each call with. */
  readonly fuel: number;
  /** How often each row of the instruction table occurs, by code. */
  readonly rows: ReadonlyMap<number, number>;
  readonly genome: ModuleGenome;
}

const FUEL = 'fuel';

/** Types of parameters and results; those of the last function may cross into any host. */
function typeFrom(layout: Layout, n: number, outer: boolean): ValType {
  const types = [I32, I64, F32, F64, I32, I64];
  if (layout.has('reference-types')) types.push(EXTERNREF);
  if (!outer) {
    if (layout.has('simd')) types.push(V128);
    if (layout.has('reference-types')) types.push(FUNCREF);
    if (layout.has('gc')) types.push(ANYREF);
  }
  return types[n % types.length];
}

function functionType(layout: Layout, { params, results }: FunctionGenome, outer: boolean): FuncType {
  return {
    kind: 'func',
    params: params.map((n) => typeFrom(layout, n, outer)),
    results: results.map((n) => typeFrom(layout, n, outer)),
  };
}

const HOST_TYPES: readonly FuncType[] = [
  { kind: 'func', params: [I32], results: [] },
  { kind: 'func', params: [I64, F64], results: [I32] },
  { kind: 'func', params: [F32, I32], results: [F64, I64] },
];

function emitFunction(layout: Layout, type: FuncType, self: number, gene: FunctionGenome): Uint8Array {
  const body = new Body(layout, armSet(layout), type, self);
  if (!layout.options.trapFree) {
    body.fuel();
    body.op(0x45);
    body.block(0x04, [], [], () => body.op(0x00));
  }
  for (const statement of gene.statements) body.statement(statement);
  body.values(type.results, type.results.length === 1 ? { ...gene.result, children: [gene.result] } : gene.result);
  return body.finish();
}

/** Answers 1 and uses up one unit, or answers 0. */
function fuelFunction(global: number): Uint8Array {
  const w = new Writer();
  w.byte(0x00);
  const get = (): void => {
    w.byte(0x23);
    w.u32(global);
  };
  get();
  w.bytes(Uint8Array.of(0x04, 0x7f));
  get();
  w.bytes(Uint8Array.of(0x41, 0x01, 0x6b, 0x24));
  w.u32(global);
  w.bytes(Uint8Array.of(0x41, 0x01, 0x05, 0x41, 0x00, 0x0b, 0x0b));
  return w.take();
}

function join(types: readonly number[], bodies: readonly Uint8Array[]): Functions {
  const writer = new Writer();
  const start = new Uint32Array(bodies.length);
  const end = new Uint32Array(bodies.length);
  bodies.forEach((body, i) => {
    start[i] = writer.length;
    writer.bytes(body);
    end[i] = writer.length;
  });
  return { types: Uint32Array.from(types), bytes: writer.take(), start, end };
}

function exportsOf(layout: Layout, fuelGlobal: number): Export[] {
  const all: Export[] = layout.functions.map((_, index) => ({ name: `f${index}`, kind: 'func', index }));
  const named = (kind: Export['kind'], letter: string, count: number): void => {
    for (let index = 0; index < count; index++) all.push({ name: `${letter}${index}`, kind, index });
  };
  named('memory', 'm', layout.memories.list.length);
  named('table', 't', layout.tables.list.length);
  named('global', 'g', fuelGlobal);
  if (layout.usesFuel) all.push({ name: FUEL, kind: 'global', index: fuelGlobal });
  return all;
}

function testCalls(layout: Layout, numbers: readonly number[], imports: number): TestCall[] {
  const callable = layout.functions.flatMap(({ params, results }, i) =>
    i >= imports && [...params, ...results].every(crosses) ? [i] : [],
  );
  const last = layout.functions.length - 1;
  return numbers.map((n, round) => {
    const index = round % 2 === 0 ? last : callable[n % callable.length];
    const args = layout.functions[index].params.map((t, i) => {
      const { n: a, k } = childOf({ n: n & 0xffff, k: n >>> 16, children: [] }, i);
      return valueFrom(t, a, k);
    });
    return { name: `f${index}`, args };
  });
}

const hostName = (i: number, { results }: FuncType): string => [`h${i}`, ...results.map(typeName)].join(' ');

/** The module that a genome describes: always valid, for the features that are allowed. */
export function emitModule(gene: ModuleGenome, some: Partial<ModuleOptions> = {}): TestModule {
  const options = { ...DEFAULT_OPTIONS, ...some };
  const layout = new Layout(swarm(options.features, gene.swarm), options, gene.choice);
  const imports = gene.imports % (options.maxImports + 1);
  for (let i = 0; i < imports; i++) layout.functions.push(HOST_TYPES[(gene.choice + i) % HOST_TYPES.length]);
  gene.functions.forEach((one, i) => {
    layout.functions.push(functionType(layout, one, i === gene.functions.length - 1));
  });
  const types = layout.functions.map(({ params, results }) => layout.funcType(params, results));
  const bodies = gene.functions.map((one, i) => emitFunction(layout, layout.functions[imports + i], imports + i, one));
  const fuelGlobal = layout.globals.list.length;
  const globals: Global[] = [...layout.globals.list];
  if (layout.usesFuel) {
    bodies.push(fuelFunction(fuelGlobal));
    types.push(layout.funcType([], [I32]));
    globals.push({
      type: { val: I32, mutable: true },
      init: expr((w) => {
        w.byte(0x41);
        w.s33(options.fuel);
      }),
    });
  }
  const module: Module = {
    types: layout.types,
    recGroups: layout.recGroups,
    imports: types.slice(0, imports).map((type, i) => ({
      module: 'host',
      name: hostName(i, layout.functions[i]),
      desc: { kind: 'func', type } as const,
    })),
    funcs: join(types.slice(imports), bodies),
    tables: layout.tables.list,
    memories: layout.memories.list,
    tags: layout.tags.list,
    globals,
    exports: exportsOf(layout, fuelGlobal),
    start: undefined,
    elems: layout.elems.list,
    dataCount: layout.datas.list.length > 0 ? layout.datas.list.length : undefined,
    datas: layout.datas.list,
    customs: [],
  };
  return {
    bytes: encodeModule(module),
    features: layout.features,
    calls: testCalls(layout, gene.calls, imports),
    fuel: options.fuel,
    rows: layout.rows,
    genome: gene,
  };
}

/** Genomes of modules. */
export function moduleGenome(some: Partial<ModuleOptions> = {}): fc.Arbitrary<ModuleGenome> {
  const options = { ...DEFAULT_OPTIONS, ...some };
  const types = fc.array(fc.nat(0xff), { maxLength: 3 });
  const one = fc.record({
    params: types,
    results: types,
    statements: fc.array(genome(options.maxDepth), { maxLength: options.maxStatements }),
    result: genome(options.maxDepth),
  });
  return fc.record({
    swarm: fc.oneof(fc.constant(0), fc.nat(0xffffff)),
    choice: fc.nat(0xff),
    imports: fc.nat(options.maxImports),
    functions: fc.array(one, { minLength: 1, maxLength: options.maxFunctions }),
    calls: fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 4 }),
  });
}

/** Valid modules, with calls to make. */
export function module(some: Partial<ModuleOptions> = {}): fc.Arbitrary<TestModule> {
  return moduleGenome(some).map((gene) => emitModule(gene, some));
}
