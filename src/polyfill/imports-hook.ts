// The hook of Node's loader for files of wasm: a module of JavaScript in their place, that has the same exports. It runs in
// the loader's thread or in the program's own, by version of Node; what links the module runs in the program (imports.ts).
// https://nodejs.org/api/module.html#loadurl-context-nextload
import { decodeModule } from '../decoder/decode.ts';

interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | Uint8Array | ArrayBuffer | null | undefined;
  readonly shortCircuit?: boolean;
}

interface Context {
  readonly format?: string | null | undefined;
}

/** For registerHooks, which is synchronous. */
export function loadWith(url: string, context: Context, nextLoad: (url: string, context: Context) => Loaded): Loaded {
  const loaded = nextLoad(url, context);
  return loaded.format === 'wasm' ? inPlace(url, loaded) : loaded;
}

/** For register. */
export async function load(
  url: string,
  context: Context,
  nextLoad: (url: string, context: Context) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await nextLoad(url, context);
  return loaded.format === 'wasm' ? inPlace(url, loaded) : loaded;
}

function inPlace(url: string, { source }: Loaded): Loaded {
  const bytes = new Uint8Array(source as Uint8Array);
  return { format: 'module', source: moduleFor(bytes, url), shortCircuit: true };
}

/** The text of the module. Where the bytes are no module of wasm, running it throws. */
function moduleFor(bytes: Uint8Array, url: string): string {
  const { imports, exports } = outside(bytes);
  const text = (value: string): string => JSON.stringify(value);
  return [
    `import { link } from ${text(new URL('../polyfill/imports.js', import.meta.url).href)};`,
    `import * as self from ${text(url)};`,
    ...imports.map((from, i) => `import * as import${i} from ${text(from)};`),
    `const made = link(${text(Buffer.from(bytes).toString('base64'))}, ${text(url)}, self, {`,
    ...imports.map((from, i) => `  [${text(from)}]: import${i},`),
    '});',
    ...exports.map((name, i) => `const export${i} = made[${text(name)}];`),
    `export { ${exports.map((name, i) => `export${i} as ${text(name)}`).join(', ')} };`,
  ].join('\n');
}

/** What is imported from where, and the names of exports. Builtins are no modules. */
function outside(bytes: Uint8Array): { imports: string[]; exports: string[] } {
  try {
    const { imports, exports } = decodeModule(bytes);
    const from = new Set(imports.map((one) => one.module).filter((name) => !name.startsWith('wasm:')));
    return { imports: [...from], exports: exports.map(({ name }) => name) };
  } catch {
    return { imports: [], exports: [] };
  }
}
