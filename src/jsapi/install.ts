// Makes our namespace the global WebAssembly. Importing this does nothing yet: polyfill.ts is the entry that does.
import { checkOptions, flag } from '../options.ts';
import { coverCloning } from './cloning.ts';
import { namespace } from './namespace.ts';
import { nodePart } from './node-part.ts';

const NAME = 'WebAssembly';

/**
 * Installs our namespace as a global, with the property flags of the real one; lets Modules and shared memories be cloned
 * and posted; in Node, covers what Node has of its own (src/polyfill). Returns whether the global is ours now.
 * @throws TypeError for an option that is unknown or does not fit.
 */
export function install(options?: { readonly force?: boolean | undefined }): boolean {
  const { force } = checkOptions('install', options, { force: flag });
  const target = globalThis as unknown as Record<string, unknown>;
  if (target[NAME] === undefined || force === true) {
    Object.defineProperty(target, NAME, { value: namespace, writable: true, enumerable: false, configurable: true });
  }
  const isOurs = target[NAME] === namespace;
  if (isOurs) {
    nodePart()?.coverNode();
    coverCloning();
  }
  return isOurs;
}
