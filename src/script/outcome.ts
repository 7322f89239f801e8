// How a command went: what is reported of it, and what stands in the place of a module that is not there.
// Whether an error is the one that a script expects is in expected.ts.
import { UnsupportedError } from '../errors.ts';
import type { Command } from './script.ts';

/** How one command went. `detail` says why it failed or was skipped. */
export interface Outcome {
  readonly line: number;
  readonly kind: Command['kind'];
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
  /** Of a skipped command: the feature that it, or a module that it needs, would need. */
  readonly feature?: string;
}

/** Thrown inside where a command cannot run because a module before it was skipped. */
export class Skip {
  readonly reason: string;
  readonly feature: string | undefined;
  constructor(reason: string, feature: string | undefined) {
    this.reason = reason;
    this.feature = feature;
  }
}

/** An instance, or why there is none. */
export type Slot<T> = T | Skip;

/** What stands under a name, or the last one without a name. */
export function found<T>(name: string | undefined, named: ReadonlyMap<string, Slot<T>>, last: Slot<T>): T {
  const slot = name === undefined ? last : named.get(name);
  if (slot === undefined) throw new Error(`there is no module $${name}`);
  if (slot instanceof Skip) throw slot;
  return slot;
}

export function keep<T>(make: () => T, put: (slot: Slot<T>) => unknown): T {
  try {
    const made = make();
    put(made);
    return made;
  } catch (error) {
    put(error instanceof Skip ? error : new Skip(`its module is not there: ${describe(error)}`, featureOf(error)));
    throw error;
  }
}

/** What a command that threw counts as. */
export function unfinished(error: unknown): Pick<Outcome, 'result' | 'detail' | 'feature'> {
  if (!(error instanceof Skip || error instanceof UnsupportedError)) {
    return { result: 'failed', detail: describe(error) };
  }
  const detail = error instanceof Skip ? error.reason : error.message;
  return { result: 'skipped', detail, ...(error.feature === undefined ? {} : { feature: error.feature }) };
}

function featureOf(error: unknown): string | undefined {
  return error instanceof UnsupportedError ? error.feature : undefined;
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
