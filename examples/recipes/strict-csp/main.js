// The policy of this page forbids eval, and WebAssembly with it: it is there, but compiles nothing.
// `force` puts ours in its place, so that what follows, and any package, runs unchanged. The worker does the same.
wasmiTs.install({ force: true });

async function run() {
  const { instance } = await WebAssembly.instantiateStreaming(fetch('add.wasm'));
  const sum = instance.exports.add(40, 2);
  const worker = new Worker('worker.js');
  const product = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage([6, 7]);
  });
  return `sum ${sum}, from the worker ${product}`;
}

run().then(
  (text) => fetch('/', { method: 'POST', body: text }),
  (error) => fetch('/', { method: 'POST', body: `failed: ${error}` }),
);
