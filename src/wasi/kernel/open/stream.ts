// A terminal, a pipe or a file that the host already opened, to be read, to be written, or both.
import { refused } from '../../host/errno.ts';
import type { FileType, Stat } from '../../host/filesystem.ts';
import type { HeldInput, HeldOutput } from '../held.ts';
import { type Pollable, READABLE } from '../pollable.ts';
import { Open } from './open.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

export class OpenStream extends Open {
  readonly type: FileType;
  private readonly input: HeldInput | undefined;
  private readonly output: HeldOutput | undefined;

  constructor({ input, output }: { readonly input?: HeldInput; readonly output?: HeldOutput }) {
    super();
    this.input = input;
    this.output = output;
    this.type = (input ?? output)?.type ?? 'unknown';
  }

  override stat(): Stat {
    return (this.input ?? this.output)?.stat() ?? super.stat();
  }

  override pollable(interest: number): Pollable {
    return there(interest === READABLE ? this.input : this.output);
  }

  override available(): number {
    return this.input?.available() ?? 0;
  }

  close(stopped: boolean): void {
    try {
      this.input?.close();
    } finally {
      this.output?.close(stopped);
    }
  }

  override read(): Transfer {
    return reading(there(this.input));
  }

  override write({ nonblock }: WriteFlags): Transfer {
    return writing(there(this.output), nonblock);
  }
}

function there<S>(side: S | undefined): S {
  if (side === undefined) throw refused('BADF');
  return side;
}
