// The engines in JavaScript that can time kernels, behind one shape: load(bytes) -> run(argument), which calls the export
// of that name. Kernels import nothing. Plain JavaScript for the reason given in kernel-child.js.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {(bytes: Uint8Array) => Promise<(argument?: number) => number>} Load */

/** Our engine: the built package. @param {string} dist @returns {Promise<Load>} */
async function ours(dist) {
  const { compile, instantiate } = await import(pathToFileURL(join(dist, 'index.js')).href);
  return async (bytes) => {
    const instance = instantiate(compile(bytes), {});
    return (...args) => instance.call('run', ...args);
  };
}

/** @param {any} WebAssembly a namespace with the JavaScript interface @returns {Load} */
const withNamespace = (WebAssembly) => async (bytes) => {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return instance.exports.run;
};

/** webassemblyjs wants an ArrayBuffer. @param {any} library @returns {Load} */
const withWebassemblyjs = (library) => async (bytes) => {
  const { instance } = await library.instantiate(bytes.slice().buffer, {});
  return instance.exports.run;
};

/**
 * A prototype: a script that sets globalThis.WI = { load(bytes, hostFunctions) -> { call(name, args) } }.
 * @param {string} path @returns {Load}
 */
function prototype(path) {
  createRequire(import.meta.url)(path);
  return async (bytes) => {
    const instance = globalThis.WI.load(bytes, {});
    return (...args) => instance.call('run', args);
  };
}

/** @param {string} name @param {string} dist folder of our build @param {string} path of the prototype @returns {Promise<Load>} */
export async function loadEngine(name, dist, path) {
  switch (name) {
    case 'ours':
      return ours(dist);
    case 'native':
      return withNamespace(WebAssembly);
    case 'polywasm':
      return withNamespace((await import('polywasm')).WebAssembly);
    case 'webassemblyjs':
      return withWebassemblyjs(createRequire(import.meta.url)('webassemblyjs'));
    case 'prototype':
      return prototype(path);
    default:
      throw new Error(`no engine ${name}`);
  }
}
