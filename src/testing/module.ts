// Modules from genomes: functions, what they ask for, exports of everything, and calls to make.
import fc from 'fast-check';
import { encodeModule } from '../encoder/encode.ts';
import { Writer } from '../encoder/writer.ts';
import type { FeatureSet } from '../syntax/features.ts';
import type { ElemSegment, Export, Global, Import } from '../syntax/module.ts';
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  HEAP,
  I32,
  I64,
  V128,
  type ValType,
  ref,
  typeName,
} from '../syntax/types.ts';
import { armSet } from './arms.ts';
import { Body } from './body.ts';
import { type Genome, LEAF, childOf, genome } from './genome.ts';
import { ANYREF } from './known-types.ts';
import { Layout, expr } from './layout.ts';
import { GROW, LINKED, joinBodies, linkedImports, linkedModule, linkedParts } from './linked.ts';
import { DEFAULT_OPTIONS, type ModuleOptions, swarm } from './options.ts';
import { type TestValue, crosses, valueFrom } from './values.ts';

/** What a module is made of: plain numbers, kept as JSON to make it again. */
export interface ModuleGenome {
  /** Bits of features to leave out. */
  readonly swarm: number;
  readonly choice: number;
  readonly imports: number;
  /** Bits: how much is imported from a second module. */
  readonly links: number;
  /** What constant expressions are made of, in turn. */
  readonly constants: readonly Genome[];
  /** Statements of the start function; without any there is none. */
  readonly start: readonly Genome[];
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
  /** A second module, to be instantiated first: its exports are the imports of the name `linked`. */
  readonly linked: Uint8Array | undefined;
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

/** Everything, or what is called from outside. */
function exportsOf(layout: Layout, fuelGlobal: number): Export[] {
  const all: Export[] = layout.functions.map((_, index) => ({ name: `f${index}`, kind: 'func', index }));
  const named = (kind: Export['kind'], letter: string, count: number): void => {
    for (let index = 0; index < count; index++) all.push({ name: `${letter}${index}`, kind, index });
  };
  named('memory', 'm', layout.memories.list.length);
  named('table', 't', layout.tables.list.length);
  named('global', 'g', fuelGlobal);
  const seen = layout.options.exportAll ? all : [all[layout.functions.length - 1]];
  if (layout.usesFuel) seen.push({ name: FUEL, kind: 'global', index: fuelGlobal });
  return seen;
}

function testCalls(layout: Layout, numbers: readonly number[], imports: number): TestCall[] {
  const callable = layout.functions.flatMap(({ params, results }, i) =>
    i >= imports && layout.options.exportAll && [...params, ...results].every(crosses) ? [i] : [],
  );
  const last = layout.functions.length - 1;
  return numbers.map((n, round) => {
    const index = round % 2 === 0 || callable.length === 0 ? last : callable[n % callable.length];
    const args = layout.functions[index].params.map((t, i) => {
      const { n: a, k } = childOf({ n: n & 0xffff, k: n >>> 16, children: [] }, i);
      return valueFrom(t, a, k);
    });
    return { name: `f${index}`, args };
  });
}

const hostName = (i: number, { results }: FuncType): string => [`h${i}`, ...results.map(typeName)].join(' ');

const START: FunctionGenome = { params: [], results: [], statements: [], result: LEAF };

/** Types of the imported functions: the host's, then the one of the second module. */
function importedTypes(gene: ModuleGenome, options: ModuleOptions): { host: FuncType[]; grow: boolean } {
  const host = Array.from(
    { length: gene.imports % (options.maxImports + 1) },
    (_, i) => HOST_TYPES[(gene.choice + i) % HOST_TYPES.length],
  );
  return { host, grow: options.linked && (gene.links >> 7) % 4 === 3 };
}

/** Functions whose indices code may name have to be known from outside, or by a segment. */
function declarations(layout: Layout): ElemSegment[] {
  if (layout.options.exportAll || !layout.has('reference-types')) return [];
  const funcs = Uint32Array.from(layout.functions.keys());
  return [{ type: ref(HEAP.func, false), mode: { kind: 'declarative' }, funcs, exprs: undefined }];
}

/** The module that a genome describes: always valid, for the features that are allowed. */
export function emitModule(gene: ModuleGenome, some: Partial<ModuleOptions> = {}): TestModule {
  const options = { ...DEFAULT_OPTIONS, ...some };
  const layout = new Layout(swarm(options.features, gene.swarm), options, gene);
  const { host, grow } = importedTypes(gene, options);
  const hasStart = options.start && gene.start.length > 0;
  const genes = [...(hasStart ? [{ ...START, statements: gene.start }] : []), ...gene.functions];
  layout.functions.push(...host, ...(grow ? [GROW] : []));
  const imports = layout.functions.length;
  genes.forEach((one, i) => {
    layout.functions.push(functionType(layout, one, i === genes.length - 1));
  });
  const types = layout.functions.map(({ params, results }) => layout.funcType(params, results));
  const bodies = genes.map((one, i) => emitFunction(layout, layout.functions[imports + i], imports + i, one));
  const fuelGlobal = layout.globals.list.length;
  const parts = linkedParts(layout);
  const globals = layout.globals.list.slice(parts.globals.length);
  if (layout.usesFuel) {
    bodies.push(fuelFunction(fuelGlobal));
    types.push(layout.funcType([], [I32]));
    globals.push(fuelOf(options));
  }
  const linked = linkedModule(layout, parts, grow);
  const functionImports = types.slice(0, imports).map((type, i): Import => {
    const isHost = i < host.length;
    const name = isHost ? hostName(i, host[i]) : 'grow';
    return { module: isHost ? 'host' : LINKED, name, desc: { kind: 'func', type } };
  });
  const { datas } = layout;
  const bytes = encodeModule({
    types: layout.types,
    recGroups: layout.recGroups,
    imports: [...functionImports, ...linkedImports(parts)],
    funcs: joinBodies(types.slice(imports), bodies),
    tables: layout.tables.list.slice(parts.tables.length),
    memories: layout.memories.list.slice(parts.memories.length),
    tags: layout.tags.list.slice(parts.tags.length),
    globals,
    exports: exportsOf(layout, fuelGlobal),
    start: hasStart ? imports : undefined,
    elems: [...layout.elems.list, ...declarations(layout)],
    dataCount: datas.list.length > 0 && layout.has('bulk-memory') ? datas.list.length : undefined,
    datas: datas.list,
    customs: [],
  });
  const calls = testCalls(layout, gene.calls, imports);
  return { bytes, linked, features: layout.features, calls, fuel: options.fuel, rows: layout.rows, genome: gene };
}

function fuelOf({ fuel }: ModuleOptions): Global {
  const init = expr((w) => {
    w.byte(0x41);
    w.s33(fuel);
  });
  return { type: { val: I32, mutable: true }, init };
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
    links: options.linked ? fc.oneof(fc.constant(0), fc.nat(0x1ff)) : fc.constant(0),
    constants: fc.array(genome(3), { maxLength: 3 }),
    start: options.start
      ? fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(genome(options.maxDepth), { maxLength: 2 }))
      : fc.constant([]),
    functions: fc.array(one, { minLength: 1, maxLength: options.maxFunctions }),
    calls: fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 4 }),
  });
}

/** Valid modules, with calls to make. */
export function module(some: Partial<ModuleOptions> = {}): fc.Arbitrary<TestModule> {
  return moduleGenome(some).map((gene) => emitModule(gene, some));
}
