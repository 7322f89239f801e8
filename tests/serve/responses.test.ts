// What programs print, as responses of `wasmi-ts serve`: the client says what the program prints.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ECHO } from './modules.ts';
import { ask, folderOf, raw, type Serving, serving } from './serving.ts';

const { path: folder, remove } = folderOf({ 'echo.wat': ECHO });
let server: Serving;
beforeAll(async () => {
  server = await serving(folder, 'echo.wat');
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  remove();
});

describe('a response', () => {
  const printed = (body: string | Uint8Array) => ask(server.port, '/echo', { method: 'POST', body });

  test.each([
    ['a status alone', 'status: 404\n\nx', 404, 'x'],
    ['a place alone', 'Location: /other\n\n', 302, ''],
    ['a status of its own beside a place', 'Status: 301\nLocation: /other\n\n', 301, ''],
    ['lines without a colon, which are ignored', 'hello\ncontent-type: a/b\n\nx', 200, 'x'],
    ['names that are none, which are ignored', 'content-type: a/b\nbad name: 1\n: 2\nä: 3\n\nx', 200, 'x'],
  ])('is made of %s', async (_, body, status, text) => {
    expect(await printed(body)).toMatchObject({ status, text });
  });

  test.each([
    ['nothing', '', 500, /no empty line/],
    ['no empty line', 'content-type: text/plain\n', 500, /no empty line/],
    ['none of the three headers', 'x-test: 1\n\nx', 500, /none of the headers/],
    ['a status that is no number', 'status: ok\n\n', 502, /status/],
    ['a status that does not end a response', 'status: 101\n\n', 502, /status/],
    ['a status beyond all', 'status: 1000\n\n', 502, /status/],
    ['a value with a control character', 'content-type: a\x01b\n\n', 500, /content-type/],
    ['a cookie with a NUL', 'content-type: a/b\nset-cookie: a\0\n\n', 500, /set-cookie/],
    ['headers without end', `content-type: a/b\n${'x: y\n'.repeat(14_000)}\n`, 500, /no empty line/],
  ])('is an error where the program printed %s', async (_, body, status, why) => {
    const answer = await printed(body);
    expect(answer).toMatchObject({ status, text: expect.stringMatching(why) });
    expect(server.err()).toMatch(why);
  });

  test('has our framing and none of the program', async () => {
    const body =
      'content-type: a/b\nContent-Length: 1\nTransfer-Encoding: chunked\nConnection: upgrade\nkeep-alive: x\nUpgrade: h2c\nTE: x\nTrailer: x\n\nwhole';
    const answer = await printed(body);
    expect(answer).toMatchObject({
      status: 200,
      text: 'whole',
      headers: { 'content-length': '5', connection: 'close' },
    });
    const names = answer.raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(['connection', 'content-length', 'content-type', 'date']);
  });

  test.each([204, 205, 304])(
    'of status %d has no body, and the next one on the connection is right',
    async (status) => {
      const body = `status: ${status}\n\nHTTP/1.1 200 OK\r\n\r\n`;
      const request = (text: string): string =>
        `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
      const last = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
      const text = await raw(server.port, request(body) + last);
      expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 200']);
      expect(text).not.toContain('HTTP/1.1 200 OK\r\n\r\n');
    },
  );

  test('to HEAD has the length of the body and no body', async () => {
    const body = 'content-type: a/b\n\nwhole';
    expect(await printed(body)).toMatchObject({ status: 200, text: 'whole', headers: { 'content-length': '5' } });
    const headers = { 'Content-Length': String(body.length) };
    const head = await ask(server.port, '/echo', { method: 'HEAD', body, headers });
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '5' } });
  });

  test('keeps bytes of values as they are', async () => {
    const answer = await printed('content-type: a/b\nx-name: M\u00fcller\n\n');
    expect(Buffer.from(answer.headers['x-name'] as string, 'latin1').toString()).toBe('Müller');
  });
});
