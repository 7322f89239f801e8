// A counter that threads wake each other with: eventfd. What is written adds to it, what is read is taken away.
// https://man7.org/linux/man-pages/man2/eventfd.2.html
import { refused } from '../../host/errno.ts';
import { type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';
import { Open } from './open.ts';
import { scatter, sizeOf, type Transfer } from './transfer.ts';

const MAX = (1n << 64n) - 2n;

export class OpenEvent extends Open {
  readonly type = 'unknown';
  private counter: bigint;
  private readonly isSemaphore: boolean;
  private readonly subscribers = new Subscribers();
  /** Whether nobody was told of the last write. */
  private isNews: boolean;

  /** A semaphore is read one at a time, anything else in one piece. */
  constructor(counter: bigint, isSemaphore: boolean) {
    super();
    this.counter = counter;
    this.isSemaphore = isSemaphore;
    this.isNews = counter > 0n;
  }

  /** As long as the counter is above 0. */
  private readonly lasting = this.watching((interest) => this.bits(interest));
  /** Once per write: event loops are woken by a counter that they never read. */
  private readonly once = this.watching((interest) => this.bits(interest) & (this.isNews ? interest : ~READABLE));

  override pollable(): Pollable {
    return this.lasting;
  }

  override watched(): Pollable {
    return this.once;
  }

  override told(bits: number): void {
    if ((bits & READABLE) !== 0) this.isNews = false;
  }

  private bits(interest: number): number {
    return interest & ((this.counter > 0n ? READABLE : 0) | (this.counter < MAX ? WRITABLE : 0));
  }

  private watching(ready: (interest: number) => number): Pollable {
    return { ready, subscribe: (wake) => this.subscribers.add(wake) };
  }

  /** 8 bytes; INVAL for less room. */
  override read(): Transfer {
    return {
      move: (buffers) => {
        if (sizeOf(buffers) < 8) throw refused('INVAL');
        if (this.counter === 0n) return undefined;
        const value = this.isSemaphore ? 1n : this.counter;
        this.counter -= value;
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigUint64(0, value, true);
        this.subscribers.wakeAll();
        return scatter(bytes, buffers);
      },
    };
  }

  /** 8 bytes, whose number is added. INVAL for fewer, and for the largest number. */
  override write(): Transfer {
    return {
      move: (buffers) => {
        const bytes = new Uint8Array(8);
        let at = 0;
        for (const buffer of buffers) {
          const part = buffer.subarray(0, 8 - at);
          bytes.set(part, at);
          at += part.length;
        }
        const value = new DataView(bytes.buffer).getBigUint64(0, true);
        if (at < 8 || value > MAX) throw refused('INVAL');
        if (this.counter + value > MAX) return undefined;
        this.counter += value;
        this.isNews = this.isNews || value > 0n;
        this.subscribers.wakeAll();
        return 8;
      },
    };
  }

  close(): void {
    this.subscribers.wakeAll();
  }
}
