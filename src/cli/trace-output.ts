// Where the lines of --trace go, and which kinds of them; src/trace makes the lines.
// Standard error gets each line at once, so that it stands among what the program writes; a file gets them in blocks.
import { Tracer, type TraceKind } from '../trace/index.ts';
import type { ValidModule } from '../validator/module.ts';
import type { Console } from './console.ts';
import type { Writer } from './host.ts';
import type { TraceOptions } from './trace-options.ts';

/** Lines without --trace-limit. */
const DEFAULT_LIMIT = 10_000;
const BLOCK = 64 * 1024;

/** A tracer and its output. */
export class TraceOutput {
  /** What instances are traced by; undefined where no instruction gets a line, and nothing need be slower for it. */
  readonly monitor: Tracer | undefined;
  /** Takes the line of a system call, where these are wanted. */
  readonly strace: ((line: string) => void) | undefined;
  private readonly tracer: Tracer;
  private readonly console: Console;
  private readonly file: Writer | undefined;
  private block = '';
  private ended = false;

  /** `nameModule` says what stands before the names of a linked module's functions. Throws CliError. */
  constructor(options: TraceOptions, console: Console, nameModule: (module: ValidModule) => string | undefined) {
    const { kinds, limit, filter, out, format } = options;
    this.console = console;
    this.file = out === undefined || out === '-' ? undefined : console.open(out, `--trace-out ${out}`);
    const only = [...kinds].filter((kind): kind is TraceKind => kind !== 'wasi');
    this.tracer = new Tracer({
      write: (line) => this.line(line),
      limit: limit ?? DEFAULT_LIMIT,
      ...(filter === undefined ? {} : { filter }),
      format,
      only,
      nameModule,
    });
    this.monitor = only.length === 0 ? undefined : this.tracer;
    this.strace = kinds.has('wasi') ? (line) => this.tracer.note(line) : undefined;
  }

  get isFile(): boolean {
    return this.file !== undefined;
  }

  /** The program has ended, by an error or without one. */
  finish(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.tracer.finish(error);
    this.flush();
    this.file?.close();
  }

  private line(text: string): void {
    if (this.file === undefined) {
      this.console.tellAsked('trace', text);
      return;
    }
    this.block += `${text}\n`;
    if (this.block.length >= BLOCK) this.flush();
  }

  private flush(): void {
    const { block } = this;
    this.block = '';
    this.file?.write(block);
  }
}
