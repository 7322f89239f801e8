// What Node has of its own that looks for a native WebAssembly: covered where ours is the global. Not for other hosts:
// jsapi/install.ts finds this file at run time, in Node only. Each part stands in a file of its own.
import { coverImports } from './imports.ts';
import { coverThreads } from './threads.ts';
import { coverWasi } from './wasi.ts';

let isCovered = false;

/** Puts ours in the place of node:wasi and behind imports of .wasm files, and lets threads post Modules and memories. Once, however often it is called. */
export function coverNode(): void {
  if (isCovered) return;
  isCovered = true;
  coverWasi();
  coverImports();
  coverThreads();
}
