import { describe, expect, test } from 'vitest';
import { argumentsOf, environmentOf, hostParts, unescapedPath, type WagiRequest } from './request.ts';
import { routeOf } from './routes.ts';

const REQUEST: WagiRequest = {
  method: 'GET',
  path: '/a/b',
  query: '',
  version: '1.1',
  headers: [],
  host: 'localhost',
  remote: '127.0.0.1',
  length: 0,
};

const variables = (more: Partial<WagiRequest>, route = '/a/...', configured: [string, string][] = []) =>
  Object.fromEntries(environmentOf({ ...REQUEST, ...more }, routeOf(route), new Map(configured)));

describe('variables', () => {
  test('of CGI replace configured ones, and headers replace both', () => {
    const configured: [string, string][] = [
      ['SERVER_NAME', 'mine'],
      ['HTTP_ACCEPT', 'mine'],
      ['HTTP_PROXY', 'http://proxy.example'],
    ];
    const headers = [
      ['Accept', 'a/b'],
      ['Proxy', 'http://evil.example'],
    ] as const;
    expect(variables({ headers }, '/a/...', configured)).toMatchObject({
      SERVER_NAME: 'localhost',
      HTTP_ACCEPT: 'a/b',
      HTTP_PROXY: 'http://proxy.example',
    });
  });

  test.each([
    ['/...', '/', '/a/b'],
    ['/a/...', '/a', '/b'],
    ['/a/b', '/a/b', ''],
  ])('say where the route %s ends', (route, script, info) => {
    expect(variables({}, route)).toMatchObject({ SCRIPT_NAME: script, PATH_INFO: info, X_MATCHED_ROUTE: route });
  });

  test('join headers that come several times, cookies in their own way', () => {
    const headers = [
      ['Accept', 'a'],
      ['Cookie', 'x=1'],
      ['accept', 'b'],
      ['cookie', 'y=2'],
    ] as const;
    expect(variables({ headers })).toMatchObject({ HTTP_ACCEPT: 'a, b', HTTP_COOKIE: 'x=1; y=2' });
  });

  test('have no header by the name of a property that all objects have', () => {
    const headers = [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ] as const;
    const environment = environmentOf({ ...REQUEST, headers }, routeOf('/...'), new Map());
    expect([...environment.keys()].filter((name) => /PROTO_/.test(name))).toEqual([]);
    expect(environment.get('HTTP_CONSTRUCTOR')).toBe('y');
  });
});

test.each([
  ['localhost', 'localhost', '80'],
  ['localhost:8080', 'localhost', '8080'],
  ['localhost:', 'localhost', '80'],
  ['[::1]:8080', '[::1]', '8080'],
  ['[::1]', '[::1]', '80'],
])('the host %s is %s and %s', (host, name, port) => {
  expect(hostParts(host)).toEqual({ name, port });
});

test.each([
  ['/a%20b', '/a b'],
  ['/%c3%a4', '/ä'],
  ['/%ff%41', '/\ufffdA'],
  ['/%', '/%'],
  ['/%zz%4', '/%zz%4'],
  ['/%2e%2e/%2F', '/..//'],
  ['/+', '/+'],
])('the path %s means %s', (path, plain) => {
  expect(unescapedPath(path)).toBe(plain);
});

/** What stands for the path and for the query in a template. */
const PATH = ['$', '{SCRIPT_NAME}'].join('');
const QUERY = ['$', '{ARGS}'].join('');

test.each([
  [undefined, 'a=1&b', ['/a/b', 'a=1', 'b']],
  [undefined, '', ['/a/b']],
  ['x ', 'a', ['x']],
  ['', 'a', []],
  [`x ${PATH}/${QUERY}`, 'a=1&b', ['x', '/a/b/a=1', 'b']],
  [QUERY, `${PATH}&`, [PATH]],
])('the template %j and the query %j give %j', (template, query, args) => {
  expect(argumentsOf({ ...REQUEST, query }, template)).toEqual(args);
});
