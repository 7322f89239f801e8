// A set of descriptors that are watched: epoll. What is so is told as long as it lasts, or edge-triggered, once each time it
// may have begun anew; or once, until it is asked for again.
// https://man7.org/linux/man-pages/man7/epoll.7.html
import { refused, SystemError } from '../../host/errno.ts';
import { HANGUP, type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';
import { type IsOpen, Open, type Watch, type Watched } from './open.ts';

export const EPOLL = { in: 1, out: 2, rdhup: 4, pri: 8, err: 16, hup: 32, et: 64, oneshot: 128 } as const;

/** How many are watched before those that are closed are looked for. */
const FEW = 64;

/** Told without being asked for. */
const ALWAYS = EPOLL.err | EPOLL.hup;

/** One that is watched. */
class Registration {
  watch: Watch;
  /** Asked for once, and told. */
  private isDone = false;
  /** Something may have begun since it was last told. */
  private isNews = true;
  /** What was so when it was last looked at. */
  private seen = 0;
  private readonly sources: (Pollable | undefined)[] = [undefined, undefined];
  private readonly undo: (() => void)[] = [];
  private readonly wake: () => void;

  constructor(watch: Watch, wake: () => void) {
    this.watch = watch;
    this.wake = wake;
  }

  change(watch: Watch): void {
    this.watch = watch;
    this.isDone = false;
    this.isNews = true;
  }

  /** What is to be told now. */
  get due(): number {
    if (this.isDone) return 0;
    const now = this.look();
    if ((now & ~this.seen) !== 0) this.isNews = true;
    this.seen = now;
    return (this.watch.events & EPOLL.et) !== 0 && !this.isNews ? 0 : now;
  }

  told(): void {
    this.isNews = false;
    if ((this.watch.events & EPOLL.oneshot) !== 0) this.isDone = true;
  }

  forget(): void {
    for (const one of this.undo.splice(0)) one();
  }

  private look(): number {
    const { events } = this.watch;
    this.listen();
    try {
      const [reading, writing] = this.sources;
      const read = reading?.ready(READABLE) ?? HANGUP;
      const write = writing?.ready(WRITABLE) ?? HANGUP;
      let now = 0;
      if ((read & READABLE) !== 0) now |= EPOLL.in;
      if ((write & WRITABLE) !== 0) now |= EPOLL.out;
      if (reading !== undefined && (read & HANGUP) !== 0) now |= EPOLL.rdhup;
      if ((read & write & HANGUP) !== 0) now |= EPOLL.hup;
      return now & (events | ALWAYS);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return EPOLL.err | (events & (EPOLL.in | EPOLL.out));
    }
  }

  /** What is waited for may be something else than before: a socket that has been connected meanwhile. */
  private listen(): void {
    const { open } = this.watch;
    const found = [READABLE, WRITABLE].map((interest) => sourceOf(open, interest));
    if (found.every((one, i) => one === this.sources[i])) return;
    this.forget();
    this.isNews = true;
    for (const [i, one] of found.entries()) {
      this.sources[i] = one;
      if (one === undefined || (i === 1 && one === found[0])) continue;
      const noticed = (): void => {
        this.isNews = true;
        this.wake();
      };
      this.undo.push(one.subscribe(noticed));
    }
  }
}

/** Undefined where it is never ready for that. */
function sourceOf(open: Open, interest: number): Pollable | undefined {
  try {
    return open.pollable(interest);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

export class OpenEpoll extends Open {
  readonly type = 'unknown';
  private readonly set = new Map<number, Registration>();
  private readonly subscribers = new Subscribers();
  /** How many there may be before it is swept. */
  private most = FEW;
  private readonly source: Pollable = {
    ready: (interest) => (this.isAnyDue() ? interest & READABLE : 0),
    subscribe: (wake) => this.subscribers.add(wake),
  };

  /** Readable while something is to be told. */
  override pollable(interest: number): Pollable {
    if (interest !== READABLE) throw refused('BADF');
    return this.source;
  }

  override control(change: 'add' | 'mod' | 'del', watch: Watch, isOpen: IsOpen): void {
    const known = this.set.get(watch.fd);
    const isKnown = known?.watch.open === watch.open;
    if (change === 'add') {
      if (isKnown) throw refused('EXIST');
      known?.forget();
      this.sweep(isOpen);
      this.set.set(watch.fd, new Registration(watch, () => this.subscribers.wakeAll()));
    } else if (known === undefined || !isKnown) throw refused('NOENT');
    else if (change === 'mod') known.change(watch);
    else this.drop(watch.fd, known);
    this.subscribers.wakeAll();
  }

  /** Those that were told come last the next time, so that all have their turn. */
  override collect(most: number, isOpen: IsOpen): readonly Watched[] {
    const found: Watched[] = [];
    for (const [fd, one] of [...this.set]) {
      if (found.length === most) break;
      if (!isOpen(fd, one.watch.open)) {
        this.drop(fd, one);
        continue;
      }
      const events = one.due;
      if (events === 0) continue;
      one.told();
      found.push({ events, data: one.watch.data });
      this.set.delete(fd);
      this.set.set(fd, one);
    }
    return found;
  }

  close(): void {
    for (const one of this.set.values()) one.forget();
    this.set.clear();
    this.subscribers.wakeAll();
  }

  private isAnyDue(): boolean {
    for (const one of this.set.values()) if (one.due !== 0) return true;
    return false;
  }

  /** Drops what is closed, from time to time, so that it does not gather where nobody collects. */
  private sweep(isOpen: IsOpen): void {
    if (this.set.size < this.most) return;
    for (const [fd, one] of this.set) if (!isOpen(fd, one.watch.open)) this.drop(fd, one);
    this.most = Math.max(FEW, 2 * this.set.size);
  }

  private drop(fd: number, one: Registration): void {
    one.forget();
    this.set.delete(fd);
  }
}
