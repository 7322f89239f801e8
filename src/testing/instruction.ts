// Single instructions: a small module for one row of the instruction table, with operands at the borders. Most faults of
// engines show already here; whole modules (module.ts) are for what comes of combinations.
import fc from 'fast-check';
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import { EXTERNREF, F32, F64, FUNCREF, HEAP, I32, I64, V128, type ValType, isRef, ref } from '../syntax/types.ts';
import type { Arm } from './arm.ts';
import { armOf, isWanted } from './arms.ts';
import { type PlannedFunction, type TestModule, assemble } from './assemble.ts';
import type { Body } from './body.ts';
import { type Genome, genome } from './genome.ts';
import { ANYREF, ARRAY_KEYS, EQREF, I31REF, STRUCT_KEYS } from './known-types.ts';
import { Layout } from './layout.ts';
import { type ModuleOptions, moduleOptions, swarm } from './options.ts';
import { crosses } from './values.ts';

export interface TestInstruction {
  /** The mnemonic of the row. */
  readonly name: string;
  /** A module whose function runs it, with operands from its parameters and from constants. */
  readonly module: TestModule;
}

interface InstructionGene {
  readonly row: number;
  readonly form: Genome;
}

/** What a module of single instructions is made of: plain numbers. */
export interface InstructionGenes {
  readonly choice: number;
  /** Bits: which parameters functions have. */
  readonly params: number;
  /** What constant expressions are made of, in turn; with any, memories have contents. */
  readonly constants: readonly Genome[];
  /** Rows from which on the instructions' rows are counted, and how many they are at most (0: all). */
  readonly first: number;
  readonly span: number;
  readonly instructions: readonly InstructionGene[];
  readonly calls: readonly number[];
}

/** A type that an arm may be asked for, or (undefined) the statement; it comes into a layout when it is wanted there. */
type Wanted = (layout: Layout) => ValType | undefined;

function wantedTypes(layout: Layout): Wanted[] {
  const types: (ValType | undefined)[] = [undefined, I32, I64, F32, F64];
  const concrete: Wanted[] = [];
  if (layout.has('simd')) types.push(V128);
  if (layout.has('reference-types')) types.push(FUNCREF, EXTERNREF);
  if (layout.has('gc')) {
    types.push(ANYREF, EQREF, I31REF, ref(HEAP.struct, true), ref(HEAP.array, true));
    for (const key of STRUCT_KEYS) concrete.push((it) => ref(it.struct(key), true));
    for (const key of ARRAY_KEYS) concrete.push((it) => ref(it.array(key), true));
  }
  return [...types.map((t) => () => t), ...concrete];
}

/** What a value of a type is shown as: itself, or numbers made of it. */
function shownAs(t: ValType | undefined): readonly ValType[] {
  if (t === undefined) return [];
  if (t === V128) return [I64, I64];
  return crosses(t) ? [t] : [I32];
}

function show(body: Body, t: ValType | undefined): void {
  if (t === V128) {
    const local = body.temporary('shown', V128);
    body.op1(0x22, local);
    for (const lane of [0, 1]) {
      body.op(0xfd_01d);
      body.out.byte(lane);
      if (lane === 0) body.op1(0x20, local);
    }
  } else if (t !== undefined && isRef(t) && !crosses(t)) body.op(0xd1);
}

/** A layout for a module, or to try things out. */
function layoutOf(choice: number, options: ModuleOptions, constants: readonly Genome[] = []): Layout {
  return new Layout(swarm(options.features, 0), options, { choice, links: 0, constants });
}

const NUMBERS: readonly ValType[] = [I32, I32, I64, I64, F32, F32, F64, F64];

/** The parameters of all functions, as far as their bits are set. */
function paramsOf(layout: Layout, bits: number): readonly ValType[] {
  const all = layout.has('reference-types') ? [...NUMBERS, EXTERNREF] : NUMBERS;
  return all.filter((_, i) => ((bits >> i) & 1) === 1);
}

const ALL_PARAMS = 0x1ff;

type Params = readonly ValType[];

function planned(layout: Layout, scratch: Layout, params: Params, row: Row, form: Genome): PlannedFunction {
  const arm = armOf(row) as Arm;
  const fitting = wantedTypes(scratch).filter((wanted) => arm.gives(wanted(scratch), scratch));
  const t = fitting[form.n % fitting.length](layout);
  return {
    type: { kind: 'func', params, results: shownAs(t) },
    emit: (body) => {
      body.single = true;
      arm.emit(body, t, form);
      show(body, t);
    },
  };
}

/** The module that genes describe: a function for each instruction. */
export function emitInstructions(genes: InstructionGenes, some?: Partial<ModuleOptions>): TestModule {
  const options = moduleOptions('emitInstructions', some);
  const rows = rowsOf(options);
  const { choice, constants, first, span, instructions } = genes;
  const layout = layoutOf(choice, options, constants);
  const scratch = layoutOf(choice, options);
  const params = paramsOf(layout, genes.params);
  const rowAt = (n: number): Row => rows[(span === 0 ? n : first + (n % span)) % rows.length];
  return assemble(layout, {
    hostFunctions: 0,
    grow: false,
    functions: instructions.map(({ row, form }) => planned(layout, scratch, params, rowAt(row), form)),
    hasStart: false,
    calls: genes.calls,
    callsAll: true,
    genome: genes,
  });
}

const ROWS = new Map<string, readonly Row[]>();

/** `instructionRows`, found once for the same options. */
function rowsOf(options: ModuleOptions): readonly Row[] {
  const { features, trapFree, nondeterministic } = options;
  const key = `${[...features].join()} ${trapFree} ${nondeterministic}`;
  let rows = ROWS.get(key);
  if (rows === undefined) {
    rows = instructionRows(options);
    ROWS.set(key, rows);
  }
  return rows;
}

/** The rows that stand alone in the options' features: all but parts of others (`else`, `end`) and constants. */
export function instructionRows(some?: Partial<ModuleOptions>): readonly Row[] {
  const options = moduleOptions('instructionRows', some);
  const layouts = [0, 1].map((choice) => layoutOf(choice, options));
  return INSTRUCTIONS.filter((row) => {
    const arm = armOf(row);
    if (arm === undefined) return false;
    return layouts.some(
      (layout) => isWanted(row, arm, layout) && wantedTypes(layout).some((wanted) => arm.gives(wanted(layout), layout)),
    );
  });
}

/**
 * Modules for one instruction each, all rows of the table alike. A few have another instruction in its place, where the
 * genome gives nothing that it could work on (`array.new_data` of references).
 */
export function instruction(some?: Partial<ModuleOptions>): fc.Arbitrary<TestInstruction> {
  const options = moduleOptions('instruction', some);
  const rows = instructionRows(options);
  return fc.record({ ...gene(rows), choice: CHOICE, calls: CALLS }).map(({ row, form, choice, calls }) => {
    const module = emitInstructions({ ...ALONE, choice, instructions: [{ row, form }], calls }, options);
    return { name: rows[row].name, module };
  });
}

const ALONE = { params: ALL_PARAMS, constants: [], first: 0, span: 0 };
const CHOICE = fc.nat(0xff);
const CALLS = fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 16, size: 'max' });

/** The parts of an `InstructionGene`. */
function gene(rows: readonly Row[]): { row: fc.Arbitrary<number>; form: fc.Arbitrary<Genome> } {
  return { row: fc.nat(rows.length - 1), form: genome(2) };
}

/** Genes of modules of up to `count` functions with one instruction each: more of them for the time that a module takes. */
export function instructionGenes(some?: Partial<ModuleOptions>, count = 12): fc.Arbitrary<InstructionGenes> {
  const instructions = fc.array(fc.record(gene(rowsOf(moduleOptions('instructionGenes', some)))), {
    minLength: 1,
    maxLength: count,
    size: 'max',
  });
  return fc.record({
    choice: CHOICE,
    params: fc.constant(ALL_PARAMS),
    constants: fc.array(genome(1), { minLength: 1, maxLength: 2 }),
    first: fc.nat(0xffff),
    // Neighbours in the table have to do with each other.
    span: fc.constantFrom(0, 16),
    instructions,
    calls: CALLS,
  });
}
