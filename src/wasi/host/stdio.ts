// What standard input and output are to the kernel: streams without positions that may have to be waited for.
import type { Pollable } from '../kernel/pollable.ts';
import type { FileType, Stat } from './filesystem.ts';

export interface InputStream extends Pollable {
  readonly type: FileType;
  /** Moves what is there into `into`: undefined when there is nothing yet, 0 only at the end of the stream. */
  read(into: Uint8Array): number | undefined;
  /** Bytes that a read gets at once. */
  available(): number;
  stat?(): Stat;
  /** Stops reading from the host. */
  close?(): void;
}

export interface OutputStream extends Pollable {
  readonly type: FileType;
  /**
   * Takes some of `bytes` (it copies what it keeps): undefined when it can take none yet. PIPE when nobody reads.
   * `nonblocking`: the guest asked not to be kept waiting, so it must not be waited for room in here either.
   */
  write(bytes: Uint8Array, nonblocking?: boolean): number | undefined;
  stat?(): Stat;
  /** `stopped`: the program was stopped, so nobody waits until what was not passed on yet has been read. */
  close?(stopped?: boolean): void;
}
