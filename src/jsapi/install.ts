// Makes our namespace the global WebAssembly. Importing this does nothing yet: polyfill.ts is the entry that does.
import { checkOptions, flag } from '../options.ts';
import { namespace } from './namespace.ts';

const NAME = 'WebAssembly';

/** Installs our namespace as a global, with the property flags of the real one. Answers whether it is ours now. */
export function install(options?: { readonly force?: boolean | undefined }): boolean {
  const { force } = checkOptions('install', options, { force: flag });
  const target = globalThis as unknown as Record<string, unknown>;
  if (target[NAME] === undefined || force === true) {
    Object.defineProperty(target, NAME, { value: namespace, writable: true, enumerable: false, configurable: true });
  }
  return target[NAME] === namespace;
}
