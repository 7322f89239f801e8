// Runs a command line in this process, through the host that `main` takes.
import type { CliHost } from '../../src/cli/host.ts';
import { main } from '../../src/cli/main.ts';
import { discardOutput, fixedInput, outputTo } from '../../src/wasi/index.ts';

type Take = (data: string | Uint8Array) => void;

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is on standard input, for the command and for its guest: nothing if not given. */
  readonly stdin?: Uint8Array | (() => Uint8Array);
  /** Take what the command writes, or throw; it is kept all the same. */
  readonly stdout?: Take;
  readonly stderr?: Take;
  /** What the guest writes stands among what the command writes, unless it is dropped. */
  readonly guest?: 'kept' | 'dropped';
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const { cwd, env = {}, stdin = new Uint8Array(0), guest = 'kept' } = surroundings;
  const kept: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  const taking =
    (parts: Buffer[], take: Take = () => {}): Take =>
    (data) => {
      parts.push(Buffer.from(data as string));
      take(data);
    };
  const stdout = taking(kept.out, surroundings.stdout);
  const stderr = taking(kept.err, surroundings.stderr);
  const output = (take: Take) => (guest === 'kept' ? outputTo(take) : discardOutput());
  const host: CliHost = {
    env,
    cwd,
    stdout,
    stderr,
    readStdin: typeof stdin === 'function' ? stdin : () => stdin,
    guest: {
      stdin: fixedInput(typeof stdin === 'function' ? '' : stdin),
      stdout: output(stdout),
      stderr: output(stderr),
    },
  };
  const code = await main([...args], host);
  return { code, out: Buffer.concat(kept.out).toString(), err: Buffer.concat(kept.err).toString() };
}
