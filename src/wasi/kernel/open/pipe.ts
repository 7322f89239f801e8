// Pipes: bytes that one end writes and the other reads. A duplex pipe is two of them, one in each direction.
import { refused } from '../../host/errno.ts';
import { HANGUP, type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';
import { Open } from './open.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

/** Bytes that a pipe holds before a writer waits. One write may go past it, so that writers are not left half done. */
const CAPACITY = 64 * 1024;
/** As many are written whole or not at all. POSIX: PIPE_BUF. */
const WHOLE = 4096;

/** One direction. */
class Channel {
  private readonly pieces: Uint8Array[] = [];
  /** Bytes of the first piece that have been read. */
  private taken = 0;
  private held = 0;
  hasReader = true;
  hasWriter = true;
  readonly subscribers = new Subscribers();

  available(): number {
    return this.held;
  }

  /** 0 at the end; undefined where nothing is there yet. */
  read(into: Uint8Array): number | undefined {
    if (this.held === 0) return this.hasWriter && into.length > 0 ? undefined : 0;
    let moved = 0;
    while (moved < into.length && this.pieces.length > 0) {
      const first = this.pieces[0] as Uint8Array;
      const part = first.subarray(this.taken, this.taken + into.length - moved);
      into.set(part, moved);
      moved += part.length;
      this.taken += part.length;
      if (this.taken < first.length) break;
      this.pieces.shift();
      this.taken = 0;
    }
    this.held -= moved;
    if (moved > 0) this.subscribers.wakeAll();
    return moved;
  }

  /** Undefined: no room yet. PIPE where nobody reads any more. */
  write(bytes: Uint8Array, nonblocking: boolean): number | undefined {
    if (!this.hasReader) throw refused('PIPE');
    const room = CAPACITY - this.held;
    if (bytes.length === 0) return 0;
    if (room <= 0 || (bytes.length <= WHOLE && room < bytes.length)) return undefined;
    const part = nonblocking ? bytes.slice(0, room) : bytes.slice();
    this.pieces.push(part);
    this.held += part.length;
    this.subscribers.wakeAll();
    return part.length;
  }

  ready(interest: number): number {
    const readable = this.held > 0 || !this.hasWriter ? READABLE : 0;
    const writable = CAPACITY - this.held >= WHOLE || !this.hasReader ? WRITABLE : 0;
    const gone = interest === READABLE ? !this.hasWriter : !this.hasReader;
    const bits = (readable | writable) & interest;
    return gone ? bits | HANGUP : bits;
  }
}

/** One end. */
export class OpenPipe extends Open {
  readonly type = 'socket-stream';
  private readonly incoming: Channel | undefined;
  private readonly outgoing: Channel | undefined;

  private constructor(incoming: Channel | undefined, outgoing: Channel | undefined) {
    super();
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** The end that is read, and the one that is written. */
  static oneWay(): [OpenPipe, OpenPipe] {
    const channel = new Channel();
    return [new OpenPipe(channel, undefined), new OpenPipe(undefined, channel)];
  }

  /** Two ends that are both read and written. */
  static duplex(): [OpenPipe, OpenPipe] {
    const [there, back] = [new Channel(), new Channel()];
    return [new OpenPipe(back, there), new OpenPipe(there, back)];
  }

  override pollable(interest: number): Pollable {
    const channel = existing(interest === READABLE ? this.incoming : this.outgoing);
    return { ready: () => channel.ready(interest), subscribe: (wake) => channel.subscribers.add(wake) };
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
    const { incoming, outgoing } = this;
    if (incoming !== undefined) {
      incoming.hasReader = false;
      incoming.subscribers.wakeAll();
    }
    if (outgoing !== undefined) {
      outgoing.hasWriter = false;
      outgoing.subscribers.wakeAll();
    }
  }
}

function existing(channel: Channel | undefined): Channel {
  if (channel === undefined) throw refused('BADF');
  return channel;
}
