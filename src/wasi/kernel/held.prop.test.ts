// Providers that fail: at any method, at any time, with anything that a host throws. The guest gets an error number, in
// both modes, and everything that was opened is closed. What is no failure of a host goes on to the embedder.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitStatus } from '../../errors.ts';
import { Limits } from '../../runtime/limits.ts';
import { ERRNO, type ErrnoName, SystemError, systemErrorOf } from '../host/errno.ts';
import { TestGuest } from '../guest.suite.ts';
import { type HostFunction, LoopbackNetwork, memoryDirectory, overlay, QueueInput, readOnly } from '../index.ts';
import type { OutputStream, WasiOptions } from '../index.ts';
import { seededRandom, VirtualClock } from '../hosts/memory.ts';
import { parametersOf, type FunctionName, FUNCTIONS } from '../preview1/abi.ts';
import type { Open } from './open/open.ts';
import type { StreamSocket } from './open/stream-socket.ts';
import { Process } from './process.ts';

const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();

const throwing = {
  get code(): string {
    throw new RangeError('no code for you');
  },
};

/** What a host may throw, and the error number that it means. */
const FAILURES: readonly (readonly [unknown, ErrnoName])[] = [
  [new SystemError('NOENT'), 'NOENT'],
  [Object.assign(new Error('EIO: i/o error'), { code: 'EIO', errno: -5 }), 'IO'],
  [{ code: 'ENOSPC' }, 'NOSPC'],
  [{ code: 'ECONNRESET' }, 'CONNRESET'],
  [{ code: 'EPIPE' }, 'PIPE'],
  [{ code: 'EWOULDBLOCK' }, 'AGAIN'],
  [{ code: 'ERR_ACCESS_DENIED' }, 'ACCES'],
  [{ code: 'EOPNOTSUPP' }, 'NOTSUP'],
  [{ code: 'E2BIG' }, '2BIG'],
  [{ code: 'ESUCCESS' }, 'IO'],
  [{ code: 'EWHATEVER' }, 'IO'],
  [Object.assign(new TypeError('bad'), { code: 'ERR_SOMETHING' }), 'IO'],
  [{ name: 'QuotaExceededError', code: 22 }, 'NOSPC'],
  [{ errno: 'LOOP' }, 'LOOP'],
  [{ errno: 'SUCCESS' }, 'IO'],
  [Object.create(SystemError.prototype), 'IO'],
  [undefined, 'IO'],
  [null, 'IO'],
  ['EIO', 'IO'],
  [5, 'IO'],
  [Symbol('gone'), 'IO'],
  [{}, 'IO'],
  [revoked, 'IO'],
  [throwing, 'IO'],
];

/** Counts what is open, and fails when it is told to. */
class Chaos {
  open = 0;
  private left = Number.POSITIVE_INFINITY;
  private failure: unknown;

  failAfter(calls: number, failure: unknown): void {
    this.left = calls;
    this.failure = failure;
  }

  /** The object, of which every method may fail; what its methods open may fail too. Closing counts even if it fails. */
  over<T extends object>(inner: T): T {
    this.open++;
    return new Proxy(inner, {
      get: (_, name) => {
        const value = inner[name as keyof T];
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'close') this.open--;
          if (this.left-- <= 0) throw this.failure;
          const plain = args.map((arg) => this.inner.get(arg as object) ?? arg);
          const answer: unknown = value.apply(inner, plain);
          const opens =
            /^(open|reopen|accept|listen|connect|datagrams)/.test(String(name)) && typeof answer === 'object';
          return opens ? this.wrapped(answer as object) : answer;
        };
      },
    });
  }

  private readonly inner = new WeakMap<object, object>();

  private wrapped(answer: object): object {
    const outer = this.over(answer);
    this.inner.set(outer, answer);
    return outer;
  }
}

const tree = { file: 'content', d: { e: { f: 'x' } } };

function world(chaos: Chaos, mode: 'async' | 'sync'): TestGuest {
  const network = new LoopbackNetwork();
  const address = { address: '127.0.0.1', port: 80 };
  const listener = network.listen(address);
  network.connect(address).write(new Uint8Array(10));
  const stdin = new QueueInput();
  stdin.push('some input');
  const options: WasiOptions = {
    mode,
    clock: chaos.over(new VirtualClock()),
    random: chaos.over(seededRandom(1)),
    stdin: chaos.over(Object.assign(stdin, { close() {} })),
    stdout: chaos.over<OutputStream>({
      type: 'unknown',
      write: (b: Uint8Array) => b.length,
      ready: (i: number) => i & 2,
      subscribe: () => () => {},
      close() {},
    }),
    preopens: {
      '/': chaos.over(memoryDirectory(tree)),
      '/r': readOnly(chaos.over(memoryDirectory(tree))),
      '/o': overlay(chaos.over(memoryDirectory(tree))),
    },
    listeners: [chaos.over(listener)],
  };
  const guest = new TestGuest(options);
  guest.text('d/e/../../d/e/f');
  guest.text('moved', 0x3000);
  guest.setU32(0x200, 0x4000);
  guest.setU32(0x204, 100);
  guest.bytes[0x5000 + 48 + 8] = 1;
  return guest;
}

/** The clock and the random numbers. */
const NEVER_CLOSED = 2;

const NAMES = (Object.keys(FUNCTIONS) as FunctionName[]).filter((name) => name !== 'proc_exit');

/** Arguments that come far enough to ask the provider. */
function argumentsOf(name: FunctionName, fd: number): (number | bigint)[] {
  return parametersOf(name).flatMap(({ name: one, type, out, values }): (number | bigint)[] => {
    if (out) return [one.length * 8 + 0x100];
    if (type === 'fd') return [fd];
    if (type === 'string') return one === 'new_path' ? [0x3000, 5] : [0x1000, 15];
    if (type === 'iovecs') return [0x200, 1];
    if (one === 'rights_base' || one === 'rights_inheriting') return [0n];
    if (one === 'nsubscriptions') return [2];
    if (one === 'in') return [0x5000];
    if (one === 'out') return [0x6000];
    return values.map((value) =>
      value === 'i64' ? 0n : one.endsWith('len') ? 64 : one === 'how' ? 1 : type === 'ptr' ? 0x7000 : 0,
    );
  });
}

const calls = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 8 })), {
  minLength: 1,
  maxLength: 12,
});

describe.each(['async', 'sync'] as const)('a host that fails, in mode %s', (mode) => {
  it('gives the guest error numbers, whatever it throws and wherever, and leaves nothing open', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.nat(40), fc.nat(FAILURES.length - 1), async (list, after, which) => {
        const chaos = new Chaos();
        const guest = world(chaos, mode);
        chaos.failAfter(after, FAILURES[which]?.[0]);
        for (const [name, fd] of list) {
          const answer = guest.raw(name, ...argumentsOf(name, fd));
          const errno = await settled(answer);
          expect(errno === 'waits' || (Number.isInteger(errno) && Number(errno) >= 0 && Number(errno) <= 76)).toBe(
            true,
          );
        }
        guest.wasi.close();
        expect(chaos.open).toBe(NEVER_CLOSED);
      }),
      { numRuns: 400 },
    );
  });

  it.each([...FAILURES.keys()])('%i: what it throws means one error number, in a try and in a wait', async (index) => {
    const [failure, errno] = FAILURES[index] as (typeof FAILURES)[number];
    const fail = (): never => {
      throw failure;
    };
    const base = { type: 'unknown' as const, available: () => 0 };
    const none = (): undefined => undefined;
    const inputs = {
      read: { ...base, read: fail, ready: () => 1, subscribe: () => () => {} },
      ready: { ...base, read: none, ready: fail, subscribe: () => () => {}, waitSync: () => true },
      subscribe: { ...base, read: none, ready: () => 0, subscribe: fail, waitSync: fail },
    };
    for (const [where, stdin] of Object.entries(inputs)) {
      const guest = new TestGuest({ mode, stdin });
      guest.setU32(0x200, 0x4000);
      guest.setU32(0x204, 100);
      expect([where, await guest.raw('fd_read', 0, 0x200, 1, 0x300)]).toEqual([where, ERRNO[errno]]);
    }
  });

  it('bugs of providers and what stops a program go on to the embedder, from tries and from waits', async () => {
    for (const failure of [new RangeError('a bug'), new ExitStatus(3)]) {
      const fail = (): never => {
        throw failure;
      };
      const stdin = {
        type: 'unknown' as const,
        available: () => 0,
        read: () => undefined,
        ready: () => 0,
        subscribe: fail,
        waitSync: fail,
      };
      const guest = new TestGuest({ mode, stdin, stdout: fail });
      guest.setU32(0x204, 100);
      expect(() => guest.raw('fd_write', 1, 0x200, 1, 0x300)).toThrow(failure);
      await expect((async () => guest.raw('fd_read', 0, 0x200, 1, 0x300))()).rejects.toBe(failure);
    }
  });
});

it('a connection that fails as soon as it is looked at is an error number of sock_accept', () => {
  const listener = {
    ready: () => 1,
    subscribe: () => () => {},
    accept: () => ({
      get waitSync(): never {
        throw new SystemError('NOTCONN');
      },
    }),
    close() {},
  };
  const guest = new TestGuest({ listeners: [listener as never] });
  expect(guest.raw('sock_accept', 3, 0, 0x300)).toBe(ERRNO.NOTCONN);
});

describe('an answer that is none', () => {
  it.each([-1, 0.5, Number.NaN, 101, '5', null, {}, Promise.resolve(5)])(
    '%s for a number of bytes is a TypeError',
    (value) => {
      const stdin = {
        type: 'unknown' as const,
        available: () => 0,
        read: () => value as number,
        ready: () => 1,
        subscribe: () => () => {},
      };
      const guest = new TestGuest({ stdin });
      guest.setU32(0x204, 100);
      expect(() => guest.raw('fd_read', 0, 0x200, 1, 0x300)).toThrow(/invalid answer of read/);
    },
  );
});

describe('closing that fails', () => {
  const fail = (): never => {
    throw new SystemError('IO');
  };

  it('at the end of a run keeps the exit code, and everything else is closed', async () => {
    for (const failure of [
      () => fail(),
      async () => fail(),
      () => {
        throw new RangeError('a bug');
      },
    ]) {
      let closed = 0;
      const counting = Object.assign(Object.create(memoryDirectory()), { close: () => closed++ });
      const failing = Object.assign(Object.create(memoryDirectory()), { close: failure });
      const guest = new TestGuest({
        mode: 'async',
        preopens: { '/a': failing, '/b': counting, '/c': failing, '/d': counting },
      });
      const exit = guest.wasi.imports['wasi_snapshot_preview1']?.['proc_exit'] as HostFunction;
      expect(guest.wasi.start({ exports: { memory: guest, _start: () => exit(3) } })).toBe(3);
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(closed).toBe(2);
    }
  });

  it('by the guest is told to it, and the number is free', () => {
    const failing = Object.assign(Object.create(memoryDirectory()), { close: fail });
    const guest = new TestGuest({ preopens: { '/a': failing, '/b': memoryDirectory() } });
    expect([guest.call('fd_close', 3), guest.call('fd_close', 3)]).toEqual(['IO', 'BADF']);
  });

  it('of a descriptor that another takes the place of is silent, as with dup2', () => {
    const failing = Object.assign(Object.create(memoryDirectory()), { close: fail });
    const guest = new TestGuest({ preopens: { '/a': failing, '/b': memoryDirectory() } });
    expect([guest.call('fd_renumber', 4, 3), guest.call('fd_close', 3)]).toEqual(['SUCCESS', 'SUCCESS']);
  });
});

it('every code of Node that has the name of an error number is that number', () => {
  for (const name of Object.keys(ERRNO)) {
    if (name !== 'SUCCESS') expect(systemErrorOf({ code: `E${name}` })?.errno).toBe(name);
  }
});

/** The number, or 'waits' for a call that nothing ends: it is ended by closing, as everything is. */
async function settled(answer: unknown): Promise<unknown> {
  if (typeof answer === 'number') return answer;
  const waits = new Promise((resolve) => setTimeout(() => resolve('waits'), 2));
  const told = (answer as Promise<unknown>).catch((error: unknown) => {
    if (error instanceof ExitStatus) return 'closed';
    throw error;
  });
  return Promise.race([told, waits]);
}

describe('a network that fails', () => {
  const at = { address: '127.0.0.1', port: 80 };
  const flags = { nonblock: false, waited: false };
  const received = { peek: false, waitall: false, nonblock: true };
  const DEEDS: ((one: Open) => unknown)[] = [
    (one) => one.bind?.({ ...at, port: 0 }, false),
    (one) => one.bind?.(at, false),
    (one) => one.listen?.(1),
    (one) => one.connect?.(at, flags),
    (one) => one.connect?.(at, { ...flags, waited: true }),
    (one) => one.local?.(),
    (one) => one.peer?.(),
    (one) => one.status?.(),
    (one) => one.setOption?.('reuseAddress', true),
    (one) => one.lastError?.(),
    (one) => one.receive?.(10, received),
    (one) => one.read?.().move([new Uint8Array(5)], 0),
    (one) => one.send?.(at).move([new Uint8Array(5)], 0),
    (one) => one.shutdown?.({ read: false, write: true }),
    (one) => one.membership?.('join', '224.0.0.1', undefined),
    (one) => one.accept?.()?.close(false),
    (one) => [1, 2].map((interest) => one.pollable(interest).ready(interest)),
    (one) => one.available(),
  ];
  const deeds = fc.array(fc.tuple(fc.nat(3), fc.nat(DEEDS.length - 1)), { maxLength: 25 });

  it('gives sockets errors that guests get, and leaves nothing open or counted', () => {
    fc.assert(
      fc.property(deeds, fc.nat(30), fc.nat(FAILURES.length - 1), (list, after, which) => {
        const chaos = new Chaos();
        const limits = new Limits();
        const before = limits.leftOf('socketBytes');
        const network = chaos.over(new LoopbackNetwork());
        const world = { args: [], env: {}, clock: new VirtualClock(), random: seededRandom(1), network, limits };
        const process = new Process(world);
        const sockets: Open[] = (['stream', 'stream', 'datagram', 'datagram'] as const).map((kind) =>
          process.openSocket('ipv4', kind),
        );
        const quiet = (action: () => unknown): void => {
          try {
            action();
          } catch (error) {
            expect(error).toBeInstanceOf(SystemError);
          }
        };
        quiet(() => (sockets[0] as StreamSocket).bind(at));
        chaos.failAfter(after, FAILURES[which]?.[0]);
        for (const [socket, deed] of list) quiet(() => DEEDS[deed]?.(sockets[socket] as Open));
        for (const one of sockets) quiet(() => one.close(false));
        expect([chaos.open, limits.leftOf('socketBytes')]).toEqual([1, before]);
      }),
      { numRuns: 500 },
    );
  });
});
