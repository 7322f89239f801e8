// import … from './add.wasm'. From Node 24 on the loader takes the global, which is ours; older ones took V8's, or nothing,
// when they started. There a hook of the loader gives a module of JavaScript in its place (imports-hook.ts), which calls
// link below. Where Node needs --experimental-wasm-modules for such imports, it needs it here, too.
import * as module from 'node:module';
import { execArgv, env, versions } from 'node:process';
import { namespace } from '../jsapi/namespace.ts';
import { loadWith } from './imports-hook.ts';

const [MAJOR = 0] = versions.node.split('.').map(Number);

/** Global exports are their values, and strings may be imported as builtins; Node 20 gives the Global objects. */
const HAS_VALUES = MAJOR >= 22;

/** The exports of the instances behind modules of the loader. */
const INSTANCES = new WeakMap<object, Record<string, unknown>>();

type Module = InstanceType<typeof namespace.Module>;

/**
 * Makes the instance of an imported file: the values of its exports, by name. `self` is the module's own namespace object,
 * `imports` those of what it imports, by specifier. Throws what compiling and instantiation throw.
 */
export function link(
  base64: string,
  url: string,
  self: object,
  imports: Readonly<Record<string, object>>,
): Record<string, unknown> {
  const compiled = compile(Buffer.from(base64, 'base64'), url);
  const given: Record<string, object> = { ...imports };
  for (const { module: from, name, kind } of namespace.Module.imports(compiled)) {
    const instance = INSTANCES.get(imports[from]);
    // The Global itself, not its value, where one file of wasm imports it from another.
    if (kind === 'global' && instance !== undefined) given[from] = { ...given[from], [name]: instance[name] };
  }
  const exports = new namespace.Instance(compiled, given as never).exports as Record<string, unknown>;
  INSTANCES.set(self, exports);
  if (!HAS_VALUES) return exports;
  const kinds = new Map(namespace.Module.exports(compiled).map(({ name, kind }) => [name, kind]));
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [name, kinds.get(name) === 'global' ? valueOfGlobal(value) : value]),
  );
}

function compile(bytes: Uint8Array, url: string): Module {
  try {
    return new namespace.Module(bytes, HAS_VALUES ? { builtins: ['js-string'] } : {});
  } catch (error) {
    if (error instanceof Error) error.message = `${url}: ${error.message}`;
    throw error;
  }
}

/** A vector has no value in JavaScript. */
function valueOfGlobal(global: unknown): unknown {
  try {
    return (global as { value: unknown }).value;
  } catch {
    return undefined;
  }
}

interface Hooks {
  registerHooks?(hooks: { load: typeof loadWith }): void;
  register(url: string, parent?: string): void;
}

export function coverImports(): void {
  if (MAJOR >= 24) return;
  const { register, registerHooks } = module as unknown as Hooks;
  if (registerHooks !== undefined) registerHooks({ load: loadWith });
  // In a thread of its own, which costs all who start: so only where such imports are possible.
  // By its folder, since bundling for Node puts this code into another one (scripts/bundle.mjs).
  else if (areOn()) register('../polyfill/imports-hook.js', import.meta.url);
}

function areOn(): boolean {
  return [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)].includes('--experimental-wasm-modules');
}
