// Features: the proposals that the instruction table's rows and the types belong to.
// One line each: name, what it is, the version or phase it is in, whether it is on by default, and what it implies. A
// module that needs a feature that is off is refused with an UnsupportedError that names it.
import { frozenRecord } from './records.ts';
import { type Check, misfit, shown, unknownName } from '../options.ts';

export interface FeatureInfo {
  readonly title: string;
  /** '1.0', '2.0', '3.0', or the phase of a proposal that is not in a version yet. */
  readonly since: '1.0' | '2.0' | '3.0' | 'phase 4' | 'phase 3' | 'legacy';
  readonly byDefault: boolean;
  readonly implies?: readonly string[];
}

const on = true;
const off = false;

// biome-ignore format: a table
const TABLE = {
  'core':                    { title: 'WebAssembly 1.0',                        since: '1.0',     byDefault: on },
  'multi-value':             { title: 'Multiple values',                        since: '2.0',     byDefault: on },
  'sign-extension':          { title: 'Sign-extension operators',               since: '2.0',     byDefault: on },
  'saturating-float-to-int': { title: 'Non-trapping float-to-int conversions',  since: '2.0',     byDefault: on },
  'bulk-memory':             { title: 'Bulk memory operations',                 since: '2.0',     byDefault: on },
  'reference-types':         { title: 'Reference types',                        since: '2.0',     byDefault: on },
  'simd':                    { title: 'Fixed-width SIMD',                       since: '2.0',     byDefault: on },
  'relaxed-simd':            { title: 'Relaxed SIMD',                           since: '3.0',     byDefault: on, implies: ['simd'] },
  'tail-call':               { title: 'Tail calls',                             since: '3.0',     byDefault: on },
  'extended-const':          { title: 'Extended constant expressions',          since: '3.0',     byDefault: on },
  'multi-memory':            { title: 'Multiple memories',                      since: '3.0',     byDefault: on },
  'memory64':                { title: '64-bit memories and tables',             since: '3.0',     byDefault: on },
  'function-references':     { title: 'Typed function references',              since: '3.0',     byDefault: on, implies: ['reference-types'] },
  'gc':                      { title: 'Garbage collection',                     since: '3.0',     byDefault: on, implies: ['function-references'] },
  'exception-handling':      { title: 'Exception handling',                     since: '3.0',     byDefault: on },
  'branch-hinting':          { title: 'Branch hints',                           since: '3.0',     byDefault: on },
  'custom-annotations':      { title: 'Custom annotations of the text format',  since: '3.0',     byDefault: on },
  'threads':                 { title: 'Threads and atomics',                    since: 'phase 4', byDefault: on },
  'wide-arithmetic':         { title: 'Wide arithmetic',                        since: 'phase 4', byDefault: on },
  'compact-imports':         { title: 'Compact import section',                 since: 'phase 4', byDefault: on },
  'custom-page-sizes':       { title: 'Custom page sizes',                      since: 'phase 3', byDefault: off },
  'custom-descriptors':      { title: 'Custom descriptors',                     since: 'phase 3', byDefault: off, implies: ['gc'] },
  'legacy-exceptions':       { title: 'Legacy exception handling',              since: 'legacy',  byDefault: off, implies: ['exception-handling'] },
} as const satisfies Record<string, FeatureInfo>;

/** The name of a feature. */
export type Feature = keyof typeof TABLE;

export const FEATURES: Readonly<Record<Feature, FeatureInfo>> = frozenRecord(TABLE);

/** A set of features that are switched on. */
export type FeatureSet = ReadonlySet<Feature>;

export function isFeature(name: string): name is Feature {
  return Object.keys(TABLE).includes(name);
}

/**
 * A set that does not change: what would change it throws a TypeError. Methods that are borrowed from another set get past
 * that, so nothing of ours reads a set that it has handed out.
 */
function constantSet(names: Iterable<Feature>): FeatureSet {
  const set = new Set(names);
  const value = (): never => {
    throw new TypeError('this set of features does not change: withFeatures makes another one');
  };
  for (const name of ['add', 'delete', 'clear']) Object.defineProperty(set, name, { value });
  return Object.freeze(set);
}

const BY_DEFAULT = (Object.keys(TABLE) as Feature[]).filter((name) => FEATURES[name].byDefault);

/** The features that are on without being asked for. */
export const DEFAULT_FEATURES: FeatureSet = constantSet(BY_DEFAULT);

/** A set of its own of the features that are on: those given, or the default. */
export function featuresOf(given: FeatureSet | undefined): FeatureSet {
  return constantSet(given === undefined ? BY_DEFAULT : (namesOf(given) as Feature[]));
}

/** Checks an option that is a set of features: a Set (or ReadonlySet) of their names. */
export const featureSet: Check = (value, where) => {
  const names = namesOf(value);
  if (names === undefined) {
    throw misfit(where, 'a Set of names, such as withFeatures(DEFAULT_FEATURES, { simd: false }) makes', value);
  }
  for (const name of names) checkFeature(name, where);
  return value;
};

/** What a Set holds, by its internal slot; undefined where it is none. */
function namesOf(value: unknown): readonly unknown[] | undefined {
  const names: unknown[] = [];
  try {
    Set.prototype.forEach.call(value as Set<unknown>, (name) => names.push(name));
  } catch {
    return undefined;
  }
  return names;
}

function checkFeature(name: unknown, where: string): void {
  if (typeof name === 'string' && isFeature(name)) return;
  throw unknownName(where, 'feature', typeof name === 'string' ? name : shown(name), Object.keys(TABLE));
}

/**
 * `base` with some features switched; what a feature implies is switched on with it.
 * @throws TypeError for a name that is no feature, and for a switch that is neither true nor false.
 */
export function withFeatures(base: FeatureSet, switches: Readonly<Partial<Record<Feature, boolean>>>): FeatureSet {
  const set = new Set(featureSet(base, 'withFeatures: the base') as FeatureSet);
  for (const [name, value] of Object.entries(switches) as [Feature, boolean][]) {
    checkFeature(name, 'withFeatures');
    if (typeof value !== 'boolean') throw misfit(`withFeatures: "${name}"`, 'true or false', value);
    if (name === 'core' && !value) throw new TypeError('withFeatures: "core" is always on: all else stands on it');
    if (!value) set.delete(name);
    else addImplied(set, name);
  }
  return set;
}

/** Adds a feature, and what it implies, and what that implies. */
function addImplied(set: Set<Feature>, name: Feature): void {
  const adding = [name];
  for (let one = adding.pop(); one !== undefined; one = adding.pop()) {
    set.add(one);
    adding.push(...((FEATURES[one].implies ?? []) as Feature[]));
  }
}
