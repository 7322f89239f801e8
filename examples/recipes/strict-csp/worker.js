// A worker has a global object of its own, so it loads the bundle itself. It runs beside the page.
importScripts('wasmi-ts.js');
wasmiTs.install({ force: true });

const ready = fetch('add.wasm')
  .then((response) => response.arrayBuffer())
  .then((bytes) => WebAssembly.instantiate(bytes));

self.onmessage = async ({ data: [a, b] }) => {
  const { instance } = await ready;
  let product = 0;
  for (let i = 0; i < b; i++) product = instance.exports.add(product, a);
  self.postMessage(product);
};
