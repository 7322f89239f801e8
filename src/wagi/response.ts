// What a module printed, as a response: lines of headers, an empty line, the body.
// https://datatracker.ietf.org/doc/html/rfc3875#section-6
// https://github.com/deislabs/wagi/blob/main/docs/writing_modules.md
// Nothing that is hostile reaches the wire: a name or a value that HTTP cannot carry, another framing than ours.
// No regular expressions here that look back: the lines are as long as a module likes.

/** A response that HTTP can carry. */
export interface WagiResponse {
  readonly status: number;
  /** The words after the status, where the module gave some. */
  readonly reason: string | undefined;
  /** Names in lower case, bytes as characters up to U+00FF. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Why there is none: what the client is told, and the log. */
export interface Fault {
  readonly status: 500 | 502;
  readonly why: string;
}

/** Bytes that headers may have; clients and proxies take less. */
const LONGEST_HEADERS = 65_536;

/** Headers that are about one connection, or about how the body is sent, which is for the server to say. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const LF = 0x0a;
const CR = 0x0d;

interface Parts {
  readonly lines: readonly string[];
  readonly body: Uint8Array;
}

/** The lines before the first empty one, and what comes after it. Returns undefined without an empty line. */
function split(printed: Uint8Array): Parts | undefined {
  const lines: string[] = [];
  let line = '';
  let first = true;
  for (let at = 0; at < printed.length && at <= LONGEST_HEADERS; at++) {
    const byte = printed[at];
    if (byte === CR) continue;
    if (byte !== LF) {
      line += String.fromCharCode(byte);
      continue;
    }
    // An empty line at the very beginning ends nothing, as in the original.
    if (line === '' && !first) return { lines, body: printed.subarray(at + 1) };
    first = false;
    lines.push(line);
    line = '';
  }
  return undefined;
}

/** Without blanks and tabs at both ends. */
function trimmed(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(from)) from++;
  while (to > from && isBlank(to - 1)) to--;
  return text.slice(from, to);
}

/** A token of HTTP: https://datatracker.ietf.org/doc/html/rfc9110#section-5.6.2 */
const isName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);

/** Bytes that a value may have: https://datatracker.ietf.org/doc/html/rfc9110#section-5.5 */
const isValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/** Names and trimmed values; the last of a name counts, but for cookies, which are set one by one. */
function headersOf(lines: readonly string[]): { readonly fields: Map<string, string>; readonly cookies: string[] } {
  const fields = new Map<string, string>();
  const cookies: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = trimmed(line.slice(0, colon)).toLowerCase();
    const value = trimmed(line.slice(colon + 1));
    if (name === 'set-cookie') cookies.push(value);
    else if (isName(name)) fields.set(name, value);
  }
  return { fields, cookies };
}

/** `404 Not Found`, in two. Returns undefined for what is no final status. */
function statusOf(text: string): { readonly status: number; readonly reason: string | undefined } | undefined {
  const blank = text.indexOf(' ');
  const digits = blank < 0 ? text : text.slice(0, blank);
  const status = Number(digits);
  // What begins with 1 is no response: another one comes after it.
  if (!/^\d{3}$/.test(digits) || status < 200) return undefined;
  const words = blank < 0 ? '' : trimmed(text.slice(blank));
  return { status, reason: words !== '' && isValue(words) ? words : undefined };
}

/** The response that a module's output is, or why it is none. Never throws. */
export function responseOf(printed: Uint8Array): WagiResponse | Fault {
  const parts = split(printed);
  if (parts === undefined) {
    const tooLong = printed.length > LONGEST_HEADERS;
    return {
      status: 500,
      why: tooLong
        ? `there is no empty line in the first ${LONGEST_HEADERS} bytes that the program printed`
        : 'the program printed no empty line, which ends the headers',
    };
  }
  const { fields, cookies } = headersOf(parts.lines);
  const location = fields.get('location');
  const statusText = fields.get('status');
  if (location === undefined && statusText === undefined && !fields.has('content-type')) {
    return { status: 500, why: 'the program printed none of the headers content-type, status and location' };
  }
  const given = statusText === undefined ? undefined : statusOf(statusText);
  if (statusText !== undefined && given === undefined) {
    return { status: 502, why: 'the status that the program printed is not a number from 200 to 999' };
  }
  fields.delete('status');
  const headers = [...fields, ...cookies.map((value) => ['set-cookie', value] as const)];
  const bad = headers.find(([, value]) => !isValue(value));
  if (bad !== undefined) {
    return { status: 500, why: `the program printed a value of the header ${bad[0]} that no header may have` };
  }
  return {
    status: given?.status ?? (location === undefined ? 200 : 302),
    reason: given?.reason,
    headers: headers.filter(([name]) => !FRAMING.has(name)),
    body: parts.body,
  };
}

/** Whether a response of this status has a body: https://datatracker.ietf.org/doc/html/rfc9110#section-6.4.1 */
export function hasBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}
