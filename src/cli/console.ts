// The one place where commands write. What happened decides a command's exit code before any of it is printed: nothing here
// throws because a stream is full or has no reader. A result that could not be written whole turns exit code 0 into 1 at
// the end, and is told if that can be; other codes stay. A reader that stops reading has seen enough: that is no error.
// The program's own output does not come by here: it goes through the system interface.
import { resolve } from 'node:path';
import { now, within } from '../clock.ts';
import { isError } from '../errors.ts';
import { own } from '../syntax/records.ts';
import { visible } from '../syntax/visible.ts';
import { CliError, EXIT } from './failure.ts';
import { type CliHost, codeOf, fileError, type Look, makeFolder, openWriter, writeFile, type Writer } from './host.ts';

/** Milliseconds in which the message that the time is over can be written. */
const GRACE = 50;

export class Console {
  /** The guest's streams where they are not the process's own. */
  readonly guest: CliHost['guest'];
  readonly #host: CliHost;
  /** Whether more output is wanted: somebody reads it, and it can be written. */
  #open = true;
  /** What could not be written of what was asked for. */
  #lost: string | undefined;
  #stdinIsRead = false;
  /** When everything has to be written, on our clock. */
  #end = Number.POSITIVE_INFINITY;
  /** Something could not be written by then. */
  #late = false;

  constructor(host: CliHost) {
    this.#host = host;
    this.guest = host.guest;
  }

  /** A variable of our environment. */
  variable(name: string): string | undefined {
    return own(this.#host.env, name);
  }

  /** All of our environment, in its order. */
  get variables(): readonly (readonly [name: string, value: string])[] {
    return Object.entries(this.#host.env).filter((one): one is [string, string] => one[1] !== undefined);
  }

  /** A path of the command line, made absolute. */
  path(path: string): string {
    return resolve(this.#host.cwd, path);
  }

  /** Whether somebody reads what is printed; for those who have much to say. */
  get wanted(): boolean {
    return this.#open;
  }

  /** What nobody has read in so many milliseconds is not written; for a command whose time is bounded. */
  limit(milliseconds: number): void {
    this.#end = now() + milliseconds + GRACE;
  }

  /** Writes a result to standard output. */
  print(data: string | Uint8Array): void {
    if (!this.#open) return;
    try {
      this.#inTime(() => this.#host.stdout(data));
    } catch (error) {
      this.#open = false;
      if (codeOf(error) !== 'EPIPE') this.#lose(`standard output: ${fileError(error)}`);
    }
  }

  /** Tells something on standard error, if that can be done. The text is a line or lines without the last newline. */
  tell(text: string): boolean {
    try {
      this.#inTime(() => this.#host.stderr(`${text}\n`));
      return true;
    } catch {
      return false;
    }
  }

  /** What was asked for, on standard error: a program does not end in 0 where it is lost. `what` names it. */
  tellAsked(what: 'trace' | 'statistics', text: string): void {
    if (!this.tell(text)) this.#lose(`standard error: the ${what} could not be written`);
  }

  /** Tells an error: `wasmi-ts: error: ...` and its details below. */
  complain({ message, details }: CliError): void {
    this.tell([`wasmi-ts: error: ${message}`, ...details].map(visible).join('\n'));
  }

  /** Tells something that does not end the command. */
  warning(message: string): void {
    this.tell(visible(`wasmi-ts: warning: ${message}`));
  }

  /** All of standard input. It can be had once: for a second reader nothing would be left. */
  readStdin(look: Look): Uint8Array {
    if (this.#stdinIsRead) throw new CliError('<stdin>: standard input was already read: `-` can be given once');
    this.#stdinIsRead = true;
    return this.#host.readStdin(look);
  }

  /** Writes a whole file; `-` is standard output. Throws CliError with the path. */
  save(path: string, data: string | Uint8Array): void {
    if (path === '-') this.print(data);
    else this.#attempt(path, () => writeFile(this.path(path), data));
  }

  /** Makes a folder and those that it is in. Throws CliError with the path. */
  makeFolder(path: string): void {
    this.#attempt(path, () => makeFolder(this.path(path)));
  }

  /** A file that is written piece by piece; `what` names it in messages. Throws CliError if it cannot be begun. */
  open(path: string, what: string): Writer {
    const writer = this.#attempt(what, () => openWriter(this.path(path)));
    let whole = true;
    const trying = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        whole = false;
        this.#lose(`${what}: ${fileError(error)}`);
      }
    };
    return {
      write: (text) => {
        if (whole) trying(() => writer.write(text));
      },
      close: () => trying(() => writer.close()),
    };
  }

  /** See CliHost. */
  onIdle(tell: () => void): () => void {
    return this.#host.onIdle?.(tell) ?? (() => {});
  }

  /** See CliHost. */
  onStop(tell: (signal: number) => void): () => void {
    return this.#host.onStop?.(tell) ?? (() => {});
  }

  /** The exit code of a command that ended with `code`, now that it is known what could be written. */
  settle(code: number): number {
    if (this.#lost === undefined) return code;
    this.complain(new CliError(this.#lost));
    if (code !== EXIT.ok) return code;
    return this.#late ? EXIT.timeout : EXIT.failed;
  }

  #inTime(write: () => void): void {
    try {
      within(this.#end, write);
    } catch (error) {
      if (isError(error, 'interrupted')) this.#late = true;
      throw error;
    }
  }

  #lose(what: string): void {
    this.#lost ??= what;
  }

  #attempt<T>(what: string, step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw new CliError(`${what}: ${fileError(error)}`);
    }
  }
}
