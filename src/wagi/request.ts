// What a module is told of a request: environment variables and arguments, as CGI has them.
// https://datatracker.ietf.org/doc/html/rfc3875#section-4.1
// https://github.com/deislabs/wagi/blob/main/docs/environment_variables.md
// Left out, so that no client can pretend: `Proxy` (HTTP_PROXY is where programs look for a proxy, CVE-2016-5385), and names
// with characters other than letters, digits and dashes: `X_User` and `X-User` would be one variable.
import type { Route } from './routes.ts';

/** A request as it came, its body aside. */
export interface WagiRequest {
  readonly method: string;
  /** Escaped as it was. */
  readonly path: string;
  /** What stands after `?`, as it was; empty where there is none. */
  readonly query: string;
  /** `1.1`. */
  readonly version: string;
  /** In their order, bytes as characters up to U+00FF. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What it was sent to, as `name` or `name:port`. */
  readonly host: string;
  /** The client's address. */
  readonly remote: string;
  /** Bytes of the body. */
  readonly length: number;
}

/** Headers that are told otherwise, or not at all. Hosts of our own stand in SERVER_NAME, too. */
const UNTOLD: ReadonlySet<string> = new Set(['AUTHORIZATION', 'CONNECTION', 'PROXY']);

/** What stands for a value that is not ASCII. */
const CORRUPT = 'CORRUPT VALUE';

const told = (value: string): string => (/^[\t -~]*$/.test(value) ? value : CORRUPT);

/** `name:port` and `[::1]:port` in two. */
export function hostParts(host: string): { readonly name: string; readonly port: string } {
  const [, name, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host) ?? [undefined, host];
  return { name, port: port === '' ? '80' : port };
}

/** A path without its escapes; bytes that are not UTF-8 become U+FFFD. */
export function unescapedPath(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%([0-7][0-9a-f])|%../gi, (_, ascii?: string) =>
        ascii === undefined ? '\ufffd' : String.fromCharCode(Number.parseInt(ascii, 16)),
      );
    }
  });
}

/** Variables of the request headers: those that come several times are one, as HTTP has it. */
function headerVariables(headers: WagiRequest['headers']): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of headers) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) continue;
    const upper = name.toUpperCase();
    if (UNTOLD.has(upper)) continue;
    const variable = `HTTP_${upper.split('-').join('_')}`;
    const before = variables.get(variable);
    const separator = upper === 'COOKIE' ? '; ' : ', ';
    variables.set(variable, before === undefined ? told(value) : `${before}${separator}${told(value)}`);
  }
  return variables;
}

/** All variables: those that were configured, then what CGI names, then the request's headers; later ones replace earlier ones. */
export function environmentOf(
  request: WagiRequest,
  route: Route,
  configured: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const { method, path, query, version, headers, host, remote, length } = request;
  const { name, port } = hostParts(host);
  const rest = path.slice(route.base.length);
  const plain = unescapedPath(rest);
  const contentType = headers.find(([header]) => header.toLowerCase() === 'content-type')?.[1] ?? '';
  return new Map([
    ...configured,
    ['AUTH_TYPE', ''],
    ['CONTENT_LENGTH', String(length)],
    ['CONTENT_TYPE', told(contentType)],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['PATH_INFO', plain],
    ['PATH_TRANSLATED', plain],
    ['QUERY_STRING', query],
    ['REMOTE_ADDR', remote],
    ['REMOTE_HOST', remote],
    ['REMOTE_USER', ''],
    ['REQUEST_METHOD', method],
    ['SCRIPT_NAME', route.base === '' ? '/' : route.base],
    ['SERVER_NAME', name],
    ['SERVER_PORT', port],
    ['SERVER_PROTOCOL', `HTTP/${version}`],
    ['SERVER_SOFTWARE', 'WAGI/1'],
    ['X_FULL_URL', `http://${name}:${port}${path}${query === '' ? '' : `?${query}`}`],
    ['X_MATCHED_ROUTE', route.text],
    ['X_RAW_PATH_INFO', rest],
    ...headerVariables(headers),
  ]);
}

/**
 * The arguments: the path, then the parts of the query between its `&`. A template is split at white space after
 * `${SCRIPT_NAME}` in it has become the path, and `${ARGS}` the query with blanks for `&`.
 */
export function argumentsOf({ path, query }: WagiRequest, template: string | undefined): string[] {
  if (template === undefined) return [path, ...(query === '' ? [] : query.split('&'))];
  const filled = template.replace(/\$\{(SCRIPT_NAME|ARGS)\}/g, (_, name: string) =>
    name === 'ARGS' ? query.split('&').join(' ') : path,
  );
  return filled.split(/\s+/).filter((word) => word !== '');
}
