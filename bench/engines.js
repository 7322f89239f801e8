// The engines that can be timed, behind one shape: load(bytes, clock) -> run(argument), where `clock` is what the module
// imports as env.clock_ms and `run` calls the export of that name. Plain JavaScript, since neither tsx nor a test runner
// may stand between a benchmark and the engine.
import { createRequire } from 'node:module';

/** @typedef {(bytes: Uint8Array, clock: () => number) => (argument?: number) => number} Load */

/** Our engine: the built package. @returns {Promise<Load>} */
async function ours() {
  const { compile, instantiate } = await import('../dist/index.js');
  return (bytes, clock) => {
    const instance = instantiate(compile(bytes), { env: { clock_ms: clock } });
    return (...args) => instance.call('run', ...args);
  };
}

/** @param {any} WebAssembly a namespace with the JavaScript interface @returns {Load} */
const withNamespace = (WebAssembly) => (bytes, clock) => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { clock_ms: clock } });
  return instance.exports.run;
};

/**
 * A prototype: a script that sets globalThis.WI = { load(bytes, hostFunctions) -> { call(name, args) } }. Its host
 * functions are given the instance, the value slots and the slot of the first argument, where the result goes.
 * @param {string} path @returns {Load}
 */
function prototype(path) {
  createRequire(import.meta.url)(path);
  return (bytes, clock) => {
    const hostFunctions = { 'env.clock_ms': (_instance, slots, at) => (slots[at] = clock()) };
    const instance = globalThis.WI.load(bytes, hostFunctions);
    return (...args) => instance.call('run', args);
  };
}

/** @param {string} name 'ours', 'native', 'polywasm' or 'prototype' @param {string} path of the prototype */
export async function loadEngine(name, path) {
  switch (name) {
    case 'ours':
      return ours();
    case 'native':
      return withNamespace(WebAssembly);
    case 'polywasm':
      return withNamespace((await import('polywasm')).WebAssembly);
    case 'prototype':
      return prototype(path);
    default:
      throw new Error(`no engine ${name}`);
  }
}
