// node:wasi, which refuses memories that are not V8's, is ours where the polyfill is installed: for import, for require,
// and for process.getBuiltinModule; in workers too, since the polyfill is loaded there likewise.
// The class is made when it is first used, since most programs that load the polyfill use no WASI.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import type { NodeWASI, NodeWasiOptions } from '../wasi/hosts/node/wasi.ts';

type Class = typeof NodeWASI;

const require = createRequire(import.meta.url);

let loaded: Class | undefined;

function load(): Class {
  if (loaded !== undefined) return loaded;
  loaded = (require('../wasi/hosts/node/wasi.js') as { NodeWASI: Class }).NodeWASI;
  Object.setPrototypeOf(WASI.prototype, loaded.prototype);
  return loaded;
}

/**
 * NodeWASI under the name of Node's class. It has `returnOnExit: false`, too: whoever runs a program by node:wasi and asks
 * for that means this process.
 */
class WASI {
  constructor(...[options]: [options: NodeWasiOptions]) {
    const ends = (options as NodeWasiOptions | undefined)?.returnOnExit === false;
    const given = ends ? Object.create(options, { returnOnExit: { value: true } }) : options;
    const made = Reflect.construct(load(), [given], new.target) as NodeWASI;
    if (ends) made.wasiImport['proc_exit'] = (code) => process.exit(Number(code));
    return made as unknown as WASI;
  }
}

export function coverWasi(): void {
  const wasi = withoutWarning(() => require('node:wasi') as { WASI: unknown });
  wasi.WASI = WASI;
  syncBuiltinESMExports();
}

/** Loading node:wasi warns that it is experimental; it is not used. */
function withoutWarning<T>(action: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}
