import { describe, expect, test } from 'vitest';
import { declaredRoutes, isOn, routeOf, RoutesError, whyNoRoute } from './routes.ts';

describe('a route', () => {
  test.each([
    ['/hello', ['/hello'], ['/', '/hello/', '/hello/x', '/hellox', '/HELLO', '/%68ello']],
    ['/hello/...', ['/hello', '/hello/', '/hello/x', '/hello/x/y', '/hello/...'], ['/', '/hellox', '/hell']],
    ['/...', ['', '/', '/x', '/x/y', '//'], []],
    ['/', ['/'], ['', '/x']],
    ['/a/.../b', ['/a/.../b'], ['/a/x/b']],
    ['/a//...', ['/a/', '/a//', '/a//x'], ['/a', '/a/x']],
  ])('%s has its paths and no others', (text, inside, outside) => {
    const route = routeOf(text);
    expect(route.text).toBe(text);
    expect(inside.filter((path) => !isOn(route, path))).toEqual([]);
    expect(outside.filter((path) => isOn(route, path))).toEqual([]);
  });

  test.each(['hello', '', '...', '/a b', '/ä', '/a?b', '/a#b', '/a\n', '/a/.../b', '/.../...'])('is not %j', (text) => {
    expect(whyNoRoute(text)).toMatch(/^a route /);
  });
});

describe('the routes that a module declares', () => {
  const declared = (base: string, printed: string) =>
    declaredRoutes(routeOf(base), printed).map(({ route, entry }) => [route.text, entry]);

  test('stand below its own, the last one first', () => {
    expect(declared('/m', '/a one\n\n  b/...\ttwo  \r\n')).toEqual([
      ['/m/b/...', 'two'],
      ['/m/a', 'one'],
    ]);
  });

  test.each(['/', '/...'])('begin with one slash where its own is %s', (base) => {
    expect(declared(base, '/a one\nb two\n')).toEqual([
      ['/b', 'two'],
      ['/a', 'one'],
    ]);
  });

  test.each(['', '\n \n', '/a', '/a b c', '/a one\n/b', '/ä one', '\0 x'])('cannot be read from %j', (printed) => {
    expect(() => declared('/m', printed)).toThrow(RoutesError);
  });
});
