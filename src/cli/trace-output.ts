// Where the lines of --trace go, and which kinds of them; src/trace makes the lines.
// Standard error gets each line at once, so that it stands among what the program writes; a file gets them in blocks.
import { closeSync, openSync, writeSync } from 'node:fs';
import { Tracer, type TraceKind } from '../trace/index.ts';
import type { ValidModule } from '../validator/module.ts';
import { CliError } from './failure.ts';
import { type CliHost, pathOf } from './host.ts';
import { fileError } from './program.ts';
import type { TraceOptions } from './trace-options.ts';

/** Lines without --trace-limit. */
export const DEFAULT_LIMIT = 10_000;
const BLOCK = 64 * 1024;

/** A tracer and its output. */
export class TraceOutput {
  readonly tracer: Tracer;
  private readonly host: CliHost;
  private readonly fd: number | undefined;
  private block = '';
  private ended = false;

  /** `nameModule` says what stands before the names of a linked module's functions. Throws CliError. */
  constructor(options: TraceOptions, host: CliHost, nameModule: (module: ValidModule) => string | undefined) {
    const { kinds, limit, filter, out, format } = options;
    this.host = host;
    this.fd = out === undefined || out === '-' ? undefined : openFile(host, out);
    this.tracer = new Tracer({
      write: (line) => this.line(`${line}\n`),
      limit: limit ?? DEFAULT_LIMIT,
      ...(filter === undefined ? {} : { filter }),
      format,
      only: [...kinds].filter((kind): kind is TraceKind => kind !== 'wasi'),
      nameModule,
    });
  }

  /** The program has ended, by an error or without one. */
  finish(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.tracer.finish(error);
    if (this.fd === undefined) return;
    this.flush();
    closeSync(this.fd);
  }

  private line(text: string): void {
    if (this.fd === undefined) {
      this.host.stderr(text);
      return;
    }
    this.block += text;
    if (this.block.length >= BLOCK) this.flush();
  }

  private flush(): void {
    const bytes = Buffer.from(this.block);
    this.block = '';
    for (let done = 0; done < bytes.length; ) done += writeSync(this.fd as number, bytes, done);
  }
}

function openFile(host: CliHost, path: string): number {
  try {
    return openSync(pathOf(host, path), 'w');
  } catch (error) {
    throw new CliError(`--trace-out ${path}: ${fileError(error)}`);
  }
}
