// What the parts of the standing attack have in common: cases by name, figures with bounds, CPU time.
export { cpu } from '../turns.ts';

export interface Settings {
  /** What random cases are made of: the same seed makes the same cases. */
  readonly seed: number;
  readonly loop: 'switch' | 'closures';
  /** The short form, for each run of all tests. */
  readonly short: boolean;
}

/** Something that was measured, and what it may be at most. */
export interface Figure {
  /** What of the case: `first`, `warm`. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: number;
  /** How it ended, and what else helps to understand it. */
  readonly note: string;
}

/** A part of the attack. Its cases are measured one after the other, by `measure`, in child processes. */
export interface Part {
  /** The names of its cases, which do not change while the seed does not. */
  cases(settings: Settings): readonly string[];
  measure(name: string, settings: Settings): readonly Figure[] | Promise<readonly Figure[]>;
  /** Whether each case starts processes of its own, so that it needs none. */
  readonly ownProcesses?: boolean;
}

/** The bounds that SECURITY.md promises, in Node with its JIT. */
export const BOUNDS = {
  /** Milliseconds of CPU time for a unit of fuel. */
  unit: 1,
  /** Seconds of CPU time of a program under --timeout 1s, above those of an empty program. */
  timeout: 1.1,
  /** Seconds of CPU time to load or refuse a megabyte. */
  megabyte: 2,
  /** Milliseconds between two turns of a timer of 5 ms: of 99 of 100, and of each. */
  most: 30,
  longest: 100,
} as const;

/** Milliseconds of CPU time for a unit of fuel, as a figure. */
export function perUnit(what: string, milliseconds: number, units: number, note: string): Figure {
  const spent = `${milliseconds.toFixed(1)} ms for ${units.toFixed(0)}`;
  const value = milliseconds / Math.max(1, units);
  return { what, value, unit: 'ms/unit', bound: BOUNDS.unit, note: note === '' ? spent : `${spent}; ${note}` };
}

/** Numbers from 0 to below 1, always the same for a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A text so many times. */
export function many(count: number, text: string): string {
  return text.repeat(count);
}
