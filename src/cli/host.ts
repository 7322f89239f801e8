// What the commands need from the machine, as an object, so that tests can run them in the same process.
// The real one is Node's: files, standard streams, environment. It knows nothing of WebAssembly.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { InputStream, OutputStream } from '../wasi/host/stdio.ts';

export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the command line start here. */
  readonly cwd: string;
  stdout(text: string | Uint8Array): void;
  stderr(text: string | Uint8Array): void;
  /** All of standard input. */
  readStdin(): Uint8Array;
  /** The guest's streams where they are not the process's own. */
  readonly guest?: { readonly stdin: InputStream; readonly stdout: OutputStream; readonly stderr: OutputStream };
}

/** A path of the command line, made absolute. */
export function pathOf(host: CliHost, path: string): string {
  return resolve(host.cwd, path);
}

/** Writes all of it, also to a pipe that is full for the moment. A pipe that nobody reads raises EPIPE. */
function writeAll(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** The process itself. */
export function processHost(): CliHost {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: (data) => writeAll(1, data),
    stderr: (data) => writeAll(2, data),
    readStdin: () => readFileSync(0),
  };
}

/** Writes a result file; `-` is standard output. */
export function writeResult(host: CliHost, path: string, data: string | Uint8Array): void {
  if (path === '-') host.stdout(data);
  else writeFileSync(pathOf(host, path), data);
}
