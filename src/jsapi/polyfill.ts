// wasmi-ts/polyfill: importing it gives a host that has no WebAssembly ours; a host's own is left alone.
// wasmi-ts/polyfill/force replaces that too, and so does `install({ force: true })`.
import { useLoop } from '../closures.ts';
import { install } from './install.ts';

export { install } from './install.ts';

// A host without WebAssembly may compile no JavaScript, either.
if (install()) useLoop('auto');
