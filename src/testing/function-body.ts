// Single functions of a wanted type, each in the module that it needs around it.
import fc from 'fast-check';
import { having, listOf } from '../options.ts';
import type { Feature } from '../syntax/features.ts';
import { type FuncType, V128, type ValType, isRef } from '../syntax/types.ts';
import { type TestModule, assemble } from './assemble.ts';
import { type Genome, genome } from './genome.ts';
import { Layout } from './layout.ts';
import { emitGenome } from './module.ts';
import { type ModuleOptions, moduleOptions, swarm } from './options.ts';
import { type TypeLike, typeOf } from './values.ts';

/** A function's type: names of value types. */
export interface BodyType {
  readonly params: readonly TypeLike[];
  readonly results: readonly TypeLike[];
}

export interface TestFunction {
  /** The binary format's `func`: locals, instructions, `end`. Its indices are those of `module`. */
  readonly body: Uint8Array;
  /** The module around it, which exports it by `name`. */
  readonly module: TestModule;
  readonly name: string;
}

interface FunctionGenes {
  readonly swarm: number;
  readonly choice: number;
  readonly constants: readonly Genome[];
  readonly statements: readonly Genome[];
  readonly result: Genome;
  readonly calls: readonly number[];
}

/** Features that the type itself needs. */
function needed({ params, results }: FuncType): Feature[] {
  const types = [...params, ...results];
  return [
    ...(types.includes(V128) ? (['simd'] as const) : []),
    ...(types.some(isRef) ? (['reference-types'] as const) : []),
    ...(results.length > 1 ? (['multi-value'] as const) : []),
  ];
}

function emitBody(type: FuncType, genes: FunctionGenes, options: ModuleOptions): TestFunction {
  const features = new Set([...swarm(options.features, genes.swarm), ...needed(type)]);
  const layout = new Layout(features, options, { ...genes, links: 0 });
  let body: Uint8Array = new Uint8Array(0);
  const emit = { type, emit: (it: Parameters<typeof emitGenome>[0]) => emitGenome(it, genes.statements, genes.result) };
  const module = assemble(layout, {
    hostFunctions: 0,
    grow: false,
    functions: [emit],
    hasStart: false,
    calls: genes.calls,
    genome: { type, ...genes },
    seen: (bodies) => {
      body = bodies[0];
    },
  });
  return { body, module, name: 'f0' };
}

/**
 * Function bodies of a type. Results whose types no JavaScript value has (v128, funcref) are fine; then the module comes
 * without calls. Throws TypeError where the type needs a feature that the options do not allow.
 *
 * @param type `{ params: ['i32', 'i64'], results: ['f64'] }`
 */
export function functionBody(type: BodyType, some?: Partial<ModuleOptions>): fc.Arbitrary<TestFunction> {
  const options = moduleOptions('functionBody', some);
  having('a type of functions', 'params', 'results')(type, 'functionBody: the type');
  const valueTypes = listOf((one) => typeOf(one as TypeLike));
  const params = valueTypes(type.params, 'functionBody: params') as ValType[];
  const results = valueTypes(type.results, 'functionBody: results') as ValType[];
  const whole = { kind: 'func', params, results } as const;
  const missing = needed(whole).find((feature) => !options.features.has(feature));
  if (missing !== undefined) throw new TypeError(`the type needs the feature ${missing}, which is not allowed`);
  return fc
    .record({
      swarm: fc.oneof(fc.constant(0), fc.nat(0xffffff)),
      choice: fc.nat(0xff),
      constants: fc.array(genome(3), { maxLength: 3 }),
      statements: fc.array(genome(options.maxDepth), { maxLength: options.maxStatements }),
      result: genome(options.maxDepth),
      calls: fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 4 }),
    })
    .map((genes) => emitBody(whole, genes, options));
}
