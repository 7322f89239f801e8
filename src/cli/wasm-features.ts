// `--wasm-features gc,-simd`, `-W gc=y,threads=n`: which proposals are switched on.
// The names, versions and defaults are those of syntax/features.ts; nothing is listed here.
import { unknownName } from '../options.ts';
import {
  DEFAULT_FEATURES,
  FEATURES,
  type Feature,
  type FeatureSet,
  isFeature,
  withFeatures,
} from '../syntax/features.ts';
import { nameText } from '../syntax/visible.ts';
import { type Options, type OptionSpecs, valued } from './options.ts';

export const FEATURE_OPTIONS: OptionSpecs = {
  'wasm-features': valued('LIST', 'switch proposals: name, -name, name=y or name=n, with commas between; all for all', {
    short: 'W',
    dash: true,
  }),
};

const WORDS = new Map([
  ...['y', 'yes', 'on'].map((word) => [word, true] as const),
  ...['n', 'no', 'off'].map((word) => [word, false] as const),
]);

/** The set that the options describe: the defaults, then each switch from left to right. */
export function featureSet(options: Options): FeatureSet {
  let set = DEFAULT_FEATURES;
  for (const list of options.all('wasm-features')) {
    for (const item of list.split(',').filter((one) => one !== '')) set = switched(options, set, item);
  }
  return set;
}

function switched(options: Options, set: FeatureSet, item: string): FeatureSet {
  const [, minus, name, word] = /^(-?)([^=]*)(?:=(.*))?$/s.exec(item) as unknown as [string, string, string, string?];
  const on = word === undefined ? minus === '' : WORDS.get(word);
  if (on === undefined || (word !== undefined && minus !== '')) {
    throw options.usage(`--wasm-features ${item}: write name, -name, name=y or name=n`);
  }
  const names = Object.keys(FEATURES) as Feature[];
  if (name === 'all') {
    return withFeatures(set, Object.fromEntries(names.map((one) => [one, on || one === 'core'])));
  }
  if (!isFeature(name)) throw options.usage(unknownName('--wasm-features', 'feature', name, names, nameText).message);
  if (name === 'core' && !on) throw options.usage(`--wasm-features ${item}: "core" is always on`);
  return withFeatures(set, { [name]: on });
}

/** One line per feature, for `--help`. */
export function featureLines(): string[] {
  return Object.entries(FEATURES).map(([name, info]) => {
    const state = info.byDefault ? 'on ' : 'off';
    return `  ${name.padEnd(24)} ${state}  ${info.since.padEnd(8)} ${info.title}`;
  });
}
