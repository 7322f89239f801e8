// The arms of all rows: by mnemonic, of which special rows have one each, or it does not compile; other rows by the kind of
// their immediates.
import { InternalError } from '../../errors.ts';
import { INSTRUCTIONS, type Immediates, type Row, type SpecialName } from '../../syntax/instructions.ts';
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

const SPECIAL: Readonly<Record<SpecialName, Arm>> = {
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
};

const ARMS: Readonly<Record<string, Arm | undefined>> = { ...SPECIAL, ...WIDE_ARITHMETIC_ARMS, ...ATOMIC_ARMS };

const BY_IMMEDIATES: Partial<Readonly<Record<Immediates, Arm>>> = {
  ...NUMERIC_BY_IMMEDIATES,
  memarg: access,
  memarg_lane: access,
};

function find({ name, imm }: Row): Arm {
  const arm = ARMS[name] ?? BY_IMMEDIATES[imm];
  if (arm === undefined) throw new InternalError(`lowering does not know ${name}`);
  return arm;
}

const FOUND: ReadonlyMap<Row, Arm> = new Map(INSTRUCTIONS.map((row) => [row, find(row)]));

export function armOf(row: Row): Arm {
  return FOUND.get(row) as Arm;
}
