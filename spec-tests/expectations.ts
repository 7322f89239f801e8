// Where the testsuite and this project part, each with its reason; the runner takes nothing else.
// The features that are switched for a folder, and assertions that cannot hold.
// What is here and not needed any more is reported as a stale expectation: take it out then.
import type { Feature } from '../src/syntax/features.ts';

/** Commands that cannot pass, by the lines where they begin. */
export interface Difference {
  readonly file: string;
  readonly lines: readonly number[];
  readonly reason: string;
}

export type FeatureSwitches = Readonly<Partial<Record<Feature, boolean>>>;

/** Features that are switched for some files, beside the default ones. */
export interface Switch {
  /** A name or glob. */
  readonly files: string;
  readonly features: FeatureSwitches;
  readonly reason: string;
}

export interface Expectations {
  readonly differences: readonly Difference[];
  readonly switches: readonly Switch[];
}

const OLD =
  'written against a specification without multiple tables and memories, which calls modules with them invalid';

const SWITCHES: readonly Switch[] = [
  { files: 'legacy/*', features: { 'legacy-exceptions': true }, reason: 'off by default; the folder is about it' },
  {
    files: 'proposals/custom-descriptors/*',
    features: { 'custom-descriptors': true },
    reason: 'off by default; the folder is about it',
  },
  {
    files: 'proposals/custom-page-sizes/*',
    features: { 'custom-page-sizes': true },
    reason: 'off by default; the folder is about it',
  },
  {
    files: 'proposals/threads/imports.wast',
    features: { 'reference-types': false, 'multi-memory': false },
    reason: OLD,
  },
  { files: 'proposals/threads/memory.wast', features: { 'multi-memory': false, memory64: false }, reason: OLD },
];

const DIFFERENCES: readonly Difference[] = [];

export const EXPECTATIONS: Expectations = { differences: DIFFERENCES, switches: SWITCHES };
