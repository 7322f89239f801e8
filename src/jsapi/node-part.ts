// Finds what the polyfill does in Node besides the global: src/polyfill, which imports node:* and so is no part of what
// other hosts load. It is looked up when the polyfill is installed, beside the file that runs. A polyfill that was bundled
// into another file finds nothing there, and then the global is all there is.
// By the stack and not by import.meta, which is a syntax error in scripts: Metro makes scripts of modules for Hermes.

interface NodePart {
  coverNode(): void;
}

interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string; readonly bun?: string; readonly deno?: string };
    getBuiltinModule?(name: 'node:module'): { createRequire(url: string): (path: string) => NodePart };
  };
}

/** The part for Node; undefined in other hosts, those that name themselves Node among them. */
export function nodePart(): NodePart | undefined {
  const { process } = globalThis as Host;
  const { node, bun, deno } = process?.versions ?? {};
  if (node === undefined || bun !== undefined || deno !== undefined) return undefined;
  const here = ownUrl();
  const require = here === undefined ? undefined : process?.getBuiltinModule?.('node:module').createRequire(here);
  try {
    return require?.('../polyfill/node.js');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Where this module was loaded from, if that is a file. */
function ownUrl(): string | undefined {
  return /file:\/\/\/\S+?(?=:\d+:\d+)/.exec(String(new Error('here').stack))?.[0];
}
