// Bytes that go to a descriptor of the process as soon as there is room, while the event loop stays free. Linux opens pipes
// anew for that, so that Node's own stream can wait for them; elsewhere, and for terminals and sockets, it is tried again
// and again. Not here: what the guest hears of it (output.ts).
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { startTimer } from '../../../runtime/timers.ts';
import { systemErrorOf } from '../../host/errno.ts';
import type { Cancellable } from '../../kernel/replay.ts';
import { openNonBlocking, PAUSE_MS, tryWrite } from './descriptor.ts';

/** What is waited for at a time. */
const PIECE = 64 * 1024;

/** How often it is tried again at once, before it is slept in between. */
const TRIES = 8;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (taken: number) => void;
  readonly reject: (error: unknown) => void;
}

export class Sender {
  private readonly fd: number;
  /** Undefined until it is needed, null where Node has none for this. */
  private stream: Socket | null | undefined;
  /** In their order. */
  private readonly waiting: Waiting[] = [];
  private stopTimer: (() => void) | undefined;

  /** `fd` does not wait. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** Whether something waits already. */
  get isBusy(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * Sends the first of some bytes, which are copied, and returns how many were taken; rejects with what went wrong. What is
   * cancelled is never reported; some of it may have been taken.
   */
  send(bytes: Uint8Array): Promise<number> & Cancellable<number> {
    let cancel = (): void => {};
    const promise = new Promise<number>((resolve, reject) => {
      const one = { bytes: bytes.slice(0, PIECE), resolve, reject };
      cancel = () => this.cancel(one);
      this.waiting.push(one);
      if (this.waiting.length === 1) this.next();
    });
    return Object.assign(promise, { cancel });
  }

  private cancel(one: Waiting): void {
    const at = this.waiting.indexOf(one);
    if (at === -1) return;
    this.waiting.splice(at, 1);
    if (at > 0) return;
    // Only so does Node give up what it is about to write.
    this.stopTimer?.();
    this.stream?.destroy();
    this.stream = undefined;
    this.next();
  }

  /** Nothing is waited for any more: what was not passed on does not count as taken. */
  close(): void {
    this.stopTimer?.();
    this.waiting.length = 0;
    this.stream?.destroy();
    this.stream = null;
  }

  private next(): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    if (this.stream === undefined) this.stream = this.open();
    if (this.stream === null) this.tryAgain(first, 0, TRIES);
    else this.stream.write(first.bytes, (error) => this.ended(first, error ?? undefined, first.bytes.length));
  }

  private ended(one: Waiting, error: unknown, taken: number): void {
    if (this.waiting[0] !== one) return;
    this.waiting.shift();
    if (error === undefined) one.resolve(taken);
    else one.reject(systemErrorOf(error) ?? error);
    this.next();
  }

  /** Writes all of it, of which so much was taken already: what comes after it must not come between. */
  private tryAgain(one: Waiting, taken: number, tries: number): void {
    const again = (): void => {
      if (this.waiting[0] !== one) return;
      try {
        const more = tryWrite(this.fd, one.bytes.subarray(taken));
        if (taken + more === one.bytes.length) this.ended(one, undefined, one.bytes.length);
        else this.tryAgain(one, taken + more, more > 0 ? TRIES : tries - 1);
      } catch (error) {
        this.ended(one, error, 0);
      }
    };
    if (tries > 0) setImmediate(again);
    else this.stopTimer = startTimer(Math.min(PAUSE_MS, 1 - tries), again);
  }

  /** A stream of Node on a descriptor of its own, which it closes. */
  private open(): Socket | null {
    if (!fstatSync(this.fd).isFIFO()) return null;
    const own = openNonBlocking(this.fd, 'write');
    if (own === undefined || own === this.fd) return null;
    const stream = new Socket({ fd: own, readable: false, writable: true });
    // Whoever writes learns it by its own call.
    stream.on('error', () => {});
    stream.unref();
    return stream;
  }
}
