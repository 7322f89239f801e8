// Puts a module together: imports, functions with their bodies, what the bodies asked for, exports, and calls to make.
// What functions there are and what is in them is for others to say: module.ts, function-body.ts, instruction.ts.
import { encodeModule } from '../encoder/encode.ts';
import type { FeatureSet } from '../syntax/features.ts';
import type { ElemSegment, Export, Global, Import } from '../syntax/module.ts';
import { F32, F64, type FuncType, HEAP, I32, I64, ref, typeName } from '../syntax/types.ts';
import { chooser } from './arms.ts';
import { Body } from './body.ts';
import { FUEL, fuelFunction } from './fuel.ts';
import { childOf } from './genome.ts';
import { type Layout, expr } from './layout.ts';
import { GROW, LINKED, joinBodies, linkedImports, linkedModule, linkedParts } from './linked.ts';
import type { ModuleOptions } from './options.ts';
import { type TestValue, crosses, extremeFrom, valueFrom } from './values.ts';

/** A call of an exported function. */
export interface TestCall {
  readonly name: string;
  readonly args: readonly TestValue[];
  /** The type of the function. */
  readonly type: FuncType;
}

/** A valid module with all that is needed to run it. */
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
  /** What it was made of, before `minimizeTest` took parts away: plain data, kept as JSON. */
  readonly genome: unknown;
}

const HOST_TYPES: readonly FuncType[] = [
  { kind: 'func', params: [I32], results: [] },
  { kind: 'func', params: [I64, F64], results: [I32] },
  { kind: 'func', params: [F32, I32], results: [F64, I64] },
];

/** What a module is to consist of. */
export interface Plan {
  /** Host functions to import. */
  readonly hostFunctions: number;
  /** Whether the second module's function is imported, too. */
  readonly grow: boolean;
  readonly functions: readonly PlannedFunction[];
  /** The first of the functions is the start function. */
  readonly hasStart: boolean;
  /** Numbers that choose the arguments of calls. */
  readonly calls: readonly number[];
  /** All functions are called with each of the numbers, else one with each. */
  readonly callsAll?: true;
  readonly genome: unknown;
  /** Is shown the bodies of the functions. */
  seen?(bodies: readonly Uint8Array[]): void;
}

export interface PlannedFunction {
  readonly type: FuncType;
  /** Emits code that leaves the results. */
  emit(body: Body): void;
}

function emitFunction(layout: Layout, { type, emit }: PlannedFunction, self: number): Body {
  const body = new Body(layout, chooser(layout), type, self);
  emit(body);
  return body;
}

function fuelOf({ fuel }: ModuleOptions): Global {
  const init = expr((w) => {
    w.byte(0x41);
    w.s33(fuel);
  });
  return { type: { val: I32, mutable: true }, init };
}

/** Everything, or what is called from outside. */
function exportsOf(layout: Layout, fuelGlobal: number, countsFuel: boolean): Export[] {
  const all: Export[] = layout.functions.map((_, index) => ({ name: `f${index}`, kind: 'func', index }));
  const named = (kind: Export['kind'], letter: string, count: number): void => {
    for (let index = 0; index < count; index++) all.push({ name: `${letter}${index}`, kind, index });
  };
  named('memory', 'm', layout.memories.list.length);
  named('table', 't', layout.tables.list.length);
  named('global', 'g', fuelGlobal);
  const seen = layout.options.exportAll ? all : [all[layout.functions.length - 1]];
  if (countsFuel) seen.push({ name: FUEL, kind: 'global', index: fuelGlobal });
  return seen;
}

/** Whether JavaScript has values for all parameters and results. */
const isCallable = ({ params, results }: FuncType): boolean => [...params, ...results].every(crosses);

function testCalls(layout: Layout, { calls, callsAll }: Plan, imports: number): TestCall[] {
  const callable = layout.functions.flatMap((type, i) =>
    i >= imports && layout.options.exportAll && isCallable(type) ? [i] : [],
  );
  const last = layout.functions.length - 1;
  if (callable.length === 0 && !isCallable(layout.functions[last])) return [];
  const chosen = callsAll
    ? calls.flatMap((n) => callable.map((index) => ({ n, index })))
    : calls.map((n, round) => {
        return { n, index: round % 2 === 0 || callable.length === 0 ? last : callable[n % callable.length] };
      });
  return chosen.map(({ n, index }) => {
    const args = layout.functions[index].params.map((t, i) => {
      const { n: a, k } = childOf({ n: n & 0xffff, k: n >>> 16, children: [] }, i);
      return callsAll && n % 2 === 1 ? extremeFrom(t, k) : valueFrom(t, a, k);
    });
    return { name: `f${index}`, args, type: layout.functions[index] };
  });
}

const hostName = (i: number, { results }: FuncType): string => [`h${i}`, ...results.map(typeName)].join(' ');

/** Functions whose indices code may name have to be known from outside, or by a segment. */
function declarations(layout: Layout): ElemSegment[] {
  if (layout.options.exportAll || !layout.has('reference-types')) return [];
  const funcs = Uint32Array.from(layout.functions.keys());
  return [{ type: ref(HEAP.func, false), mode: { kind: 'declarative' }, funcs, exprs: undefined }];
}

/** The functions that are imported: the host's, then the one of the second module. */
function functionImports(layout: Layout, types: readonly number[], hosts: number): Import[] {
  return types.map((type, i) => {
    const isHost = i < hosts;
    const name = isHost ? hostName(i, layout.functions[i]) : 'grow';
    return { module: isHost ? 'host' : LINKED, name, desc: { kind: 'func', type } };
  });
}

/** The module of a plan. The layout must be new: its functions are those of the plan. */
export function assemble(layout: Layout, plan: Plan): TestModule {
  const { hostFunctions: hosts, grow, functions } = plan;
  for (let i = 0; i < hosts; i++) layout.functions.push(HOST_TYPES[(layout.choice + i) % HOST_TYPES.length]);
  if (grow) layout.functions.push(GROW);
  const imports = layout.functions.length;
  for (const { type } of functions) layout.functions.push(type);
  const types = layout.functions.map(({ params, results }) => layout.funcType(params, results));
  const emitted = functions.map((one, i) => emitFunction(layout, one, imports + i));
  const fuelGlobal = layout.globals.list.length;
  const countsFuel = layout.usesFuel || emitted.some((body) => body.spends);
  const bodies = emitted.map((body) => body.finish(fuelGlobal));
  plan.seen?.(bodies);
  const parts = linkedParts(layout);
  const globals = layout.globals.list.slice(parts.globals.length);
  if (layout.usesFuel) {
    bodies.push(fuelFunction(fuelGlobal));
    types.push(layout.funcType([], [I32]));
  }
  if (countsFuel) globals.push(fuelOf(layout.options));
  const linked = linkedModule(layout, parts, grow);
  const datas = layout.datas.list;
  const bytes = encodeModule({
    types: layout.types,
    recGroups: layout.recGroups,
    imports: [...functionImports(layout, types.slice(0, imports), hosts), ...linkedImports(parts)],
    funcs: joinBodies(types.slice(imports), bodies),
    tables: layout.tables.list.slice(parts.tables.length),
    memories: layout.memories.list.slice(parts.memories.length),
    tags: layout.tags.list.slice(parts.tags.length),
    globals,
    exports: exportsOf(layout, fuelGlobal, countsFuel),
    start: plan.hasStart ? imports : undefined,
    elems: [...layout.elems.list, ...declarations(layout)],
    // Passive segments are there where instructions name them, and those need the count.
    dataCount: layout.datas.has('passive') ? datas.length : undefined,
    datas,
    customs: [],
  });
  const { features, rows, options } = layout;
  const calls = testCalls(layout, plan, imports);
  return { bytes, linked, features, calls, fuel: options.fuel, rows, genome: plan.genome };
}
