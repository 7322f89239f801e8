// Sockets of the kernel on a network in memory against a model of a few lines: who is connected to whom, and which bytes are
// under way. Failures say the seed and the shortest commands that show them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limits } from '../../../runtime/limits.ts';
import { SystemError } from '../../host/errno.ts';
import { LoopbackNetwork, seededRandom, VirtualClock } from '../../hosts/memory.ts';
import { LoopbackConnection } from '../../hosts/memory/connections.ts';
import { HANGUP, READABLE, WRITABLE } from '../pollable.ts';
import { Process } from '../process.ts';
import type { DatagramSocket } from './datagram-socket.ts';
import type { StreamSocket } from './stream-socket.ts';

const SOCKETS = 5;
const PORTS = 3;
const CAPACITY = 65_536;
/** Of the values of bytes, so that those which are left from before are others. */
const CYCLE = 251;

/** One direction of a connection: the bytes are counted up, so that their number and their first value are all of them. */
interface Way {
  first: number;
  length: number;
  ended: boolean;
  broken: boolean;
}

interface Model {
  state: 'new' | 'bound' | 'listening' | 'connected' | 'gone';
  port: number;
  /** Connections that wait, by the end of the one who accepts. */
  waiting: End[];
  end: End | undefined;
}

interface End {
  readonly in: Way;
  readonly out: Way;
  readonly from: number;
}

type Command =
  | { readonly do: 'open' | 'close' | 'accept' | 'poll'; readonly who: number; readonly other: number }
  | { readonly do: 'bind' | 'connect'; readonly who: number; readonly port: number }
  | { readonly do: 'listen' | 'send' | 'receive' | 'peek'; readonly who: number; readonly size: number }
  | { readonly do: 'shutdown'; readonly who: number; readonly read: boolean; readonly write: boolean };

const who = fc.nat(SOCKETS - 1);
const port = fc.integer({ min: 1, max: PORTS });
const size = fc.oneof(fc.constantFrom(0, 1, 2, 3, 1000, CAPACITY - 1, CAPACITY, CAPACITY + 1), fc.nat(70_000));
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constantFrom('open', 'open', 'close', 'accept', 'accept', 'poll', 'poll', 'poll'),
      who,
      other: who,
    }),
    weight: 2,
  },
  fc.record({ do: fc.constantFrom('bind', 'connect', 'connect'), who, port }),
  fc.record({ do: fc.constant('listen'), who, size: fc.integer({ min: 1, max: 3 }) }),
  { arbitrary: fc.record({ do: fc.constantFrom('send', 'send', 'receive', 'peek'), who, size }), weight: 4 },
  fc.record({ do: fc.constant('shutdown'), who, read: fc.boolean(), write: fc.boolean() }),
) as fc.Arbitrary<Command>;

/** What most runs begin with: a listener, and two connections between others. */
const BEGIN: readonly Command[] = [
  { do: 'open', who: 0, other: 0 },
  { do: 'bind', who: 0, port: 1 },
  { do: 'listen', who: 0, size: 2 },
  { do: 'open', who: 1, other: 0 },
  { do: 'connect', who: 1, port: 1 },
  { do: 'accept', who: 0, other: 2 },
  { do: 'open', who: 3, other: 0 },
  { do: 'connect', who: 3, port: 1 },
  { do: 'accept', who: 0, other: 4 },
];

const way = (): Way => ({ first: 0, length: 0, ended: false, broken: false });

class World {
  readonly models: Model[] = Array.from({ length: SOCKETS }, () => ({
    state: 'gone',
    port: 0,
    waiting: [],
    end: undefined,
  }));
  readonly sockets: (StreamSocket | undefined)[] = new Array(SOCKETS).fill(undefined);
  readonly limits = new Limits({ socketBytes: 1e9 });
  private readonly backlogs: number[] = new Array(SOCKETS).fill(0);
  private readonly process = new Process({
    args: [],
    env: {},
    clock: new VirtualClock(),
    random: seededRandom(1),
    network: new LoopbackNetwork(),
    limits: this.limits,
  });

  /** What the socket has to answer, and what it does answer. */
  step(given: Command): void {
    const one = this.aimed(given);
    const socket = this.sockets[one.who];
    if (one.do === 'open') {
      if (socket !== undefined) return;
      this.sockets[one.who] = this.process.openSocket('ipv4', 'stream') as StreamSocket;
      this.models[one.who] = { state: 'new', port: 0, waiting: [], end: undefined };
    } else if (socket !== undefined) {
      let answer: unknown;
      try {
        answer = this.real(one, socket);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        answer = error.errno;
      }
      expect({ one, answer }).toEqual({ one, answer: this.modelled(one, this.models[one.who]) });
    }
  }

  /** Most bytes are moved by those who are connected, if there are any. */
  private aimed(one: Command): Command {
    if (!('size' in one) || one.do === 'listen' || one.size % 16 === 15) return one;
    const connected = this.models.flatMap(({ state }, i) => (state === 'connected' ? [i] : []));
    return connected.length === 0 ? one : { ...one, who: connected[one.who % connected.length] };
  }

  private real(one: Command, socket: StreamSocket): unknown {
    const at = 'port' in one ? { address: '127.0.0.1', port: one.port } : { address: '', port: 0 };
    if (one.do === 'close') {
      socket.close(false);
      this.sockets[one.who] = undefined;
    } else if (one.do === 'bind') socket.bind(at);
    else if (one.do === 'listen') socket.listen(one.size);
    else if (one.do === 'connect') socket.connect(at, { nonblock: false, waited: false });
    else if (one.do === 'shutdown') socket.shutdown(one);
    else if (one.do === 'accept') return this.taken(one, socket.accept());
    else if (one.do === 'poll')
      return (
        socket.pollable(READABLE).ready(READABLE) |
        (socket.option('listening') === true ? 0 : socket.pollable(WRITABLE).ready(WRITABLE))
      );
    else if (one.do === 'send') {
      const sent = this.models[one.who].end?.out;
      const next = sent === undefined ? 0 : sent.first + sent.length;
      return socket.send().move([Uint8Array.from({ length: one.size }, (_, i) => (next + i) % CYCLE)], 0);
    } else if (one.do === 'receive' || one.do === 'peek') {
      const got = socket.receive(one.size, { peek: one.do === 'peek', waitall: false, nonblock: true });
      if (!('bytes' in got)) return undefined;
      const [first] = got.bytes;
      const isRun = got.bytes.every((byte, i) => byte === (first + i) % CYCLE);
      return isRun ? { first, length: got.bytes.length } : got.bytes;
    }
    return undefined;
  }

  /** An accepted connection takes a free place; where there is none it is closed. */
  private taken({ other }: { readonly other: number }, accepted: StreamSocket | undefined): unknown {
    if (accepted === undefined) return undefined;
    const hasPeer = accepted.peer().port > 0;
    if (this.sockets[other] === undefined) this.sockets[other] = accepted;
    else accepted.close(false);
    return hasPeer;
  }

  private modelled(one: Command, model: Model): unknown {
    switch (one.do) {
      case 'close':
        return this.close(model);
      case 'bind':
        if (model.state !== 'new') return 'INVAL';
        Object.assign(model, { state: 'bound', port: one.port });
        return undefined;
      case 'listen':
        return this.listen(one.who, model, one.size);
      case 'connect':
        return this.connect(model, one.port);
      case 'accept':
        return this.accept(one, model);
      default:
        return model.state === 'listening' && one.do !== 'poll' ? 'NOTCONN' : this.use(one, model);
    }
  }

  private close(model: Model): undefined {
    for (const end of model.waiting) drop(end);
    if (model.end !== undefined) drop(model.end);
    Object.assign(model, { state: 'gone', waiting: [], end: undefined });
  }

  private listen(at: number, model: Model, backlog: number): string | undefined {
    if (model.state === 'connected') return 'INVAL';
    if (model.state === 'listening') return undefined;
    if (model.state === 'new') {
      Object.assign(model, { state: 'listening', port: -1 });
    } else {
      if (this.listener(model.port) !== undefined) return 'ADDRINUSE';
      model.state = 'listening';
    }
    this.backlogs[at] = backlog;
    return undefined;
  }

  private listener(port: number): Model | undefined {
    return this.models.find((one) => one.state === 'listening' && one.port === port);
  }

  private connect(model: Model, port: number): string | undefined {
    if (model.state === 'listening') return 'INVAL';
    if (model.state === 'connected') return 'ISCONN';
    const listener = this.listener(port);
    if (listener === undefined || listener.waiting.length >= this.backlogs[this.models.indexOf(listener)])
      return 'CONNREFUSED';
    const [there, back] = [way(), way()];
    Object.assign(model, { state: 'connected', end: { in: back, out: there, from: 0 } });
    listener.waiting.push({ in: there, out: back, from: 1 });
    return undefined;
  }

  private accept({ other }: { readonly other: number }, model: Model): unknown {
    if (model.state !== 'listening') return 'INVAL';
    const end = model.waiting.shift();
    if (end === undefined) return undefined;
    if (this.models[other].state === 'gone') this.models[other] = { state: 'connected', port: 0, waiting: [], end };
    else drop(end);
    return true;
  }

  private use(one: Command, { state, waiting, end }: Model): unknown {
    if (one.do === 'poll') {
      if (state === 'listening') return waiting.length > 0 ? READABLE : 0;
      return end === undefined ? READABLE | WRITABLE | HANGUP : pollOf(end);
    }
    if (end === undefined) return 'NOTCONN';
    if (one.do === 'shutdown') {
      if (one.read) end.in.broken = true;
      if (one.write) end.out.ended = true;
      return undefined;
    }
    return 'size' in one ? transferOf(one, end) : undefined;
  }
}

function drop(end: End): void {
  end.in.broken = true;
  end.out.ended = true;
}

function pollOf({ in: incoming, out }: End): number {
  const isOver = incoming.ended || incoming.broken;
  const readable = incoming.length > 0 || isOver ? READABLE : 0;
  const writable = out.length < CAPACITY || out.broken || out.ended ? WRITABLE : 0;
  const hangup = ((isOver && incoming.length === 0) || out.broken) && (readable | writable) !== 0 ? HANGUP : 0;
  return readable | writable | hangup;
}

function transferOf(one: { readonly do: string; readonly size: number }, { in: incoming, out }: End): unknown {
  if (one.do === 'send') {
    if (out.ended || out.broken) return 'PIPE';
    const moved = Math.min(one.size, CAPACITY - out.length);
    if (moved === 0 && one.size > 0) return undefined;
    out.length += moved;
    return moved;
  }
  const moved = Math.min(one.size, incoming.length, CAPACITY);
  if (incoming.length === 0 && one.size > 0 && !incoming.ended && !incoming.broken) return undefined;
  const answer = { first: moved === 0 ? undefined : incoming.first % CYCLE, length: moved };
  if (one.do === 'receive') Object.assign(incoming, { first: incoming.first + moved, length: incoming.length - moved });
  return answer;
}

describe('stream sockets on a network in memory', () => {
  it('do what a model of them does, and count what they keep', () => {
    fc.assert(
      fc.property(fc.nat(BEGIN.length * 2), fc.array(command, { maxLength: 100 }), (begun, commands) => {
        const world = new World();
        for (const one of BEGIN.slice(0, begun)) world.step(one);
        for (const one of commands) world.step(one);
        const connected = world.models.filter(({ state }) => state === 'connected').length;
        expect(1e9 - world.limits.leftOf('socketBytes')).toBe(connected * 2 * CAPACITY);
        for (const socket of world.sockets) socket?.close(false);
        expect(world.limits.leftOf('socketBytes')).toBe(1e9);
      }),
      { seed: 25, numRuns: 500 },
    );
  });
});

describe('a connection in memory', () => {
  const some = fc.oneof(fc.nat(2_000), fc.constantFrom(40_000, CAPACITY));
  it('is a queue of bytes, wherever in its buffer they are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(some, some, fc.boolean()), { maxLength: 30 }), (steps) => {
        const at = { address: '127.0.0.1', port: 1 };
        const [here, there] = LoopbackConnection.pair(at, at);
        let written = 0;
        let read = 0;
        for (const [put, take, peek] of steps) {
          written += here.write(Uint8Array.from({ length: put }, (_, i) => (written + i) % CYCLE)) ?? 0;
          const into = new Uint8Array(take);
          const got = there.read(into, peek) ?? 0;
          expect(got).toBe(Math.min(take, written - read));
          expect(into.findIndex((byte, i) => byte !== (i < got ? (read + i) % CYCLE : 0))).toBe(-1);
          if (!peek) read += got;
        }
      }),
      { seed: 25, numRuns: 100 },
    );
  });
});

describe('sockets for messages on a network in memory', () => {
  const step = fc.record({
    from: fc.nat(2),
    to: fc.nat(2),
    size: fc.oneof(fc.nat(40), fc.nat(66_000)),
    take: fc.boolean(),
  });

  it('carry each message whole, in order, to whom it was sent, or lose it whole', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const process = new Process({
          args: [],
          env: {},
          clock: new VirtualClock(),
          random: seededRandom(1),
          network: new LoopbackNetwork(),
        });
        const sockets = [1, 2, 3].map((port) => {
          const socket = process.openSocket('ipv4', 'datagram') as DatagramSocket;
          socket.bind({ address: '127.0.0.1', port }, false);
          return socket;
        });
        const under: { readonly from: number; readonly size: number }[][] = [[], [], []];
        const kept = (at: number): number => under[at].reduce((sum, { size }) => sum + size + 64, 0);
        for (const { from, to, size, take } of steps) {
          let sent: unknown;
          try {
            sent = sockets[from]
              .send({ address: '127.0.0.1', port: to + 1 })
              .move([new Uint8Array(size).fill(from)], 0);
          } catch (error) {
            sent = (error as SystemError).errno;
          }
          expect(sent).toBe(size > 65_507 ? 'MSGSIZE' : size);
          if (size <= 65_507 && kept(to) + size + 64 <= CAPACITY + 64) under[to].push({ from, size });
          if (!take) continue;
          const got = sockets[to].receive(70_000, { peek: false, waitall: false, nonblock: true });
          const next = under[to].shift();
          if (next === undefined) expect('bytes' in got).toBe(false);
          else {
            expect(got).toMatchObject({ truncated: false, from: { port: next.from + 1 } });
            const { bytes } = got as { bytes: Uint8Array };
            expect([bytes.length, bytes.every((byte) => byte === next.from)]).toEqual([next.size, true]);
          }
        }
      }),
      { seed: 25, numRuns: 200 },
    );
  });
});
