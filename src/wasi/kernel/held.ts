// Everything of a host that a guest can reach, held so that it can be called in one way only: what fails at the host is
// thrown as a SystemError (host/errno.ts), which becomes the guest's error number, and an answer that is none is a
// TypeError for whoever wrote the provider (answers.ts). What is open (open/) holds objects of these classes and nothing else,
// and what is inside cannot be had: no call can forget it. Not here: networks (held-network.ts), waiting (wait.ts),
// and what the methods mean (host/).
import { atHost, quietly, refused, SystemError, systemErrorOf } from '../host/errno.ts';
import type { Clock } from '../host/clock.ts';
import type { Directory, File, FileType, OpenOptions, Stat, Times } from '../host/filesystem.ts';
import type { Random } from '../host/random.ts';
import type { InputStream, OutputStream } from '../host/stdio.ts';
import {
  type Answers,
  asked,
  count,
  countOrLater,
  countUpTo,
  iterable,
  nanoseconds,
  stat,
  statOrNothing,
  text,
} from './answers.ts';
import { HANGUP, type Pollable, READABLE, Subscribers, WRITABLE } from './pollable.ts';

/** Closes what may return a promise, which nobody waits for: when it rejects, that is lost. */
function closing(action: () => unknown): void {
  const done = atHost(action);
  quietly(() => done);
}

function nothing(): void {}

/** An open file; see File. */
export class HeldFile {
  readonly type: FileType;
  readonly seekable: boolean;
  private readonly raw: File;

  constructor(raw: File) {
    this.raw = raw;
    this.type = atHost(() => raw.type);
    this.seekable = atHost(() => raw.seekable);
  }

  stat(): Stat {
    return asked('stat', stat, () => this.raw.stat());
  }

  read(into: Uint8Array, position: bigint): number {
    return asked('read', countUpTo(into.length), () => this.raw.read(into, position));
  }

  write(bytes: Uint8Array, position: bigint): number {
    return asked('write', countUpTo(bytes.length), () => this.raw.write(bytes, position));
  }

  /** Undefined where the provider cannot do that as one. */
  append(parts: readonly Uint8Array[]): number | undefined {
    if (this.raw.append === undefined) return undefined;
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    return asked('append', countUpTo(total), () => this.raw.append?.(parts));
  }

  setSize(size: bigint): void {
    atHost(() => this.raw.setSize(size));
  }

  /** NOTSUP where the provider cannot promise it. */
  allocate(size: bigint): void {
    if (this.raw.allocate === undefined) throw refused('NOTSUP');
    atHost(() => this.raw.allocate?.(size));
  }

  setTimes(times: Times): void {
    atHost(() => this.raw.setTimes(times));
  }

  sync(dataOnly: boolean): void {
    atHost(() => this.raw.sync(dataOnly));
  }

  close(): void {
    closing(() => this.raw.close());
  }
}

/** An open directory; see Directory. */
export class HeldDirectory {
  private readonly raw: Directory;

  constructor(raw: Directory) {
    this.raw = raw;
  }

  stat(): Stat {
    return asked('stat', stat, () => this.raw.stat());
  }

  setTimes(times: Times): void {
    atHost(() => this.raw.setTimes(times));
  }

  sync(dataOnly: boolean): void {
    atHost(() => this.raw.sync(dataOnly));
  }

  close(): void {
    closing(() => this.raw.close());
  }

  reopen(): HeldDirectory {
    return new HeldDirectory(atHost(() => this.raw.reopen()));
  }

  /** One after the other. */
  *names(): Generator<string, void> {
    const method = this.raw.list === undefined ? 'names' : 'list';
    const given = asked(method, iterable, () => this.raw[method]?.());
    try {
      for (const name of given) yield text(name, method);
    } catch (error) {
      throw systemErrorOf(error) ?? error;
    }
  }

  statEntry(name: string): Stat {
    return asked('statEntry', stat, () => this.raw.statEntry(name));
  }

  setEntryTimes(name: string, times: Times): void {
    atHost(() => this.raw.setEntryTimes(name, times));
  }

  openDirectory(name: string): HeldDirectory {
    return new HeldDirectory(atHost(() => this.raw.openDirectory(name)));
  }

  openFile(name: string, options: OpenOptions): HeldFile {
    const file = atHost(() => this.raw.openFile(name, options));
    try {
      return new HeldFile(file);
    } catch (error) {
      quietly(() => file.close());
      throw error;
    }
  }

  readLink(name: string): string {
    return asked('readLink', text, () => this.raw.readLink(name));
  }

  createDirectory(name: string): void {
    atHost(() => this.raw.createDirectory(name));
  }

  createLink(name: string, to: string): void {
    atHost(() => this.raw.createLink(name, to));
  }

  removeDirectory(name: string): void {
    atHost(() => this.raw.removeDirectory(name));
  }

  removeFile(name: string): void {
    atHost(() => this.raw.removeFile(name));
  }

  rename(name: string, target: HeldDirectory, targetName: string): void {
    atHost(() => this.raw.rename(name, target.raw, targetName));
  }

  link(name: string, target: HeldDirectory, targetName: string): void {
    atHost(() => this.raw.link(name, target.raw, targetName));
  }
}

/**
 * What can be waited for. A failure that shows while it is asked whether something is there, or while it is waited for,
 * ends the wait, and the next read, write or accept reports it, unless that works.
 */
export abstract class HeldPollable<P extends Pollable> implements Pollable {
  protected readonly raw: P;
  /** Missing where the provider has none. */
  readonly waitSync: ((nanoseconds: bigint | undefined) => boolean) | undefined;
  private failure: SystemError | undefined;
  private readonly waiters = new Subscribers();

  constructor(raw: P) {
    this.raw = raw;
    const waits = atHost(() => raw.waitSync !== undefined);
    this.waitSync = waits ? (limit) => this.noticing(true, () => raw.waitSync?.(limit) === true) : undefined;
  }

  /** Throws what the next read, write or accept will throw, where that is known. */
  ready(interest: number): number {
    const bits = this.noticing(interest, () => this.raw.ready(interest));
    if (this.failure !== undefined) throw this.failure;
    return Number(bits) & (READABLE | WRITABLE | HANGUP);
  }

  subscribe(wake: () => void): () => void {
    const forget = this.waiters.add(wake);
    const remove = this.noticing(nothing, () => this.raw.subscribe(wake));
    return () => {
      forget();
      this.noticing(undefined, remove);
    };
  }

  close(): void {
    this.ending(() => (this.raw as { close?(): void }).close?.());
  }

  /** Closes it. Who waits for it meanwhile tries again, and finds that it is gone. */
  protected ending(close: () => unknown): void {
    try {
      closing(close);
    } finally {
      this.waiters.wakeAll();
    }
  }

  /** Does something that moves data. Where nothing comes of it, an earlier failure is why. */
  protected moving<T>(method: string, answers: Answers<T>, action: () => unknown): T {
    const { failure } = this;
    this.failure = undefined;
    const moved = asked(method, answers, action);
    if (failure !== undefined && (moved === undefined || moved === 0)) throw failure;
    return moved;
  }

  private noticing<T>(otherwise: T, action: () => T): T {
    try {
      return atHost(action);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.failure ??= error;
      return otherwise;
    }
  }
}

/** Input; see InputStream. */
export class HeldInput extends HeldPollable<InputStream> {
  readonly type: FileType;

  constructor(raw: InputStream) {
    super(raw);
    this.type = atHost(() => raw.type);
  }

  read(into: Uint8Array): number | undefined {
    return this.moving('read', countOrLater(into.length), () => this.raw.read(into));
  }

  available(): number {
    return asked('available', count, () => this.raw.available());
  }

  stat(): Stat | undefined {
    return asked('stat', statOrNothing, () => this.raw.stat?.());
  }
}

/** Output; see OutputStream. */
export class HeldOutput extends HeldPollable<OutputStream> {
  readonly type: FileType;

  constructor(raw: OutputStream) {
    super(raw);
    this.type = atHost(() => raw.type);
  }

  write(bytes: Uint8Array, nonblocking = false): number | undefined {
    return this.moving('write', countOrLater(bytes.length), () => this.raw.write(bytes, nonblocking));
  }

  override close(stopped = false): void {
    this.ending(() => this.raw.close?.(stopped));
  }

  stat(): Stat | undefined {
    return asked('stat', statOrNothing, () => this.raw.stat?.());
  }
}

/** See Clock. */
export class HeldClock {
  private readonly raw: Clock;

  constructor(raw: Clock) {
    this.raw = raw;
  }

  get resolution(): bigint {
    return asked('resolution', nanoseconds, () => this.raw.resolution);
  }

  realtime(): bigint {
    return asked('realtime', nanoseconds, () => this.raw.realtime());
  }

  monotonic(): bigint {
    return asked('monotonic', nanoseconds, () => this.raw.monotonic());
  }

  /** Undefined where the host cannot tell. */
  cpuTime(): bigint | undefined {
    return asked(
      'cpuTime',
      (used, method) => (used === undefined ? used : nanoseconds(used, method)),
      () => this.raw.cpuTime?.(),
    );
  }

  schedule(deadline: bigint, wake: () => void): () => void {
    return atHost(() => this.raw.schedule(deadline, wake));
  }

  sleepSync(duration: bigint): boolean {
    return atHost(() => this.raw.sleepSync(duration)) === true;
  }
}

/** See Random. */
export class HeldRandom {
  private readonly raw: Random;

  constructor(raw: Random) {
    this.raw = raw;
  }

  /** By way of bytes of its own: crypto.getRandomValues refuses a view of shared memory. */
  fill(bytes: Uint8Array): void {
    const own = new Uint8Array(bytes.length);
    atHost(() => this.raw.fill(own));
    bytes.set(own);
  }
}
