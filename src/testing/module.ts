// Modules from genomes: how many functions, of what types, with what in them.
import fc from 'fast-check';
import { having } from '../options.ts';
import { EXTERNREF, F32, F64, FUNCREF, type FuncType, I32, I64, V128, type ValType } from '../syntax/types.ts';
import { type TestModule, assemble } from './assemble.ts';
import type { Body } from './body.ts';
import { type Genome, LEAF, genome } from './genome.ts';
import { ANYREF } from './known-types.ts';
import { Layout } from './layout.ts';
import { type ModuleOptions, moduleOptions, swarm } from './options.ts';

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

/** The module that a genome describes: always valid, for the features that are allowed. */
export function emitModule(gene: ModuleGenome, some?: Partial<ModuleOptions>): TestModule {
  const options = moduleOptions('emitModule', some);
  having(
    'a genome, as moduleGenome makes them',
    'functions',
    'constants',
    'start',
    'calls',
  )(gene, 'emitModule: the genome');
  const layout = new Layout(swarm(options.features, gene.swarm), options, gene);
  const hasStart = options.start && gene.start.length > 0;
  const genes = [
    ...(hasStart ? [{ params: [], results: [], statements: gene.start, result: LEAF }] : []),
    ...gene.functions,
  ];
  return assemble(layout, {
    hostFunctions: gene.imports % (options.maxImports + 1),
    grow: options.linked && (gene.links >> 7) % 4 === 3,
    functions: genes.map((one, i) => ({
      type: functionType(layout, one, i === genes.length - 1),
      emit: (body) => emitGenome(body, one.statements, one.result),
    })),
    hasStart,
    calls: gene.calls,
    genome: gene,
  });
}

/** Statements, then code that leaves the function's results. */
export function emitGenome(body: Body, statements: readonly Genome[], result: Genome): void {
  const { results } = body.type;
  for (const statement of statements) body.statement(statement);
  body.values(results, results.length === 1 ? { ...result, children: [result] } : result);
}

/** Genomes of modules. */
export function moduleGenome(some?: Partial<ModuleOptions>): fc.Arbitrary<ModuleGenome> {
  const options = moduleOptions('moduleGenome', some);
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
export function module(some?: Partial<ModuleOptions>): fc.Arbitrary<TestModule> {
  const options = moduleOptions('module', some);
  return moduleGenome(options).map((gene) => emitModule(gene, options));
}
