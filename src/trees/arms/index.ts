// The arms of all rows: by mnemonic, or by the kind of their immediates. A row that has neither does not compile.
import { INSTRUCTIONS, type Immediates, type PlainRow, type Row, type SpecialName } from '../../syntax/instructions.ts';
import type { Arm } from './arm.ts';
import { ATOMIC_ARMS } from './atomics.ts';
import { CONTROL_ARMS } from './control.ts';
import { CUSTOM_DESCRIPTOR_ARMS } from './custom-descriptors.ts';
import { EXCEPTION_ARMS } from './exceptions.ts';
import { FUNCTION_REFERENCE_ARMS } from './function-references.ts';
import { GC_ARMS } from './gc.ts';
import { LEGACY_EXCEPTION_ARMS } from './legacy-exceptions.ts';
import { MEMORY_ARMS, access } from './memory.ts';
import { NUMERIC_BY_IMMEDIATES } from './numeric.ts';
import { PARAMETRIC_ARMS } from './parametric.ts';
import { REFERENCE_ARMS } from './reference.ts';
import { TABLE_ARMS } from './table.ts';
import { TAIL_CALL_ARMS } from './tail-calls.ts';
import { VARIABLE_ARMS } from './variable.ts';
import { WIDE_ARITHMETIC_ARMS } from './wide-arithmetic.ts';

const BY_IMMEDIATES = {
  ...NUMERIC_BY_IMMEDIATES,
  memarg: access,
  memarg_lane: access,
} satisfies Partial<Readonly<Record<Immediates, Arm>>>;

/** Rows that an arm for their immediates does: where they have none, or a lane, operations on one to three operands. */
type Shared =
  | Extract<PlainRow, { readonly imm: Exclude<keyof typeof BY_IMMEDIATES, 'none' | 'lane'> }>
  | Extract<PlainRow, { readonly imm: 'none' | 'lane'; readonly pops: 1 | 2 | 3; readonly pushes: 1 }>;

const ARMS: Readonly<Record<SpecialName | Exclude<PlainRow, Shared>['name'], Arm>> = {
  ...CONTROL_ARMS,
  ...TAIL_CALL_ARMS,
  ...EXCEPTION_ARMS,
  ...LEGACY_EXCEPTION_ARMS,
  ...PARAMETRIC_ARMS,
  ...VARIABLE_ARMS,
  ...TABLE_ARMS,
  ...MEMORY_ARMS,
  ...REFERENCE_ARMS,
  ...FUNCTION_REFERENCE_ARMS,
  ...GC_ARMS,
  ...CUSTOM_DESCRIPTOR_ARMS,
  ...WIDE_ARITHMETIC_ARMS,
  ...ATOMIC_ARMS,
};

function find({ name, imm }: Row): Arm {
  return (ARMS as Readonly<Record<string, Arm>>)[name] ?? (BY_IMMEDIATES as Readonly<Record<string, Arm>>)[imm];
}

const FOUND: ReadonlyMap<Row, Arm> = new Map(INSTRUCTIONS.map((row) => [row, find(row)]));

export function armOf(row: Row): Arm {
  return FOUND.get(row) as Arm;
}
