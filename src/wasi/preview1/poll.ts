// Waiting for several things: poll_oneoff.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#poll_oneoff
// Errors of one subscription come in its event. A pure sleep is one subscription to a clock.
import { type ErrnoName, refused, SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { can, type Open } from '../kernel/open/open.ts';
import { HANGUP, type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import { type Pieces, type Wait, WouldBlock } from '../kernel/wait.ts';
import {
  CLOCK,
  EVENT_SIZE,
  EVENTRWFLAGS,
  EVENTTYPE,
  type Layout,
  MAX_SUBSCRIPTIONS,
  RIGHTS,
  SUBCLOCKFLAGS,
} from './abi.ts';
import { checkFlags, checkRights } from './check.ts';

/** What is open and has something to say, and which bits. */
export interface Told {
  readonly open: Open;
  readonly bits: number;
}

export interface Event {
  readonly userdata: bigint;
  readonly error: ErrnoName;
  readonly type: number;
  readonly bytes: bigint;
  readonly flags: number;
  readonly told?: Told;
}

/** What a subscription has to say: it is ready, or it waits for its stream, or until a time on the monotonic clock. */
type State = Pick<Event, 'bytes' | 'flags' | 'told'> | { readonly deadline: bigint | undefined };

/** What interfaces that share this function do otherwise. */
export interface PollHabits {
  /** A relative time-out of nothing beside other subscriptions is none. */
  readonly zeroIsForever: boolean;
  /** A listener can be waited for until it is written, which never happens; elsewhere that is BADF. */
  readonly listenersAreSilent: boolean;
  /** What to wait for before events are told that were found; undefined: they are told. `others`: what is not ready. */
  hold(call: Call, events: readonly Event[], others: WouldBlock): WouldBlock | undefined;
}

const USUAL: PollHabits = { zeroIsForever: false, listenersAreSilent: false, hold: () => undefined };

/** How far a poll has come, where answers of files are waited for. */
interface Progress {
  readonly events: readonly Event[];
  /** Events up to there. */
  readonly found: number;
  readonly streams: Streams;
  readonly deadline: bigint | undefined;
  readonly next: number;
}

/** Subscriptions that are looked at in one piece, and events that are written. */
const PIECE = 64;

const READY = { bytes: 0n, flags: 0 };

/**
 * Waits until at least one of `count` subscriptions is ready, and writes the events of those that are at `out`:
 *
 *     subscription, 48 bytes: 0 userdata u64 | 8 type u8 | 16 fd u32, or
 *                             16 clock u32 | 24 timeout u64 | 32 precision u64 | 40 flags u16
 *     event, 32 bytes:        0 userdata u64 | 8 error u16 | 10 type u8 | 16 bytes u64 | 24 flags u16
 *
 * INVAL: no subscriptions, more than 65,536, or one of an unknown type. FAULT.
 */
export function pollOneoff(layout: Layout, habits = USUAL) {
  return function* (call: Call, subscriptions: number, out: number, count: number, nevents: number): Pieces {
    if (count === 0) throw refused('INVAL');
    const { guest } = call;
    const { size } = layout.subscription;
    guest.check(subscriptions, count * size);
    guest.check(out, count * EVENT_SIZE);
    guest.check(nevents, 4);
    if (count > MAX_SUBSCRIPTIONS) throw refused('INVAL');
    const kept = call.kept as Progress | undefined;
    const events = kept === undefined ? [] : kept.events.slice(0, kept.found);
    const streams = kept?.streams ?? new Streams();
    let deadline = kept?.deadline;
    for (let i = kept?.next ?? 0; i < count; i++) {
      if (i % PIECE === PIECE - 1) {
        call.keep({ events, found: events.length, streams, deadline, next: i } satisfies Progress);
        yield;
      }
      const at = subscriptions + i * size;
      const head = { userdata: guest.u64(at), type: guest.u8(at + 8) };
      const asked = { at, type: head.type, isAlone: count === 1, habits };
      const state = stateOrError(call, layout, asked, streams);
      if (typeof state === 'string') events.push({ ...head, error: state, ...READY });
      else if ('bytes' in state) events.push({ ...head, error: 'SUCCESS', ...state });
      else if (state.deadline !== undefined && (deadline === undefined || state.deadline < deadline)) {
        deadline = state.deadline;
      }
    }
    if (events.length === 0) {
      // After the wait all of them are looked at.
      call.keep(undefined);
      return new WouldBlock(streams.waits(), deadline);
    }
    const held = habits.hold(call, events, new WouldBlock(streams.waits(true), deadline));
    if (held !== undefined) {
      call.keep(undefined);
      return held;
    }
    for (const [i, event] of events.entries()) {
      if (i % PIECE === PIECE - 1) yield;
      writeEvent(call, out + i * EVENT_SIZE, event);
    }
    for (const { told } of events) told?.open.told(told.bits);
    guest.setU32(nevents, events.length);
    return undefined;
  };
}

/** The streams that a poll asks for, each once however many subscriptions there are. */
class Streams {
  private readonly asked = new Map<Pollable, Map<number, number>>();

  /** What of an interest holds. */
  ready(stream: Pollable, interest: number): number {
    const known = this.asked.get(stream) ?? new Map<number, number>();
    const bits = known.get(interest) ?? stream.ready(interest);
    this.asked.set(stream, known.set(interest, bits));
    return bits;
  }

  /** To be waited for: all, or what is not ready. */
  waits(unready = false): Wait[] {
    const waits: Wait[] = [];
    for (const [pollable, known] of this.asked) {
      let interest = 0;
      for (const [one, bits] of known) if (!unready || bits === 0) interest |= one;
      if (interest !== 0) waits.push({ pollable, interest });
    }
    return waits;
  }
}

/** One subscription. */
interface Asked {
  readonly at: number;
  readonly type: number;
  readonly isAlone: boolean;
  readonly habits: PollHabits;
}

function stateOrError(call: Call, layout: Layout, asked: Asked, streams: Streams): State | ErrnoName {
  const { at, type, habits } = asked;
  if (type > EVENTTYPE.fdWrite) throw refused('INVAL');
  try {
    if (type === EVENTTYPE.clock) return clockState(call, layout, at, habits.zeroIsForever && !asked.isAlone);
    return fdState(call, call.guest.u32(at + 16), type, streams, habits);
  } catch (error) {
    if (error instanceof SystemError) return error.errno;
    throw error;
  }
}

/** INVAL: unknown flags, or a clock that is neither realtime nor monotonic. */
function clockState(call: Call, layout: Layout, at: number, zeroIsForever: boolean): State {
  const { clock } = call.process;
  const id = call.guest.u32(at + layout.subscription.clockId);
  const timeout = call.guest.u64(at + layout.subscription.timeout);
  const flags = call.guest.u16(at + layout.subscription.flags);
  checkFlags(flags, SUBCLOCKFLAGS.abstime);
  if (id !== CLOCK.realtime && id !== CLOCK.monotonic) throw refused('INVAL');
  if (zeroIsForever && timeout === 0n && flags === 0) return { deadline: undefined };
  // Before the clock is looked at, which may tick in between: a time-out of nothing is always over.
  const began = call.began();
  const now = clock.monotonic();
  let deadline = timeout;
  if ((flags & SUBCLOCKFLAGS.abstime) === 0) deadline = began + timeout;
  else if (id === CLOCK.realtime) deadline = now + timeout - clock.realtime();
  return deadline <= now ? READY : { deadline };
}

/** BADF; NOTCAPABLE without the right to poll; ISDIR is not an error here: a directory is always ready, as in POSIX. */
function fdState(call: Call, fd: number, type: number, streams: Streams, habits: PollHabits): State {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.directory !== undefined) return READY;
  const reading = type === EVENTTYPE.fdRead;
  const io = can(resource, 'accept') ? 'sock_accept' : reading ? 'fd_read' : 'fd_write';
  checkRights(descriptor, 'poll_fd_readwrite', io);
  if (!reading && habits.listenersAreSilent && can(resource, 'accept')) return { deadline: undefined };
  const interest = reading ? READABLE : WRITABLE;
  const bits = streams.ready(resource.watched(interest), interest);
  if (bits === 0) return { deadline: undefined };
  const tellSize = (descriptor.rights & RIGHTS.fd_filestat_get) !== 0n;
  const bytes = reading && tellSize ? BigInt(resource.available()) : 0n;
  const flags = (bits & HANGUP) === 0 ? 0 : EVENTRWFLAGS.hangup;
  return { bytes, flags, told: { open: resource, bits } };
}

function writeEvent({ guest, rules }: Call, at: number, event: Event): void {
  guest.span(at, EVENT_SIZE).fill(0);
  guest.setU64(at, event.userdata);
  guest.setU16(at + 8, rules.errno(event.error));
  guest.setU8(at + 10, event.type);
  guest.setU64(at + 16, event.bytes);
  guest.setU16(at + 24, event.flags);
}
