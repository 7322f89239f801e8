// The rules of all special rows, by mnemonic; a row without one does not compile.
import type { Row, SpecialName } from '../../syntax/instructions.ts';
import type { Arm } from './arm.ts';
import { CONTROL_ARMS } from './control.ts';
import { CUSTOM_DESCRIPTOR_ARMS } from './custom-descriptors.ts';
import { EXCEPTION_ARMS } from './exceptions.ts';
import { FUNCTION_REFERENCE_ARMS } from './function-references.ts';
import { GC_ARMS } from './gc.ts';
import { LEGACY_EXCEPTION_ARMS } from './legacy-exceptions.ts';
import { MEMORY_ARMS } from './memory.ts';
import { PARAMETRIC_ARMS } from './parametric.ts';
import { REFERENCE_ARMS } from './reference.ts';
import { TABLE_ARMS } from './table.ts';
import { TAIL_CALL_ARMS } from './tail-calls.ts';
import { VARIABLE_ARMS } from './variable.ts';

const ARMS: Readonly<Record<SpecialName, Arm>> = {
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

/** The arm of a row without a plain signature. */
export function armOf({ name }: Row): Arm {
  return ARMS[name as SpecialName];
}
