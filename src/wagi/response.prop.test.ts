// Whatever a program prints: a response that HTTP can carry, or a reason why there is none. Judge: the checks of node:http.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasBody, responseOf } from './response.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Pieces of what programs print, and of what they should not. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'content-type',
      'Status',
      'LOCATION',
      'set-cookie',
      'transfer-encoding',
      'Content-Length',
      'x-a',
      'x a',
      '__proto__',
    ],
    ...[
      ':',
      ': ',
      '\n',
      '\r\n',
      '\n\n',
      '\r\n\r\n',
      '\r',
      '\t',
      ' ',
      '\0',
      '\x7f',
      '\xe4',
      '200',
      '404 Not Found',
      '101',
      '99999',
    ],
  ),
  fc.string({ maxLength: 8 }),
);
const printed = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((pieces) => latin1(pieces.join(''))),
  fc.uint8Array({ maxLength: 200 }),
);

test('what a program prints is a response that can be sent, or a reason', () => {
  fc.assert(
    fc.property(printed, (bytes) => {
      const found = responseOf(bytes);
      if ('why' in found) {
        expect([500, 502]).toContain(found.status);
        expect(found.why).toMatch(/^\S.*\S$/);
        return;
      }
      expect(found.status).toBeGreaterThanOrEqual(200);
      expect(found.status).toBeLessThan(1000);
      for (const [name, value] of [...found.headers, ['x', found.reason ?? ''] as const]) {
        validateHeaderName(name);
        validateHeaderValue(name, value);
        expect(name).toMatch(/^(?!transfer-encoding$|content-length$|connection$|status$)/);
      }
      // The body is the end of what was printed, as it is.
      expect(Buffer.from(bytes.subarray(bytes.length - found.body.length)).equals(found.body)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

const token = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
  .filter((name) => !/^(status|location|te|trailer|upgrade)$/.test(name));
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);

test('what is well-formed arrives: the last value of each name, and the body with its bytes', () => {
  const fields = fc.array(fc.tuple(token, value), { maxLength: 8 });
  fc.assert(
    fc.property(fields, fc.constantFrom('\n', '\r\n'), fc.uint8Array({ maxLength: 50 }), (given, end, body) => {
      const usual = given.filter(([name]) => !/^(set-cookie|connection|content-length|keep-alive)$/.test(name));
      const head = [['content-type', 'a/b'] as const, ...usual].map(
        ([name, text]) => `${name.toUpperCase()}:\t ${text} ${end}`,
      );
      const found = responseOf(Buffer.concat([latin1(head.join('') + end), body]));
      expect(found).toEqual({
        status: 200,
        reason: undefined,
        headers: [...new Map([['content-type', 'a/b'] as const, ...usual])],
        body: expect.anything(),
      });
      expect('why' in found ? undefined : [...found.body]).toEqual([...body]);
    }),
  );
});

test('blanks without end in a line do not take long', () => {
  const began = performance.now();
  for (const text of [
    ' '.repeat(65_000),
    `x:${' '.repeat(65_000)}x`,
    `${':'.repeat(65_000)}`,
    `status: ${' '.repeat(60_000)}2`,
  ]) {
    responseOf(latin1(`content-type: a/b\n${text}\n\n`));
  }
  expect(performance.now() - began).toBeLessThan(2000);
});

test('only statuses that have no content have no body', () => {
  expect(Array.from({ length: 800 }, (_, i) => i + 200).filter((status) => !hasBody(status))).toEqual([204, 205, 304]);
});
