// compileStreaming and instantiateStreaming, for whatever looks like a Response of fetch.
// https://webassembly.github.io/spec/web-api/#streaming-modules
// The bytes are gathered before they are compiled: nothing is streamed but in name.
import * as say from './messages.ts';
import { isCallable, isObject } from './webidl.ts';

/** What of a Response is used. */
export interface ResponseLike {
  readonly ok?: boolean;
  readonly status?: number;
  readonly type?: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

function isResponse(value: unknown): value is ResponseLike {
  if (!isObject(value)) return false;
  const { arrayBuffer, headers } = value as Partial<ResponseLike>;
  return isCallable(arrayBuffer) && isObject(headers) && isCallable(headers.get);
}

/** A value of a header without the white space of HTTP around it. */
function stripped(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && '\t\n\r '.includes(text[from])) from++;
  while (to > from && '\t\n\r '.includes(text[to - 1])) to--;
  return text.slice(from, to);
}

/** The bytes of a response. @throws TypeError (as a rejection) when it is not ok, or not of type application/wasm. */
export async function bytesOf(source: unknown, who: string): Promise<ArrayBuffer> {
  const response = await source;
  if (!isResponse(response)) throw new TypeError(say.notAResponse(who));
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.ok === false) {
    throw new TypeError(say.notOk(who, response.status));
  }
  const mimeType = response.headers.get('content-type') ?? '';
  // No parameters are allowed, not even empty ones.
  if (stripped(mimeType).toLowerCase() !== 'application/wasm') {
    throw new TypeError(say.wrongMimeType(who, mimeType));
  }
  return response.arrayBuffer();
}
