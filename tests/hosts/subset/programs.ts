// Real programs for WASI, on the namespace and a system interface of a few lines: arguments, environment, clock, output.
// The project has a whole system interface; here it is about what a page brings along itself.
import { fromBase64 } from './base64.ts';
import type { Namespace, ProgramData, Tally } from './types.ts';

type Exports = { readonly memory: { readonly buffer: ArrayBuffer } } & Readonly<Record<string, () => void>>;

class Exit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

const BAD_DESCRIPTOR = 8;

/** The functions of wasi_snapshot_preview1 that the programs use; `memory` is there once they run. */
function systemInterface(program: ProgramData, memory: () => ArrayBuffer, write: (bytes: Uint8Array) => void) {
  const view = (): DataView => new DataView(memory());
  const list = (strings: readonly string[]) => ({
    sizes(count: number, size: number): number {
      view().setUint32(count, strings.length, true);
      view().setUint32(size, strings.join('').length + strings.length, true);
      return 0;
    },
    get(pointers: number, buffer: number): number {
      const bytes = new Uint8Array(memory());
      let at = buffer;
      strings.forEach((text, i) => {
        view().setUint32(pointers + 4 * i, at, true);
        for (const letter of `${text}\0`) bytes[at++] = letter.charCodeAt(0);
      });
      return 0;
    },
  });
  const args = list([`${program.name}.wasm`, ...program.args]);
  const env = list(program.env);
  return {
    args_sizes_get: args.sizes,
    args_get: args.get,
    environ_sizes_get: env.sizes,
    environ_get: env.get,
    clock_time_get(_clock: number, _precision: bigint, at: number): number {
      view().setBigUint64(at, BigInt(Date.now()) * BigInt(1_000_000), true);
      return 0;
    },
    clock_res_get(_clock: number, at: number): number {
      view().setBigUint64(at, BigInt(1_000_000), true);
      return 0;
    },
    random_get(at: number, length: number): number {
      const bytes = new Uint8Array(memory());
      for (let i = 0; i < length; i++) bytes[at + i] = (i * 181 + 7) & 255;
      return 0;
    },
    fd_write(fd: number, vectors: number, count: number, written: number): number {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const at = view().getUint32(vectors + 8 * i, true);
        const length = view().getUint32(vectors + 8 * i + 4, true);
        if (fd === 1) write(new Uint8Array(memory()).slice(at, at + length));
        total += length;
      }
      view().setUint32(written, total, true);
      return 0;
    },
    fd_fdstat_get(fd: number, at: number): number {
      if (fd > 2) return BAD_DESCRIPTOR;
      new Uint8Array(memory()).fill(0, at, at + 24);
      view().setUint8(at, 2);
      return 0;
    },
    fd_prestat_get: (): number => BAD_DESCRIPTOR,
    fd_prestat_dir_name: (): number => BAD_DESCRIPTOR,
    fd_close: (): number => 0,
    fd_seek: (): number => BAD_DESCRIPTOR,
    poll_oneoff: (): number => 0,
    sched_yield: (): number => 0,
    proc_exit(exitCode: number): never {
      throw new Exit(exitCode);
    },
  };
}

function asText(chunks: readonly Uint8Array[]): string {
  let text = '';
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i++) text += String.fromCharCode(chunk[i]);
  return text;
}

function run(W: Namespace, program: ProgramData): { exitCode: number; stdout: string } {
  const chunks: Uint8Array[] = [];
  const inside: { exports?: Exports } = {};
  const system = systemInterface(
    program,
    () => (inside.exports as Exports).memory.buffer,
    (bytes) => void chunks.push(bytes),
  );
  const bench = { start() {}, end() {} };
  const imports = { wasi_snapshot_preview1: system, bench };
  const instance = new W.Instance(new W.Module(fromBase64(program.base64)), imports);
  const exports = instance.exports as unknown as Exports;
  inside.exports = exports;
  try {
    if (program.call === undefined) exports['_start']();
    else {
      exports['_initialize']?.();
      exports[program.call]();
    }
    return { exitCode: 0, stdout: asText(chunks) };
  } catch (error) {
    if (error instanceof Exit) return { exitCode: error.exitCode, stdout: asText(chunks) };
    throw error;
  }
}

/** Both sides are bytes as characters of one byte each. */
export function runPrograms(W: Namespace, programs: readonly ProgramData[]): Tally {
  let passed = 0;
  const failures: string[] = [];
  for (const program of programs) {
    const masked = (text: string): string =>
      program.mask.reduce((before, source) => before.replace(new RegExp(source, 'g'), '#'), text);
    try {
      const { exitCode, stdout } = run(W, program);
      if (exitCode !== program.exitCode) failures.push(`${program.name}: exit code ${exitCode}`);
      else if (masked(stdout) !== masked(program.stdout)) failures.push(`${program.name}: ${stdout.slice(0, 200)}`);
      else passed++;
    } catch (error) {
      failures.push(`${program.name}: ${String(error)}`);
    }
  }
  return { passed, failures };
}
