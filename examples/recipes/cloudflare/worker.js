// A Cloudflare Worker that compiles wasm which it gets with the request. The platform forbids that: it takes only modules
// that were uploaded with the worker.
import { WebAssembly } from 'wasmi-ts/bundle/wasmi-ts.mjs';

export default {
  async fetch(request) {
    const { instance } = await WebAssembly.instantiate(await request.arrayBuffer());
    return new Response(`40 + 2 is ${instance.exports.add(40, 2)}\n`);
  },
};
