// An app on Hono whose hashes come from hash-wasm, which is wasm in a package of npm. Under `node --jitless` there is no
// WebAssembly; the polyfill has to be loaded before the packages that use it:
//   node --jitless --import wasmi-ts/polyfill server.mjs
import { serve } from '@hono/node-server';
import { blake3, sha256 } from 'hash-wasm';
import { Hono } from 'hono';

const app = new Hono();
app.get('/sha256/:text', async (c) => c.text(await sha256(c.req.param('text'))));
app.get('/blake3/:text', async (c) => c.text(await blake3(c.req.param('text'))));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8080), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
