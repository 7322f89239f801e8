// Serves programs by HTTP (`wasmi-ts serve`, docs/serve.md), asks them something, and ends the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = ['bin/wasmi-ts', 'serve', '--listen', '0', 'examples/serve/modules.toml'];
const server = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });

// Its first line says where it listens.
const [said] = await once(server.stderr.setEncoding('utf8'), 'data');
const [address] = /http:\S+/.exec(said);

for (const path of ['greet', 'greet/a/b?Ada', 'hello', 'other', 'healthz']) {
  const response = await fetch(address + path);
  console.log(response.status, path, '->', (await response.text()).trim());
}

server.kill();
const [code] = await once(server, 'exit');
console.log('ended with', code);

// Prints:
//   200 greet -> Hello, world!
//   200 greet/a/b?Ada -> Hello, Ada!
//   200 hello -> Hello, you!
//   404 other -> 404 Not Found: there is nothing at this path
//   200 healthz -> OK
//   ended with 0
