// The parts of the attack by name. What a figure of a part may be at most stands where it is measured, and in part.ts.
import { ALLOCATORS_PART } from './allocators.ts';
import { CANARIES } from './canaries.ts';
import { INSTRUCTIONS_PART } from './instructions.ts';
import { LOADING } from './loading.ts';
import { OPERATIONS } from './operations.ts';
import { OPS_PART } from './ops.ts';
import type { Part } from './part.ts';
import { STOPS } from './stops.ts';
import { STRINGS } from './strings.ts';
import { SYSTEM_CALLS } from './system-calls.ts';
import { TIME_OUTS } from './time-outs.ts';

/** All of them. Cases of those that start processes of their own run in this one, all others in children. */
export const PARTS: Readonly<Record<string, Part>> = {
  instructions: INSTRUCTIONS_PART,
  ops: OPS_PART,
  operations: OPERATIONS,
  strings: STRINGS,
  stops: STOPS,
  'system-calls': SYSTEM_CALLS,
  'time-outs': TIME_OUTS,
  allocators: ALLOCATORS_PART,
  loading: LOADING,
  canaries: CANARIES,
};
