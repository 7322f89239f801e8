// wasmi-ts/polyfill: importing it gives a host that has no WebAssembly ours. A host's own is left alone, unless the module
// is asked for with `?force` (wasmi-ts/polyfill?force, in bundlers and browsers), or the environment variable
// WASMI_TS_POLYFILL is `force`, or `install({ force: true })` is called.
import { namespace } from './namespace.ts';

const NAME = 'WebAssembly';

interface Environment {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** Installs our namespace as a global, with the property flags of the real one. Answers whether it is ours now. */
export function install(options: { readonly force?: boolean } = {}): boolean {
  const target = globalThis as unknown as Record<string, unknown>;
  if (target[NAME] === undefined || options.force === true) {
    Object.defineProperty(target, NAME, { value: namespace, writable: true, enumerable: false, configurable: true });
  }
  return target[NAME] === namespace;
}

function isForced(): boolean {
  // The address of this module, with what was appended to it.
  if (/[?&]force\b/.test(import.meta.url ?? '')) return true;
  return (globalThis as Environment).process?.env?.['WASMI_TS_POLYFILL'] === 'force';
}

install({ force: isForced() });
