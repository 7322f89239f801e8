// A server of `wasmi-ts serve` in this process, on a free port of 127.0.0.1, and clients for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';

export interface Serving {
  readonly port: number;
  readonly out: () => string;
  readonly err: () => string;
  /** Tells it to stop; the exit code. Once more to stop at once. */
  readonly stop: () => Promise<number>;
  readonly ended: Promise<number>;
}

/** A folder with such files, that is removed by `remove`. */
export function folderOf(files: Readonly<Record<string, string>>): {
  readonly path: string;
  readonly remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'wasmi-ts-serve-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Begins to serve in a folder; throws what it says where it does not come to listen. */
export async function serving(cwd: string, ...args: readonly string[]): Promise<Serving> {
  const text = { out: '', err: '' };
  let stop = (): void => {};
  let listens = (_: number): void => {};
  const port = new Promise<number>((resolve) => {
    listens = resolve;
  });
  const ended = main(['serve', '--listen', '0', ...args], {
    env: { HOME: '/home/tester' },
    cwd,
    stdout: (data) => void (text.out += Buffer.from(data as string)),
    stderr: (data) => {
      text.err += Buffer.from(data as string);
      const found = /serving at http:\/\/127\.0\.0\.1:(\d+)\/\n/.exec(text.err);
      if (found !== null) listens(Number(found[1]));
    },
    readStdin: () => new Uint8Array(0),
    onStop: (tell) => {
      stop = () => tell(15);
      return () => {};
    },
  });
  const first = await Promise.race([port, ended.then(() => undefined)]);
  if (first === undefined) throw new Error(text.err);
  return {
    port: first,
    out: () => text.out,
    err: () => text.err,
    stop: () => {
      stop();
      return ended;
    },
    ended,
  };
}

export interface Answered {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent | false;
  readonly signal?: AbortSignal;
}

/** One request, by default on a connection of its own. */
export function ask(port: number, path: string, { body, agent = false, ...rest }: Asked = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const given = { ...rest, headers: rest.headers as Record<string, string>, agent };
    const sent = httpRequest({ host: '127.0.0.1', port, path, ...given }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(pieces);
        const { statusCode: status = 0, statusMessage: reason = '', headers, rawHeaders: raw } = answer;
        resolve({ status, reason, headers, raw, body: whole, text: whole.toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends bytes as they are, and answers all that comes back until the server closes, or nothing comes for a while. */
export function raw(port: number, bytes: Uint8Array | string, silentMs = 2000): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes));
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}
