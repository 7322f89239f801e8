// Random outputs of programs and random bytes of clients against a server that runs: it answers what it can, and the next
// request is answered as ever.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ECHO } from './modules.ts';
import { ask, folderOf, raw, type Serving, serving } from './serving.ts';

const { path: folder, remove } = folderOf({ 'echo.wat': ECHO });
let server: Serving;
beforeAll(async () => {
  server = await serving(folder, '--timeout', '2s', 'echo.wat');
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  remove();
});

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'content-type: a/b',
      'Status: 304',
      'status: 200 \xff\n',
      'location: /\r\n',
      'x: \0',
      'set-cookie: a=b',
      'x-y: \x7f',
    ],
    ...[
      '\n',
      '\n\n',
      '\r\n\r\n',
      'HTTP/1.1 200 OK\r\n',
      'content-length: 0\n',
      'transfer-encoding: chunked\n',
      ': ',
      '0\r\n\r\n',
    ],
  ),
  fc.string({ maxLength: 10 }),
);
const output = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('programs that print anything at all are answered for, each on the same connection as the one before', async () => {
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await fc.assert(
    fc.asyncProperty(output, async (body) => {
      const { status, raw: fields } = await ask(server.port, '/x', { method: 'POST', body, agent });
      expect(status).toBeGreaterThanOrEqual(200);
      expect(fields.filter((name, i) => i % 2 === 0 && /^content-length$/i.test(name)).length).toBeLessThan(2);
      const next = await ask(server.port, '/healthz', { agent });
      expect(next.text).toBe('OK');
    }),
    { numRuns: 150 },
  );
  agent.destroy();
}, 60_000);

const line = fc.oneof(
  fc.constantFrom(
    ...[
      'GET / HTTP/1.1\r\n',
      'POST /%00%ff?&&& HTTP/1.1\r\n',
      'GET http://localhost/ HTTP/1.1\r\n',
      'PRI * HTTP/2.0\r\n',
    ],
    ...[
      'Host: localhost\r\n',
      'Host: [\r\n',
      'Content-Length: 5\r\n',
      'Content-Length: -1\r\n',
      'Transfer-Encoding: chunked\r\n',
    ],
    ...[
      'Expect: 100-continue\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      'X_Y: z\r\n',
      '\r\n',
      '5\r\nabcde\r\n',
      '0\r\n\r\n',
    ],
  ),
  fc.string({ maxLength: 12 }),
);

test('clients that send anything at all do not end the server', async () => {
  const request = fc.array(line, { maxLength: 10 }).map((lines) => Buffer.from(`${lines.join('')}\r\n\r\n`, 'latin1'));
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 8, maxLength: 8 }), async (several) => {
      const answers = await Promise.all(several.map((bytes) => raw(server.port, bytes, 60)));
      for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1\.1 [1-5]\d\d |$)/);
      expect((await ask(server.port, '/healthz')).text).toBe('OK');
    }),
    { numRuns: 25 },
  );
  expect(server.err()).not.toMatch(/wasmi-ts: error/);
}, 60_000);
