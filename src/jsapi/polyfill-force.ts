// wasmi-ts/polyfill/force: importing it makes our namespace the global WebAssembly, whatever the host has.
import { useLoop } from '../closures.ts';
import { install } from './install.ts';

install({ force: true });
useLoop('auto');
