// wasmi-ts/polyfill: importing it gives a host that has no WebAssembly ours; a host's own is left alone.
// wasmi-ts/polyfill/force replaces that too, and so does `install({ force: true })`.
import { namespace } from './namespace.ts';

const NAME = 'WebAssembly';

/** Installs our namespace as a global, with the property flags of the real one. Answers whether it is ours now. */
export function install(options: { readonly force?: boolean } = {}): boolean {
  const target = globalThis as unknown as Record<string, unknown>;
  if (target[NAME] === undefined || options.force === true) {
    Object.defineProperty(target, NAME, { value: namespace, writable: true, enumerable: false, configurable: true });
  }
  return target[NAME] === namespace;
}

install();
