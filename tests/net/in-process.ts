// Runs cases of the net by the command line's `main`, in this process, with streams that do what streams can do.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliHost } from '../../src/cli/host.ts';
import { main } from '../../src/cli/main.ts';
import { SystemError } from '../../src/wasi/host/errno.ts';
import type { InputStream, OutputStream } from '../../src/wasi/host/stdio.ts';
import { BufferOutput, fixedInput, QueueInput } from '../../src/wasi/index.ts';
import { type Case, caseOf, complaint, type Input, type Output, withPaths } from './commands.ts';
import { Random } from './random.ts';

/** Longer than any bound of a case: what has not ended by then hangs. */
const HANGS_AFTER = 20_000;

/** An error as Node's own file functions throw it. */
function nodeError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}, write`), { code, syscall: 'write' });
}

function fault(kind: Output): Error | undefined {
  if (kind === 'full disk') return nodeError('ENOSPC', 'no space left on device');
  if (kind === 'no reader') return nodeError('EPIPE', 'broken pipe');
  if (kind === 'closed') return nodeError('EBADF', 'bad file descriptor');
  return undefined;
}

function guestInput(kind: Input): InputStream {
  if (kind === 'open') return new QueueInput();
  if (kind === 'empty' || kind === 'text') return fixedInput(kind === 'text' ? 'some text\n' : '');
  const fails = (): never => {
    if (kind === 'directory') throw new SystemError('ISDIR');
    throw nodeError(kind === 'closed' ? 'EBADF' : 'EIO', 'input/output error');
  };
  return { ...idle(), type: 'unknown', read: fails, available: fails };
}

const idle = () => ({ ready: () => 3, subscribe: () => () => {} });

function guestOutput(kind: Output): OutputStream {
  if (kind === 'taken') return new BufferOutput();
  const error = fault(kind);
  if (error === undefined) {
    // Full, and nobody reads: it is never ready.
    return { type: 'unknown', ready: () => 0, subscribe: () => () => {}, write: () => undefined };
  }
  return {
    ...idle(),
    type: 'unknown',
    write: () => {
      throw error;
    },
  };
}

/** Files for the cases, made anew for each; one folder for all. */
export class Workshop {
  private readonly folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-net-'));
  readonly paths: Readonly<Record<string, string>>;

  constructor() {
    const at = (name: string): string => join(this.folder, name);
    this.paths = {
      MODULE: at('main.wat'),
      LIBRARY: at('library.wat'),
      FOLDER: at('folder'),
      TARGET: at('target'),
      MISSING: at('missing'),
    };
    mkdirSync(this.paths['FOLDER']);
  }

  write({ module, library }: Case): void {
    writeFileSync(this.paths['MODULE'], module);
    writeFileSync(this.paths['LIBRARY'], library);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The case of a seed. */
export function caseOfSeed(seed: number): Case {
  return caseOf(seed, new Random(seed));
}

/** Runs a case and returns what is wrong with how it ended, or undefined; and how it ended. */
export async function runInProcess(one: Case, workshop: Workshop): Promise<{ exitCode: number; wrong?: string }> {
  workshop.write(one);
  const printed: string[] = [];
  const writer = (kind: Output) => (data: string | Uint8Array) => {
    const error = fault(kind);
    if (error !== undefined) throw error;
    printed.push(typeof data === 'string' ? data : new TextDecoder().decode(data));
  };
  const host: CliHost = {
    env: one.env,
    cwd: workshop.paths['FOLDER'],
    stdout: writer(one.stdout),
    stderr: writer(one.stderr),
    readStdin: () => {
      if (one.stdin === 'directory') throw nodeError('EISDIR', 'illegal operation on a directory');
      if (one.stdin === 'fails' || one.stdin === 'closed') throw nodeError('EIO', 'i/o error');
      return Buffer.from(one.stdin === 'text' ? one.library : '');
    },
    guest: { stdin: guestInput(one.stdin), stdout: guestOutput(one.stdout), stderr: guestOutput(one.stderr) },
  };
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(Number.NaN), HANGS_AFTER);
  });
  try {
    const exitCode = await Promise.race([main(withPaths(one.args, workshop.paths), host), hangs]);
    const wrong = Number.isNaN(exitCode)
      ? `it has not ended after ${HANGS_AFTER} ms`
      : complaint(exitCode, printed.join(''));
    return wrong === undefined ? { exitCode } : { exitCode, wrong };
  } catch (error) {
    return { exitCode: Number.NaN, wrong: `it threw ${error instanceof Error ? error.stack : String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}
