// The parts of the attack by name.
import { CANARIES } from './canaries.ts';
import { INSTRUCTIONS_PART } from './instructions.ts';
import { OPERATIONS } from './operations.ts';
import { OPS_PART } from './ops.ts';
import type { Part } from './part.ts';

/** Those whose cases run in children, with the engine in them. */
export const IN_CHILDREN: Readonly<Record<string, Part>> = {
  instructions: INSTRUCTIONS_PART,
  ops: OPS_PART,
  operations: OPERATIONS,
  canaries: CANARIES,
};
