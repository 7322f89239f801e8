// A small HTTP server for pages: texts by path, a strict policy on pages, and what the page posts.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', wasm: 'application/wasm' };

/** What a page may do: run scripts from here, and talk to here. No eval, and hence no WebAssembly either. */
export const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'";

export interface Served {
  readonly url: string;
  /** What the page posts. */
  readonly posted: Promise<string>;
  close(): void;
}

/** Serves files by path (`/` is the page); `find` is asked for what is not among them. */
export async function serve(
  files: Readonly<Record<string, string>>,
  find: (path: string) => Buffer | undefined = () => undefined,
): Promise<Served> {
  let told: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    told = resolve;
  });
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (data: Buffer) => chunks.push(data));
      request.on('end', () => {
        response.end();
        told(Buffer.concat(chunks).toString('utf8'));
      });
      return;
    }
    const body = files[path] ?? find(path);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const ending = path === '/' ? 'html' : path.slice(path.lastIndexOf('.') + 1);
    response.setHeader('content-type', TYPES[ending] ?? 'text/javascript');
    response.setHeader('content-security-policy', POLICY);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, posted, close: () => void server.close() };
}
