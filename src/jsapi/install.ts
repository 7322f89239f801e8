// Makes our namespace the global WebAssembly. Importing this does nothing yet: polyfill.ts is the entry that does.
import { namespace } from './namespace.ts';
import { nodePart } from './node-part.ts';

const NAME = 'WebAssembly';

/**
 * Installs our namespace as a global, with the property flags of the real one; in Node, also where Node has its own
 * (src/polyfill). Returns whether the global is ours now.
 */
export function install(options: { readonly force?: boolean } = {}): boolean {
  const target = globalThis as unknown as Record<string, unknown>;
  if (target[NAME] === undefined || options.force === true) {
    Object.defineProperty(target, NAME, { value: namespace, writable: true, enumerable: false, configurable: true });
  }
  const isOurs = target[NAME] === namespace;
  if (isOurs) nodePart()?.coverNode();
  return isOurs;
}
