// What may be asked of generated modules, and which features a module gets of those that are allowed.
import { checkOptions, flag, type Shape, whole } from '../options.ts';
import {
  DEFAULT_FEATURES,
  FEATURES,
  type Feature,
  type FeatureInfo,
  type FeatureSet,
  featureSet,
} from '../syntax/features.ts';

export interface ModuleOptions {
  /** Features that modules may use; each module uses some of them. Default: those that are on by default. */
  readonly features: FeatureSet;
  /** Functions of a module, at most. */
  readonly maxFunctions: number;
  /** Statements of a function, at most. */
  readonly maxStatements: number;
  /** Levels of a statement, at most. */
  readonly maxDepth: number;
  /** No instruction that can trap, or one that cannot in its place. */
  readonly trapFree: boolean;
  /** Leave the bits of no NaN to be seen: needed when two different engines are compared. */
  readonly canonicalNaN: boolean;
  /** Instructions whose result is a matter of the engine (relaxed SIMD) or of its host (waiting) may occur. */
  readonly nondeterministic: boolean;
  /** Host functions that a module may import, at most. */
  readonly maxImports: number;
  /** Memories, tables, globals, tags and a function may be imported from a second module, which comes with the first. */
  readonly linked: boolean;
  /** Modules may have a start function. */
  readonly start: boolean;
  /** Everything is exported, so that it can be compared; else the last function only. */
  readonly exportAll: boolean;
  /** Pages of a memory, at most. */
  readonly maxPages: number;
  /** Elements of a table, at most; at least 6. */
  readonly maxElements: number;
  /** Loop rounds and function calls of one call from outside; then loops end and calls trap. */
  readonly fuel: number;
  /** Largest offset of memory accesses that is nearly always in bounds; others occur rarely. */
  readonly maxOffset: number;
}

export const DEFAULT_OPTIONS: ModuleOptions = {
  features: DEFAULT_FEATURES,
  maxFunctions: 3,
  maxStatements: 4,
  maxDepth: 5,
  trapFree: false,
  canonicalNaN: true,
  nondeterministic: false,
  maxImports: 2,
  linked: true,
  start: true,
  exportAll: true,
  maxPages: 3,
  maxElements: 12,
  fuel: 100,
  maxOffset: 128,
};

const MODULE_OPTIONS: Shape<ModuleOptions> = {
  features: featureSet,
  maxFunctions: whole('a number of functions', 1),
  maxStatements: whole('a number of statements'),
  maxDepth: whole('a number of levels'),
  trapFree: flag,
  canonicalNaN: flag,
  nondeterministic: flag,
  maxImports: whole('a number of functions'),
  linked: flag,
  start: flag,
  exportAll: flag,
  maxPages: whole('a number of pages', 1),
  maxElements: whole('a number of elements', 6),
  fuel: whole('a number of rounds and calls', 1),
  maxOffset: whole('a number of bytes'),
};

/** Options with the defaults of those that are not given. @throws TypeError and RangeError for what is none. */
export function moduleOptions(who: string, some: Partial<ModuleOptions> | undefined): ModuleOptions {
  return { ...DEFAULT_OPTIONS, ...checkOptions<Partial<ModuleOptions>>(who, some, MODULE_OPTIONS) };
}

const OPTIONAL = (Object.keys(FEATURES) as Feature[]).filter((name) => name !== 'core');
/** What the emitter always uses where it may: switching it off makes no other module. */
const ALWAYS: readonly Feature[] = ['core', 'multi-value', 'bulk-memory'];

/** Some of the allowed features, by the bits of a number (0: all); what one implies comes with it. */
export function swarm(allowed: FeatureSet, bits: number): FeatureSet {
  const set = new Set<Feature>(ALWAYS.filter((name) => allowed.has(name)));
  OPTIONAL.forEach((name, i) => {
    if (!allowed.has(name) || ((bits >> i) & 1) === 1) return;
    set.add(name);
    for (const implied of ((FEATURES[name] as FeatureInfo).implies ?? []) as Feature[])
      if (allowed.has(implied)) set.add(implied);
  });
  if (!set.has('function-references') || !set.has('reference-types')) set.delete('gc');
  if (!set.has('reference-types')) {
    for (const name of ['function-references', 'exception-handling', 'legacy-exceptions'] as const) set.delete(name);
  }
  if (!set.has('gc')) set.delete('custom-descriptors');
  // `throw` belongs to the new form.
  if (!set.has('exception-handling')) set.delete('legacy-exceptions');
  if (!set.has('simd')) set.delete('relaxed-simd');
  return set;
}
