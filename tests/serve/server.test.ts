// `wasmi-ts serve`: requests in, responses of programs out, and nothing that either does ends the server.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  COUNTING,
  ECHO,
  ENVIRONMENT,
  EXITING,
  FLOODING,
  FOREVER,
  GROWING,
  LARGE,
  printing,
  READING,
  SLEEPING,
  TRAPPING,
} from './modules.ts';
import { ask, folderOf, raw, type Serving, serving } from './serving.ts';

/** As templates of arguments have it. */
const NAME = ['$', '{SCRIPT_NAME}'].join('');

const PLAIN = 'content-type: text/plain\n\n';

const MODULES = {
  'echo.wat': ECHO,
  'environment.wat': ENVIRONMENT,
  'counting.wat': COUNTING,
  'exiting.wat': EXITING,
  'flooding.wat': FLOODING,
  'forever.wat': FOREVER,
  'large.wat': LARGE,
  'growing.wat': GROWING,
  'reading.wat': READING,
  'sleeping.wat': SLEEPING,
  'trapping.wat': TRAPPING,
  'several.wat': printing({
    _routes: '/a/... first\n\n/a/b/... \t second\r\nc third\n',
    _start: `${PLAIN}start`,
    first: `${PLAIN}first`,
    second: `${PLAIN}second`,
    third: `${PLAIN}third`,
    unlisted: `${PLAIN}unlisted`,
  }),
  'note.txt': 'a note',
};

const entry = (route: string, name: string, more = ''): string =>
  `[[module]]\nroute = "${route}"\nmodule = "${name}.wat"\n${more}\n`;

const { path: folder, remove } = folderOf(MODULES);
const CONFIG = [
  entry('/echo/...', 'echo'),
  entry('/env/...', 'environment'),
  entry('/argv', 'environment', `argv = 'run  me \${SCRIPT_NAME} -- \${ARGS}'`),
  ...['counting', 'exiting', 'flooding', 'forever', 'growing', 'sleeping', 'trapping'].map((name) =>
    entry(`/${name}`, name),
  ),
  entry('/several', 'several'),
  entry('/unlisted', 'several', 'entrypoint = "unlisted"'),
  entry('/reading', 'reading', 'volumes = { "/data" = "." }'),
  entry('/only', 'reading', 'volumes = { "/data" = { path = ".", readonly = true } }'),
].join('');

async function configured(text: string, ...args: string[]): Promise<Serving> {
  writeFileSync(join(folder, 'modules.toml'), text);
  return serving(folder, ...args, 'modules.toml');
}

let server: Serving;
beforeAll(async () => {
  server = await configured(
    CONFIG,
    '--timeout',
    '3s',
    '--max-memory',
    '16MiB',
    '--max-body',
    '128KiB',
    '-e',
    'A=b',
    '--concurrency',
    '4',
    '--queue',
    '40',
  );
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  remove();
});

/** Waits until so many programs have said that they have begun. */
async function began(one: Serving, count: number): Promise<void> {
  await expect.poll(() => one.err().match(/: began$/gm)?.length ?? 0, { timeout: 20_000 }).toBe(count);
}

/** The arguments and the variables that a program was given. */
async function told(path: string, asked: Parameters<typeof ask>[2] = {}) {
  const { status, text } = await ask(server.port, path, asked);
  expect(status).toBe(200);
  const [args, variables] = text.split('\0\0').map((part) => part.split('\0'));
  return {
    args,
    env: Object.fromEntries(
      variables.filter((one) => one !== '').map((one) => /^([^=]*)=(.*)$/s.exec(one)?.slice(1) ?? []),
    ),
  };
}

describe('a program', () => {
  test('is told of the request as CGI has it', async () => {
    const headers = {
      Host: 'localhost:8080',
      'Content-Type': 'text/x-test',
      'X-Two-Words': 'value',
      Cookie: ['a=1', 'b=2'],
      Authorization: 'Basic eA==',
    };
    const { args, env } = await told('/env/a%20b/%c3%a4?x=1&y=%20&z', { method: 'POST', headers, body: 'four' });
    expect(args).toEqual(['/env/a%20b/%c3%a4', 'x=1', 'y=%20', 'z']);
    expect(env).toEqual({
      A: 'b',
      AUTH_TYPE: '',
      CONTENT_LENGTH: '4',
      CONTENT_TYPE: 'text/x-test',
      GATEWAY_INTERFACE: 'CGI/1.1',
      HTTP_CONTENT_LENGTH: '4',
      HTTP_CONTENT_TYPE: 'text/x-test',
      HTTP_COOKIE: 'a=1; b=2',
      HTTP_HOST: 'localhost:8080',
      HTTP_X_TWO_WORDS: 'value',
      PATH_INFO: '/a b/ä',
      PATH_TRANSLATED: '/a b/ä',
      QUERY_STRING: 'x=1&y=%20&z',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_HOST: '127.0.0.1',
      REMOTE_USER: '',
      REQUEST_METHOD: 'POST',
      SCRIPT_NAME: '/env',
      SERVER_NAME: 'localhost',
      SERVER_PORT: '8080',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_SOFTWARE: 'WAGI/1',
      X_FULL_URL: 'http://localhost:8080/env/a%20b/%c3%a4?x=1&y=%20&z',
      X_MATCHED_ROUTE: '/env/...',
      X_RAW_PATH_INFO: '/a%20b/%c3%a4',
    });
  });

  test('is not told of headers by which a client could pretend to be somebody else', async () => {
    const headers = { Proxy: 'http://evil', PROXY: 'http://evil', X_User: 'root', 'X-User': 'me', 'X.User': 'dot' };
    const { env } = await told('/env', { headers });
    expect(Object.keys(env).filter((name) => /PROXY|USER/.test(name))).toEqual(['REMOTE_USER', 'HTTP_X_USER']);
    expect(env).toMatchObject({ HTTP_X_USER: 'me', PATH_INFO: '' });
  });

  test('has values that are not ASCII replaced', async () => {
    expect((await told('/env', { headers: { 'X-A': 'ä', 'X-B': 'b' } })).env).toMatchObject({
      HTTP_X_A: 'CORRUPT VALUE',
      HTTP_X_B: 'b',
    });
  });

  test('gets its arguments from a template, in which what a client sends is no template again', async () => {
    const { args } = await told(`/argv?a=1&b=${NAME}`);
    expect(args).toEqual(['run', 'me', '/argv', '--', 'a=1', `b=${NAME}`]);
  });

  test('reads the body, and its output is the response', async () => {
    const body = 'status: 201 Made\nX-One: 1\nx-one: 2\nset-cookie: a=1\nset-cookie: b=2\r\n\r\nbody\0\r\n\n';
    const answer = await ask(server.port, '/echo', { method: 'PUT', body });
    expect(answer).toMatchObject({ status: 201, reason: 'Made', text: 'body\0\r\n\n' });
    expect(answer.headers).toMatchObject({ 'x-one': '2', 'set-cookie': ['a=1', 'b=2'], 'content-length': '8' });
  });

  test('has an instance of its own for each request', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(server.port, '/counting')));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['11']));
  });

  test('is called by the export that the configuration names, or that it declared itself; the last that fits', async () => {
    const paths = ['', '/a', '/a/x', '/a/b', '/a/b/c', '/c'];
    const texts = await Promise.all(paths.map(async (path) => (await ask(server.port, `/several${path}`)).text));
    expect(texts).toEqual(['start', 'first', 'first', 'second', 'second', 'third']);
    expect((await ask(server.port, '/unlisted')).text).toBe('unlisted');
    expect((await ask(server.port, '/several/d')).status).toBe(404);
  });

  test('has the directories of the configuration, to write in or not', async () => {
    writeFileSync(join(folder, 'note.txt'), 'a note');
    expect((await ask(server.port, '/only')).text).toBe('a note1');
    expect((await ask(server.port, '/reading')).text).toBe('a note0');
  });

  test('cannot have more memory than it may', async () => {
    expect((await ask(server.port, '/growing')).text).toBe('n');
  });
});

describe('a program that does not answer', () => {
  test.each([
    ['/trapping', 500, /^\/trapping: unreachable/m],
    ['/exiting', 500, /^\/exiting: no\n\/exiting: line of mine: \\u\{1b\}\[31mred\n/m],
    ['/exiting', 500, /^\/exiting: exit code 3/m],
    ['/forever', 504, /^\/forever: stopped: its time was up/m],
    ['/sleeping', 504, /^\/sleeping: stopped: its time was up/m],
    ['/flooding', 502, /^\/flooding: stopped: it printed more than it may/m],
  ])('%s gives %d, and the log says why', async (path, status, why) => {
    expect((await ask(server.port, path)).status).toBe(status);
    expect(server.err()).toMatch(why);
    expect((await ask(server.port, '/counting')).text).toBe('11');
  });

  test('does not keep others waiting', async () => {
    const slow = ask(server.port, '/forever');
    expect((await ask(server.port, '/counting')).text).toBe('11');
    expect((await slow).status).toBe(504);
  });

  test('ends when its client goes away', async () => {
    const text = entry('/', 'sleeping') + entry('/f', 'forever');
    const gone = await configured(text, '--timeout', '1h', '--concurrency', '1');
    for (const [i, path] of ['/', '/f', '/'].entries()) {
      const end = new AbortController();
      const asked = expect(ask(gone.port, path, { signal: end.signal })).rejects.toThrow();
      await began(gone, i + 1);
      end.abort();
      await asked;
    }
    await expect.poll(() => gone.out().match(/" 499 0 /g), { timeout: 20_000 }).toHaveLength(3);
    expect(await gone.stop()).toBe(0);
  }, 60_000);
});

describe('a request', () => {
  test('for another path than there is gets 404, for another host 421', async () => {
    expect((await ask(server.port, '/nothing')).status).toBe(404);
    expect((await ask(server.port, '/counting', { headers: { Host: 'rebound.example' } })).status).toBe(421);
    for (const host of ['localhost', 'LOCALHOST.:1', '127.0.0.1:99', '[::1]']) {
      expect((await ask(server.port, '/counting', { headers: { Host: host } })).status).toBe(200);
    }
    expect(
      await raw(
        server.port,
        'GET http://rebound.example/counting HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      ),
    ).toMatch(/^HTTP\/1\.1 421/);
  });

  test.each([
    ['two hosts', 'GET /counting HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['no host', 'GET /counting HTTP/1.1\r\n\r\n', 400],
    ['a host that is none', 'GET /counting HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    ['a NUL in its path', 'GET /env/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['a target that is no path', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['two lengths', 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400],
    [
      'a length and chunks',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00', 400],
  ])('with %s is refused', async (_, bytes, status) => {
    expect(await raw(server.port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect((await ask(server.port, '/healthz')).text).toBe('OK');
  });

  test('of HTTP/1.0 may leave out its host', async () => {
    const text = await raw(server.port, 'GET /env HTTP/1.0\r\n\r\n');
    expect(text).toContain(`SERVER_NAME=127.0.0.1\0SERVER_PORT=${server.port}\0SERVER_PROTOCOL=HTTP/1.0\0`);
  });

  test('with a longer body than there may be gets 413, whether it says so before or not', async () => {
    const body = Buffer.alloc(131_073);
    expect((await ask(server.port, '/echo', { method: 'POST', body })).status).toBe(413);
    const headers = { 'Transfer-Encoding': 'chunked' };
    expect((await ask(server.port, '/echo', { method: 'POST', body, headers })).status).toBe(413);
    expect((await ask(server.port, '/echo', { method: 'POST', body: body.subarray(1) })).status).toBe(500);
  });

  test('that finds no place to wait gets 503 and is told to come again', async () => {
    const text = entry('/', 'sleeping') + entry('/c', 'counting');
    const busy = await configured(text, '--timeout', '3s', '--concurrency', '2', '--queue', '1');
    const asked = Array.from({ length: 6 }, () => ask(busy.port, '/'));
    const statuses = (await Promise.all(asked)).map(
      ({ status, headers }) => `${status} ${headers['retry-after'] ?? ''}`,
    );
    expect(statuses.sort()).toEqual(['503 1', '503 1', '503 1', '504 ', '504 ', '504 ']);
    expect((await ask(busy.port, '/c')).text).toBe('11');
    await busy.stop();
  }, 60_000);

  test('has its place until its response was read, so that slow readers cannot pile up what they do not read', async () => {
    const slow = await configured(
      entry('/', 'large') + entry('/c', 'counting'),
      '--concurrency',
      '1',
      '--queue',
      '1',
      '--max-output',
      '64MiB',
    );
    const readers = [0, 1].map(() => connect(slow.port, '127.0.0.1'));
    for (const reader of readers) {
      reader.pause();
      reader.on('error', () => {});
      reader.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    }
    // Both are in, and what they asked for is larger than what the system keeps of a connection.
    await expect.poll(async () => (await ask(slow.port, '/c')).status, { timeout: 20_000 }).toBe(503);
    await sleep(500);
    expect((await ask(slow.port, '/c')).status).toBe(503);
    for (const reader of readers) reader.destroy();
    await expect.poll(async () => (await ask(slow.port, '/c')).status, { timeout: 20_000 }).toBe(200);
    expect(await slow.stop()).toBe(0);
  }, 60_000);

  test('has a line in the log, which it cannot forge', async () => {
    await ask(server.port, '/nothing?"x"%0a');
    await expect
      .poll(() => server.out())
      .toMatch(
        /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/nothing\?\\"x\\"%0a HTTP\/1\.1" 404 \d+ \d+\.\dms$/m,
      );
  });
});

describe('the server', () => {
  test('answers /healthz for every host, unless a module has it', async () => {
    expect(await ask(server.port, '/healthz', { headers: { Host: 'any.example' } })).toMatchObject({
      status: 200,
      text: 'OK',
    });
    const own = await configured(entry('/healthz', 'counting'));
    expect((await ask(own.port, '/healthz')).text).toBe('11');
    await own.stop();
  });

  test('serves one program for all paths without a configuration', async () => {
    writeFileSync(join(folder, 'note.txt'), 'a note');
    const alone = await serving(folder, '--dir', '.', 'reading.wat');
    expect((await ask(alone.port, '/any/path')).text).toBe('a note0');
    expect((await ask(alone.port, '/healthz')).text).toBe('OK');
    await alone.stop();
  });

  test('answers only the hosts that it is told, or all', async () => {
    const some = await configured(entry('/', 'counting'), '--allow-host', 'example.org', '--allow-host', '[::1]');
    for (const [host, status] of [
      ['EXAMPLE.org:80', 200],
      ['[::1]', 200],
      ['localhost', 421],
    ] as const) {
      expect((await ask(some.port, '/', { headers: { Host: host } })).status).toBe(status);
    }
    await some.stop();
    const all = await configured(entry('/', 'counting'), '--allow-host', '*');
    expect((await ask(all.port, '/', { headers: { Host: 'x.example' } })).status).toBe(200);
    await all.stop();
  });

  test('lets requests end before it does, and takes no more', async () => {
    const ending = await configured(entry('/', 'sleeping'), '--timeout', '2s');
    const asked = ask(ending.port, '/');
    await began(ending, 1);
    const ended = ending.stop();
    await expect(ask(ending.port, '/')).rejects.toThrow();
    expect(await asked).toMatchObject({ status: 504, headers: { connection: 'close' } });
    expect(await ended).toBe(0);
  }, 60_000);

  test('does not wait for programs longer than it may, nor when it is told twice', async () => {
    for (const [args, again] of [
      [['--grace', '100ms'], false],
      [['--grace', '1h'], true],
    ] as const) {
      const ending = await configured(entry('/', 'sleeping') + entry('/f', 'forever'), '--timeout', '1h', ...args);
      const asked = ['/', '/f'].map((path) => expect(ask(ending.port, path)).rejects.toThrow());
      await began(ending, 2);
      const ended = ending.stop();
      if (again) void ending.stop();
      expect(await ended).toBe(0);
      await Promise.all(asked);
    }
  }, 60_000);

  test('says what it does not take, and where', async () => {
    await expect(serving(folder, '--listen', '300.1.1.1:1', 'echo.wat')).rejects.toThrow(/--listen/);
    await expect(serving(folder, '--concurrency', '0', 'echo.wat')).rejects.toThrow('--concurrency 0');
    const { port } = server;
    await expect(serving(folder, '-l', String(port), 'echo.wat')).rejects.toThrow(/given 2 times/);
  });
});
