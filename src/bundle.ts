// What the single-file bundles hold: the engine, and the namespace that browsers have as the global WebAssembly.
// scripts/bundle.mjs makes them. Text format, system interface and traces are not in: import those as modules.
import { useLoop } from './closures.ts';

export * from './index.ts';
export { type LoopName, useLoop } from './closures.ts';
export { enableTypeReflection, memoryOf, namespace as WebAssembly } from './jsapi/index.ts';
export { install } from './jsapi/install.ts';

// Some of the hosts that load a single file compile no JavaScript.
useLoop('auto');
