// wasmi-ts/polyfill/force: importing it makes our namespace the global WebAssembly, whatever the host has.
import { install } from './polyfill.ts';

install({ force: true });
