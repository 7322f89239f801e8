import { describe, expect, it } from 'vitest';
import { TestGuest } from '../guest.suite.ts';
import { clockSuite } from '../host/clock.suite.ts';
import type { Random } from '../host/random.ts';
import { randomSuite } from '../host/random.suite.ts';
import { seededRandom, VirtualClock } from './memory.ts';
import { nodeClock, nodeRandom } from './node.ts';
import { portableClock, portableRandom } from './portable.ts';

clockSuite('the clock of any host', portableClock);
clockSuite('the clock of Node', nodeClock);
clockSuite('the clock of Node in steps of a millisecond', () => nodeClock(1_000_000n));
clockSuite('a virtual clock', () => new VirtualClock());

randomSuite('the randomness of any host', portableRandom);
randomSuite('the randomness of Node', nodeRandom);
randomSuite('seeded randomness', () => seededRandom(7));

describe('a virtual clock that is moved by hand', () => {
  it('lets the host have its turn also where each wait that ends begins the next one', async () => {
    const clock = new VirtualClock();
    let goesOn = true;
    let rung = 0;
    const next = (): void => {
      rung++;
      if (goesOn && rung < 1_000_000) clock.schedule(clock.monotonic() + 1n, next);
    };
    next();
    await new Promise((resolve) => setTimeout(resolve, 1));
    goesOn = false;
    expect(rung).toBeGreaterThan(1);
    expect(rung).toBeLessThan(1_000_000);
  });

  it('stands still until then, and wakes in the order of the deadlines', () => {
    const clock = new VirtualClock({ start: 100n, automatic: false });
    const woken: bigint[] = [];
    for (const deadline of [30n, 10n, 20n]) clock.schedule(deadline, () => woken.push(deadline));
    clock.advance(15n);
    expect([woken, clock.realtime()]).toEqual([[10n], 115n]);
    clock.advance(100n);
    expect(woken).toEqual([10n, 20n, 30n]);
  });
});

describe('seeded randomness', () => {
  it('is the same for the same seed and different for others, however it is asked for', () => {
    const bytes = (seed: number, pieces: readonly number[]): string => {
      const random = seededRandom(seed);
      const all = pieces.map((length) => {
        const piece = new Uint8Array(length);
        random.fill(piece);
        return Buffer.from(piece).toString('hex');
      });
      return all.join('');
    };
    expect(bytes(1, [32])).toBe(bytes(1, [1, 7, 24]));
    expect(bytes(1, [32])).not.toBe(bytes(2, [32]));
    expect(bytes(0, [32])).not.toBe(bytes(1, [32]));
  });
});

describe('a guest that asks for randomness', () => {
  it('gets all of its memory filled, and again and again', () => {
    const guest = new TestGuest();
    guest.bytes = new Uint8Array(16 * 1024 * 1024);
    expect(guest.call('random_get', 0, guest.bytes.length)).toBe('SUCCESS');
    expect(guest.bytes.subarray(-1000).some((byte) => byte !== 0)).toBe(true);
    for (let i = 0; i < 10_000; i++) expect(guest.raw('random_get', 0, 4096)).toBe(0);
    expect(guest.call('random_get', 1, guest.bytes.length)).toBe('FAULT');
  });

  it('was given none in shared memory where the host refuses a view of it', () => {
    const random: Random = {
      fill(bytes) {
        if (bytes.buffer instanceof SharedArrayBuffer) throw new TypeError('a view on a SharedArrayBuffer');
        bytes.fill(7);
      },
    };
    const guest = new TestGuest({ random });
    guest.bytes = new Uint8Array(new SharedArrayBuffer(65_536));
    expect(guest.call('random_get', 16, 8)).toBe('SUCCESS');
    expect([...guest.bytes.slice(15, 25)]).toEqual([0, ...Array(8).fill(7), 0]);
  });
});
