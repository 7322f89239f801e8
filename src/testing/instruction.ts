// Single instructions: a small module for one row of the instruction table, with operands at the borders. Most faults of
// engines show already here; whole modules (module.ts) are for what comes of combinations.
import fc from 'fast-check';
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import { EXTERNREF, F32, F64, FUNCREF, HEAP, I32, I64, V128, type ValType, isRef, ref } from '../syntax/types.ts';
import { type Arm, armOf, isWanted } from './arms.ts';
import { type TestModule, assemble } from './assemble.ts';
import type { Body } from './body.ts';
import { type Genome, genome } from './genome.ts';
import { ANYREF, ARRAY_KEYS, EQREF, I31REF, STRUCT_KEYS } from './known-types.ts';
import { Layout } from './layout.ts';
import { DEFAULT_OPTIONS, type ModuleOptions, swarm } from './options.ts';
import { crosses } from './values.ts';

export interface TestInstruction {
  /** The mnemonic of the row. */
  readonly name: string;
  /** A module whose function runs it, with operands from its parameters and from constants. */
  readonly module: TestModule;
}

interface InstructionGenes {
  readonly row: number;
  readonly choice: number;
  readonly form: Genome;
  readonly calls: readonly number[];
}

/** Types that an arm may be asked for, the statement (undefined) among them. */
function wantedTypes(layout: Layout): (ValType | undefined)[] {
  const types: (ValType | undefined)[] = [undefined, I32, I64, F32, F64];
  if (layout.has('simd')) types.push(V128);
  if (layout.has('reference-types')) types.push(FUNCREF, EXTERNREF);
  if (layout.has('gc')) {
    types.push(ANYREF, EQREF, I31REF, ref(HEAP.struct, true), ref(HEAP.array, true));
    for (const key of STRUCT_KEYS) types.push(ref(layout.struct(key), true));
    for (const key of ARRAY_KEYS) types.push(ref(layout.array(key), true));
  }
  return types;
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

function emitInstruction(rows: readonly Row[], genes: InstructionGenes, options: ModuleOptions): TestInstruction {
  const row = rows[genes.row % rows.length];
  const layout = new Layout(swarm(options.features, 0), options, { choice: genes.choice, links: 0, constants: [] });
  const arm = armOf(row) as Arm;
  const fitting = wantedTypes(layout).filter((t) => arm.gives(t, layout));
  const t = fitting[genes.form.n % fitting.length];
  const params = layout.has('reference-types') ? [I32, I64, F32, F64, EXTERNREF] : [I32, I64, F32, F64];
  const module = assemble(layout, {
    hostFunctions: 0,
    grow: false,
    functions: [
      {
        type: { kind: 'func', params, results: shownAs(t) },
        emit: (body) => {
          arm.emit(body, t, genes.form);
          show(body, t);
        },
      },
    ],
    hasStart: false,
    calls: genes.calls,
    genome: genes,
  });
  return { name: row.name, module };
}

/** The rows that stand alone in the options' features: all but parts of others (`else`, `end`) and constants. */
export function instructionRows(some: Partial<ModuleOptions> = {}): readonly Row[] {
  const options = { ...DEFAULT_OPTIONS, ...some };
  const layouts = [0, 1].map((choice) => {
    return new Layout(swarm(options.features, 0), options, { choice, links: 0, constants: [] });
  });
  return INSTRUCTIONS.filter((row) => {
    const arm = armOf(row);
    if (arm === undefined) return false;
    return layouts.some(
      (layout) => isWanted(row, arm, layout) && wantedTypes(layout).some((t) => arm.gives(t, layout)),
    );
  });
}

/**
 * Modules for one instruction each, all rows of the table alike. A few have another instruction in its place, where the
 * genome gives nothing that it could work on (`array.new_data` of references).
 */
export function instruction(some: Partial<ModuleOptions> = {}): fc.Arbitrary<TestInstruction> {
  const options = { ...DEFAULT_OPTIONS, ...some };
  const rows = instructionRows(options);
  return fc
    .record({
      row: fc.nat(rows.length - 1),
      choice: fc.nat(0xff),
      form: genome(2),
      calls: fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 4 }),
    })
    .map((genes) => emitInstruction(rows, genes, options));
}
