// The HTTP side, by node:http: requests in, the responses of modules out. Whatever a client sends and a module prints, the
// server goes on: each request ends in a response, or with its connection.
// https://datatracker.ietf.org/doc/html/rfc9110  https://datatracker.ietf.org/doc/html/rfc9112
// TLS, compression, caches and users are the business of a proxy in front.
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExitStatus, isError, StoppedError, UnsupportedError } from '../../errors.ts';
import { startTimer } from '../../runtime/timers.ts';
import { visible } from '../../syntax/visible.ts';
import { argumentsOf, environmentOf, hostParts, type WagiRequest } from '../../wagi/request.ts';
import { hasBody, responseOf } from '../../wagi/response.ts';
import type { Console } from '../console.ts';
import { CliError, judged, outOfRoom } from '../failure.ts';
import { fileError } from '../host.ts';
import { backtraceLines } from '../report.ts';
import { Gate, type GatePlace } from './gate.ts';
import { runGuest, TOO_MUCH } from './guest.ts';
import { accessLine, ErrorLines } from './log.ts';
import type { ServeOptions } from './options.ts';
import { type Handler, HEALTH, type Site } from './site.ts';

/** Connections at a time; more are closed at once. */
const MOST_CONNECTIONS = 1024;
/** Milliseconds in which a request's headers, and all of it, have to arrive. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** Milliseconds in which a client has to take something of a response. */
const SILENT_MS = 30_000;

/** The status of a request whose client went away, in the log alone. */
const GONE = 499;

/** The reasons of a signal. */
const CLIENT_GONE = 'the client went away';
const STOPPED = 'the server was stopped';

/** A response of our own, with a line that says why. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  constructor(status: number, why: string, headers: readonly (readonly [string, string])[] = []) {
    super(why);
    this.status = status;
    this.headers = headers;
  }
}

export class Server {
  private readonly site: Site;
  private readonly options: ServeOptions;
  private readonly console: Console;
  private readonly http: HttpServer;
  private readonly gate: Gate;
  /** Of the requests that are not over. */
  private readonly active = new Set<AbortController>();
  /** Since it was told to stop: when it has. */
  private stopped: Promise<void> | undefined;
  /** Is called when it stops, and the last request is over. */
  private idle = (): void => {};

  constructor(site: Site, options: ServeOptions, console: Console) {
    this.site = site;
    this.options = options;
    this.console = console;
    this.gate = new Gate(options.concurrency, options.queue);
    const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 };
    this.http = createServer(limits, (request, response) => void this.take(request, response));
    this.http.maxConnections = MOST_CONNECTIONS;
    // Longer than Node's timers go is never.
    this.http.timeout = Math.min(options.timeout + SILENT_MS, 2 ** 31 - 1);
  }

  /** Begins to listen; answers the address as `host:port`. Throws CliError. */
  listen(): Promise<string> {
    const { address, port } = this.options.listen;
    const shown = address.includes(':') ? `[${address}]` : address;
    return new Promise((resolve, reject) => {
      const refused = (error: Error): void => {
        reject(new CliError(`--listen ${shown}:${port}: ${fileError(error)}`));
      };
      this.http.once('error', refused);
      this.http.listen({ host: address, port, exclusive: true }, () => {
        this.http.off('error', refused);
        // A connection that cannot be taken, as where descriptors have run out.
        this.http.on('error', (error) => this.console.warning(`a connection was lost: ${fileError(error)}`));
        resolve(`${shown}:${(this.http.address() as AddressInfo).port}`);
      });
    });
  }

  /** Takes no more connections, and waits for the requests that are there, but not longer than it may; told again, no longer. */
  stop(): Promise<void> {
    if (this.stopped === undefined) this.stopped = this.ending();
    else this.end();
    return this.stopped;
  }

  private async ending(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    const idle = new Promise<void>((resolve) => {
      this.idle = resolve;
      if (this.active.size === 0) resolve();
    });
    this.http.closeIdleConnections();
    const late = startTimer(this.options.grace, () => this.end());
    await Promise.all([closed, idle]);
    late();
  }

  /** Stops every program, and closes what is still open. */
  private end(): void {
    for (const one of this.active) one.abort(STOPPED);
    this.http.closeAllConnections();
  }

  /** One request, from its headers to its line in the log. Never throws. */
  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const end = new AbortController();
    request.on('error', () => {});
    response.on('error', () => {});
    const closed = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) end.abort(CLIENT_GONE);
        resolve();
      });
    });
    this.active.add(end);
    const place = this.gate.place();
    const sent = await this.answer(request, end, place)
      .then((answer) => this.send(request, response, answer))
      .catch((error) => this.refuse(request, response, error))
      .catch(() => {
        response.destroy();
        return 0;
      });
    await closed;
    place.leave();
    this.log(request, response, sent, performance.now() - began);
    this.active.delete(end);
    if (this.stopped === undefined) return;
    this.http.closeIdleConnections();
    if (this.active.size === 0) this.idle();
  }

  private log(request: IncomingMessage, response: ServerResponse, bytes: number, took: number): void {
    const { method = '', url = '', httpVersion } = request;
    const status = response.writableFinished ? response.statusCode : GONE;
    const access = { remote: remoteOf(request), method, target: url, version: httpVersion, status, bytes, took };
    this.console.print(`${accessLine(access, new Date())}\n`);
  }

  /** The response to a request. Throws Refusal, and bugs of ours. */
  private async answer(request: IncomingMessage, end: AbortController, place: GatePlace): Promise<Answer> {
    const { path, query, authority } = targetOf(request);
    if (path === HEALTH.base && !this.site.hasOwnHealth) return plain(200, 'OK');
    const host = this.hostOf(request, authority);
    const handler = this.site.find(path);
    if (handler === undefined) throw new Refusal(404, 'there is nothing at this path');
    if (!place.enter()) throw new Refusal(503, 'too many requests wait already', [['retry-after', '1']]);
    const body = await bodyOf(request, this.options.maxBody);
    const { method = '', httpVersion: version } = request;
    const headers = pairs(request.rawHeaders);
    const wagi = { method, path, query, version, headers, host, remote: remoteOf(request), length: body.length };
    return this.run(handler, wagi, body, end);
  }

  /** Runs a module for a request. Throws Refusal for whatever it does instead of answering. */
  private async run(handler: Handler, request: WagiRequest, body: Uint8Array, end: AbortController): Promise<Answer> {
    const { route, valid, entry, dirs, argv } = handler;
    const env = environmentOf(request, route, this.options.env);
    const args = argumentsOf(request, argv);
    if ([...args, ...env.values()].some((text) => text.includes('\0')))
      throw new Refusal(400, 'there is a NUL in the path');
    const stderr = new ErrorLines(this.console, route.text);
    try {
      const job = { valid, entry, dirs, args, env, body, stderr: stderr.write };
      const printed = await this.gate.inTurn(end.signal, () => runGuest(job, this.options, end));
      if (printed === undefined) throw new Refusal(503, STOPPED);
      const found = responseOf(printed);
      if (!('why' in found)) return found;
      stderr.note(found.why);
      throw new Refusal(found.status, found.why);
    } catch (error) {
      throw error instanceof Refusal ? error : failed(error, handler, stderr);
    } finally {
      stderr.end();
    }
  }

  /** What a request was sent to. Throws Refusal for a host that is none, or not ours. */
  private hostOf(request: IncomingMessage, authority: string | undefined): string {
    const named = pairs(request.rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
    if (named.length > 1) throw new Refusal(400, 'there are several Host headers');
    const given = authority ?? named[0]?.[1];
    if (given === undefined || given === '') return this.options.defaultHost ?? ownAddress(request);
    if (!/^(?:\[[0-9a-f:.]+\]|[\w.~-]+)(?::\d{0,5})?$/i.test(given))
      throw new Refusal(400, 'the Host header is no host');
    const name = hostParts(given).name.toLowerCase().replace(/\.$/, '');
    if (this.options.hosts?.has(name) === false) throw new Refusal(421, 'this server does not answer for this host');
    return given;
  }

  private refuse(request: IncomingMessage, response: ServerResponse, thrown: unknown): number {
    if (response.destroyed || response.headersSent) return 0;
    if (!(thrown instanceof Refusal)) this.console.complain(new CliError(judged(thrown).message));
    const { status, message, headers } = thrown instanceof Refusal ? thrown : new Refusal(500, 'the server failed');
    // What was not read of the body stands in the way of the next request.
    const closing = isUnread(request) ? ([['connection', 'close']] as const) : [];
    return this.send(
      request,
      response,
      plain(status, `${status} ${STATUS_CODES[status]}: ${message}\n`, [...headers, ...closing]),
    );
  }

  /** Sends a response whole, with a length that is right. Returns how many bytes of a body there are. */
  private send(
    { method }: IncomingMessage,
    response: ServerResponse,
    { status, reason, headers, body }: Answer,
  ): number {
    if (response.destroyed) return 0;
    const fields = headers.flat();
    if (hasBody(status)) fields.push('content-length', String(body.length));
    if (status === 205) fields.push('content-length', '0');
    if (this.stopped !== undefined) fields.push('connection', 'close');
    response.writeHead(status, reason ?? STATUS_CODES[status] ?? '', fields);
    const sent = hasBody(status) && method !== 'HEAD' ? body : new Uint8Array(0);
    response.end(sent);
    return sent.length;
  }
}

interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const PLAIN = ['content-type', 'text/plain; charset=utf-8'] as const;

function plain(status: number, text: string, headers: Answer['headers'] = []): Answer {
  return { status, reason: undefined, headers: [PLAIN, ...headers], body: Buffer.from(text) };
}

/** What a request was sent to, by the address alone. */
function ownAddress({ socket: { localAddress = 'localhost', localPort = 80 } }: IncomingMessage): string {
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** The client's address; those of IPv4 as such, also where they come by way of IPv6. */
function remoteOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/, '');
}

function pairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]] as const);
}

/** The path and the query of a request's target, and the host where it is there: `/a?b`, `http://host/a?b`. Throws Refusal. */
function targetOf({ url = '' }: IncomingMessage) {
  const [, authority, rest] = /^(?:https?:\/\/([^/?#]*))?([^#]*)/i.exec(url) as RegExpExecArray;
  const at = rest.indexOf('?');
  const path = at < 0 ? rest : rest.slice(0, at);
  const query = at < 0 ? '' : rest.slice(at + 1);
  if (path === '' && authority !== undefined) return { path: '/', query, authority };
  if (!path.startsWith('/')) throw new Refusal(400, 'the target of the request is no path');
  return { path, query, authority };
}

/** Whether a part of the body has not come yet. */
function isUnread({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
}

/** All of a request's body. Throws Refusal for one that is too long, and where it does not come whole. */
function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const tooLong = new Refusal(413, `the body has more than ${most} bytes`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > most) return reject(tooLong);
    const pieces: Uint8Array[] = [];
    let length = 0;
    request.on('data', (piece: Uint8Array) => {
      length += piece.length;
      if (length <= most) return pieces.push(piece);
      pieces.length = 0;
      return reject(tooLong);
    });
    request.on('end', () => resolve(Buffer.concat(pieces)));
    request.on('close', () => reject(new Refusal(400, 'the body did not come whole')));
  });
}

/** What a module that ended in another way is to its client; the log has more of it. Bugs of ours are thrown on. */
function failed(thrown: unknown, { known }: Handler, stderr: ErrorLines): unknown {
  const full = outOfRoom(thrown);
  if (full !== undefined) {
    stderr.note(full);
    return new Refusal(500, 'the program needs more memory than there is');
  }
  if (isError(thrown, 'interrupted')) return interrupted(thrown, stderr);
  if (thrown instanceof CliError) {
    stderr.note(thrown.message);
    return new Refusal(500, 'the program cannot be given its directories');
  }
  if (thrown instanceof ExitStatus) {
    stderr.note(`exit code ${thrown.exitCode}`);
    return new Refusal(500, 'the program ended with an error');
  }
  if (!(thrown instanceof StoppedError) && !(thrown instanceof UnsupportedError)) return thrown;
  stderr.note(thrown.message);
  for (const line of backtraceLines(thrown, [known])) stderr.note(line);
  return new Refusal(500, 'the program was stopped by an error');
}

function interrupted(error: { readonly reason: string; readonly cause?: unknown }, stderr: ErrorLines): Refusal {
  const { reason, cause } = error;
  const because = reason === 'abort' ? String(cause) : reason === 'fuel' ? 'it used up its fuel' : 'its time was up';
  stderr.note(visible(`stopped: ${because}`));
  if (cause === TOO_MUCH) return new Refusal(502, 'the program printed more than it may');
  return cause === STOPPED || cause === CLIENT_GONE
    ? new Refusal(503, because)
    : new Refusal(504, 'the program took too long');
}
