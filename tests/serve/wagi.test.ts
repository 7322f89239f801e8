// The examples of the WAGI server itself (github.com/deislabs/wagi), as their authors built them.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataFolder, missingData } from '../data.ts';
import { ask, folderOf, type Serving, serving } from './serving.ts';

const data = dataFolder(join('sockets', 'wagi'));

describe.skipIf(data === undefined)(data === undefined ? missingData('sockets') : 'the examples of WAGI', () => {
  const modules = ['hello', 'log', 'toast-on-demand', 'dynamic-routes'];
  const config = modules.map(
    (name) => `[[module]]\nroute = "/${name}"\nmodule = ${JSON.stringify(join(data ?? '', `${name}.wasm`))}\n`,
  );
  const { path: folder, remove } = folderOf({ 'modules.toml': config.join('') });
  let server: Serving;
  beforeAll(async () => {
    server = await serving(folder, 'modules.toml');
  }, 60_000);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    remove();
  });

  test('answer', async () => {
    expect(await ask(server.port, '/hello')).toMatchObject({
      status: 200,
      text: 'hello world\n',
      headers: { 'content-type': 'text/plain' },
    });
    const toast = await ask(server.port, '/toast-on-demand');
    expect(toast.status).toBe(200);
    expect(toast.text).toMatch(/^<h1>Welcome to the Toast on Demand web site<\/h1>\n/);
  }, 60_000);

  test('write to the log', async () => {
    expect((await ask(server.port, '/log')).text).toBe('Oh hi world\n\n');
    expect(server.err()).toContain('/log: Some logging\n');
  }, 60_000);

  test('declare routes of their own', async () => {
    expect((await ask(server.port, '/dynamic-routes?a=b')).text).toMatch(
      /^This is the main entry point\n[\s\S]*QUERY_STRING = a=b\n/,
    );
    const wild = await ask(server.port, '/dynamic-routes/wildcard/a/b');
    expect(wild.text).toMatch(/^This is the \.\.\.\/wildcard\/\.\.\. handler\n/);
    expect(wild.text).toContain('PATH_INFO = /a/b\n');
    expect((await ask(server.port, '/dynamic-routes/exact')).text).toMatch(/^This is the \.\.\.\/exact handler\n/);
    expect((await ask(server.port, '/dynamic-routes/exact/more')).status).toBe(404);
  }, 60_000);
});
