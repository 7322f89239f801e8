// The options of `wasmi-ts oci`: what bounds a program and shows what it does. What it is given says the bundle or the image.
import { LIMIT_OPTIONS } from '../limit-options.ts';
import { NETWORK_OPTIONS } from '../network-options.ts';
import { flag, type OptionSpecs, TIMEOUT_OPTION, valued } from '../options.ts';
import { LOOP_OPTION } from '../run-options.ts';
import { FEATURE_OPTIONS } from '../wasm-features.ts';

export const OCI_OPTIONS: OptionSpecs = {
  ref: valued('NAME', 'of an image layout: the image of this name', { heading: 'What to run' }),
  rootfs: valued('PATH', 'of a bundle: the root of its files, in place of root.path'),
  'weak-dirs': flag('hold directories by path where Linux cannot hold them (see docs/wasi.md)'),
  ...NETWORK_OPTIONS,
  ...FEATURE_OPTIONS,
  fuel: valued('N', 'stop after about N branches and calls (exit code 125)', { heading: 'Limits' }),
  timeout: TIMEOUT_OPTION,
  ...LIMIT_OPTIONS,
  loop: LOOP_OPTION,
  strace: flag('print each WASI call with arguments and result', { heading: 'Tracing' }),
  stats: flag('print time and memory used at the end'),
};
