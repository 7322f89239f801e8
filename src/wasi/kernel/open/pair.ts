// Sockets that are connected with each other: a duplex pipe that is received from and sent to as well.
import type { Budget } from '../../../runtime/budget.ts';
import { type Pollable, READABLE } from '../pollable.ts';
import { CAPACITY, Channel } from './channel.ts';
import type { ReceiveFlags, Received } from './open.ts';
import { OpenPipe } from './pipe.ts';
import { type Transfer, writing } from './transfer.ts';

export class OpenPair extends OpenPipe {
  private readonly from: Channel;
  private readonly to: Channel;

  private constructor(from: Channel, to: Channel) {
    super(from, to);
    this.from = from;
    this.to = to;
  }

  static connected(budget: Budget<'socketBytes'>): [OpenPair, OpenPair] {
    const [there, back] = [new Channel(budget), new Channel(budget)];
    return [new OpenPair(back, there), new OpenPair(there, back)];
  }

  /** With waitall as far as so many can be kept ready. */
  override receive(wanted: number, { peek, waitall, nonblock }: ReceiveFlags): Received | Pollable {
    const { from } = this;
    const least = waitall ? Math.min(wanted, CAPACITY) : Math.min(wanted, 1);
    const isThere = (): boolean => from.available() >= least || from.ended;
    const enough: Pollable = {
      ready: () => (isThere() ? READABLE : 0),
      subscribe: (wake) => from.subscribe(wake),
    };
    if (!nonblock && !isThere()) return enough;
    const whole = new Uint8Array(Math.min(wanted, Math.max(from.available(), 1)));
    const moved = from.read(whole, peek);
    if (moved === undefined) return enough;
    return { bytes: whole.subarray(0, moved), from: undefined, truncated: false };
  }

  override send(): Transfer {
    return writing(this.to, true);
  }

  override shutdown({ read, write }: { readonly read: boolean; readonly write: boolean }): void {
    if (write) this.to.leave('writer');
    if (!read) return;
    this.from.leave('reader');
    this.from.leave('writer');
  }
}
