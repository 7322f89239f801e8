// Pipes: bytes that one end writes and the other reads. A duplex pipe is two of them, one in each direction.
import type { Budget } from '../../../runtime/budget.ts';
import { refused } from '../../host/errno.ts';
import { type Pollable, READABLE } from '../pollable.ts';
import { Channel } from './channel.ts';
import { Open } from './open.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

/** One end. */
export class OpenPipe extends Open {
  readonly type = 'socket-stream';
  protected readonly incoming: Channel | undefined;
  protected readonly outgoing: Channel | undefined;

  constructor(incoming: Channel | undefined, outgoing: Channel | undefined) {
    super();
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** The end that is read, and the one that is written. */
  static oneWay(budget: Budget<'socketBytes'>): [OpenPipe, OpenPipe] {
    const channel = new Channel(budget);
    return [new OpenPipe(channel, undefined), new OpenPipe(undefined, channel)];
  }

  /** Two ends that are both read and written. */
  static duplex(budget: Budget<'socketBytes'>): [OpenPipe, OpenPipe] {
    const [there, back] = [new Channel(budget), new Channel(budget)];
    return [new OpenPipe(back, there), new OpenPipe(there, back)];
  }

  override pollable(interest: number): Pollable {
    return existing(interest === READABLE ? this.incoming : this.outgoing);
  }

  override available(): number {
    return this.incoming?.available() ?? 0;
  }

  override read(): Transfer {
    return reading(existing(this.incoming));
  }

  override write({ nonblock }: WriteFlags): Transfer {
    return writing(existing(this.outgoing), nonblock);
  }

  close(): void {
    this.incoming?.leave('reader');
    this.outgoing?.leave('writer');
  }
}

function existing(channel: Channel | undefined): Channel {
  if (channel === undefined) throw refused('BADF');
  return channel;
}
