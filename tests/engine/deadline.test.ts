// A clock beside fuel: deadlines end what runs, waits or sleeps, and the host's event loop has its turns meanwhile.
// Times here are bounds that a busy machine keeps; what is exact is counted in turns.
import { describe, expect, test } from 'vitest';
import { type HostFunction, Interrupted, UnsupportedError } from '../../src/index.ts';
import { run } from './support.ts';

const LONG_AGO = 1e12;
const soon = (milliseconds: number): number => Date.now() + milliseconds;
const AT_DEADLINE = { name: 'Interrupted', reason: 'deadline' };

/** Milliseconds that something takes. */
function took(action: () => unknown): number {
  const begun = Date.now();
  action();
  return Date.now() - begun;
}

const interruptionOf = (call: Promise<unknown>): Promise<Interrupted> =>
  call.then(
    () => expect.fail('it was not interrupted'),
    (error: Interrupted) => error,
  );

const SPIN = '(module (func (export "f") (loop (br 0))))';

describe('a synchronous call', () => {
  test.each([
    ['a loop', SPIN],
    ['calls', '(module (func $f (export "f") (loop (call $g) (br 0))) (func $g))'],
    ['tail calls', '(module (func $f (export "f") (return_call $f)))'],
    [
      'a loop that throws and catches',
      `(module (tag $t) (func (export "f")
        (loop $again (block $caught (try_table (catch $t $caught) (throw $t))) (br $again))))`,
    ],
    ['calls of a host function', '(module (import "e" "h" (func $h)) (func (export "f") (loop (call $h) (br 0))))'],
    ['slow units', `(module (memory 100) (func (export "f") (loop ${fills(200)} (br 0))))`],
  ])('had no bound but fuel: %s without end stops at its deadline', (_what, text) => {
    const instance = run(text, { e: { h: () => undefined } });
    const stops = (): unknown => expect(() => instance.callWith({ deadline: soon(60) }, 'f')).toThrow(Interrupted);
    expect(took(stops)).toBeLessThan(2000);
    expect(() => instance.callWith({ deadline: soon(10) }, 'f')).toThrow(/the deadline has passed/);
    expect(() => instance.callWith({ deadline: LONG_AGO }, 'f')).toThrow(Interrupted);
    expect(() => instance.callWith({ fuel: 10, deadline: soon(60_000) }, 'f')).toThrow(/fuel/);
  });

  test('that ends in time is not touched by its deadline', () => {
    const instance = run('(module (func (export "f") (result i32) (i32.const 7)))');
    expect(instance.callWith({ deadline: soon(60_000) }, 'f')).toBe(7);
    expect(instance.callWith({ deadline: Number.POSITIVE_INFINITY }, 'f')).toBe(7);
  });

  test('that a host function makes had bounds of its own alone: it ends with the call that it is part of', () => {
    const inner = run(SPIN);
    let seen: unknown;
    const h: HostFunction = () => {
      try {
        inner.call('f');
      } catch (error) {
        seen = error;
      }
    };
    const outer = run('(module (import "e" "h" (func $h)) (func (export "f") (call $h) (loop (br 0))))', { e: { h } });
    expect(() => outer.callWith({ deadline: soon(30) }, 'f')).toThrow(Interrupted);
    expect(seen).toMatchObject(AT_DEADLINE);
    // It is over with the call.
    expect(run('(module (func (export "f") (result i32) (i32.const 7)))').call('f')).toBe(7);
  });

  test('lowered a function of any length before it looked at the clock', () => {
    const text = `(module (func (export "f") ${'(drop (i32.const 1))'.repeat(300_000)} (loop (br 0))))`;
    const instance = run(text);
    expect(took(() => expect(() => instance.callWith({ deadline: soon(5) }, 'f')).toThrow(Interrupted))).toBeLessThan(
      took(() => expect(() => instance.callWith({ fuel: 10_000 }, 'f')).toThrow(/fuel/)),
    );
  });

  test('has a deadline in its start function, too', () => {
    expect(() => run('(module (func $f (loop (br 0))) (start $f))', {}, { deadline: soon(30) })).toThrow(Interrupted);
  });
});

function fills(count: number): string {
  return '(memory.fill (i32.const 0) (i32.const 0) (i32.const 1023))'.repeat(count);
}

describe('a deadline', () => {
  const instance = run(SPIN);

  test.each([
    [
      'a duration, which would be a moment in 1970',
      1000,
      RangeError,
      /a moment, not a duration: Date\.now\(\) \+ 1000/,
    ],
    ['no number', Number.NaN, RangeError, /deadline/],
    ['of the past without end', Number.NEGATIVE_INFINITY, RangeError, /deadline/],
    ['a Date', new Date(), TypeError, /a moment in milliseconds, as Date\.now\(\) returns it/],
  ])('that is %s is refused', async (_what, deadline, kind, message) => {
    const given = { deadline } as { deadline: number };
    expect(() => instance.callWith(given, 'f')).toThrow(kind);
    expect(() => instance.begin('f', [], given)).toThrow(message);
    expect(() => instance.begin('f').step(1, given)).toThrow(message);
    await expect(instance.callAsync('f', [], given)).rejects.toThrow(message);
    await expect(instance.begin('f').runAsync(given)).rejects.toThrow(message);
  });
});

describe('an execution', () => {
  const COUNT = `(module (func (export "count") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))`;

  test('gives control back at the deadline of a step, and goes on', () => {
    const execution = run(COUNT).begin('count', [30_000_000]);
    execution.fuel = 1e12;
    let steps = 0;
    while (execution.step(Number.POSITIVE_INFINITY, { deadline: soon(3) }) === 'slice') steps++;
    expect(steps).toBeGreaterThan(3);
    expect([execution.results, 1e12 - execution.fuel]).toEqual([[30_000_000], 30_000_000]);
  });

  test('is interrupted at its own deadline, and goes on with a later one', () => {
    const execution = run(COUNT).begin('count', [30_000_000], { deadline: soon(5) });
    execution.fuel = 1e12;
    expect(() => execution.step()).toThrow(/deadline/);
    expect(() => execution.run()).toThrow(/deadline/);
    execution.deadline = soon(60_000);
    expect(execution.run()).toEqual([30_000_000]);
    execution.deadline = undefined;
  });

  test('is interrupted at the deadline of runAsync, and goes on without one', async () => {
    const execution = run(COUNT).begin('count', [30_000_000]);
    execution.fuel = 1e12;
    await expect(execution.runAsync({ deadline: soon(10) })).rejects.toMatchObject(AT_DEADLINE);
    expect(await execution.runAsync()).toEqual([30_000_000]);
  });
});

describe('a wait on memory that blocks the host', () => {
  const waits = (nanoseconds: number): string => `(module (memory 1 1 shared) (func (export "f") (result i32)
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const ${nanoseconds}))))`;

  test('slept as long as the guest said, whatever fuel it had: fuel alone lets nobody sleep', () => {
    const instance = run(waits(3_000_000_000));
    expect(took(() => expect(() => instance.callWith({ fuel: 1 }, 'f')).toThrow(UnsupportedError))).toBeLessThan(2000);
    const execution = instance.begin('f');
    execution.fuel = 10;
    expect(() => execution.step()).toThrow(/blocking wait: .* 3000 ms, which fuel does not bound; give .* a deadline/);
    const sliced = instance.begin('f');
    sliced.fuel = Number.POSITIVE_INFINITY;
    expect(() => sliced.step(10)).toThrow(UnsupportedError);
    expect(run(waits(500_000)).callWith({ fuel: 2 }, 'f')).toBe(2);
  });

  test('ends at the deadline of its call', () => {
    const instance = run(waits(9_000_000_000_000));
    const stops = (): unknown => expect(() => instance.callWith({ deadline: soon(50) }, 'f')).toThrow(Interrupted);
    expect(took(stops)).toBeLessThan(2000);
  });

  test('goes on from where it was, however short the steps are', () => {
    const execution = run(waits(40_000_000)).begin('f');
    execution.fuel = 10;
    let steps = 0;
    while (execution.step(Number.POSITIVE_INFINITY, { deadline: soon(4) }) === 'slice') steps++;
    expect(steps).toBeGreaterThan(0);
    expect(execution.results).toEqual([2]);
  });

  test('takes its time where nobody has set any bound', () => {
    expect(took(() => expect(run(waits(20_000_000)).call('f')).toBe(2))).toBeGreaterThan(15);
  });
});

describe('an asynchronous call', () => {
  const ASKS = '(module (import "e" "h" (func $h)) (func (export "f") (loop (call $h) (br 0))) (export "h" (func $h)))';

  test('that waits for a promise which is never settled ends at its deadline', async () => {
    const instance = run(ASKS, { e: { h: () => new Promise(() => {}) } });
    await expect(instance.callAsync('f', [], { deadline: soon(30) })).rejects.toMatchObject(AT_DEADLINE);
    await expect(instance.callAsync('h', [], { deadline: soon(30) })).rejects.toMatchObject(AT_DEADLINE);
  });

  test('that waits was not ended by a signal without events', async () => {
    const instance = run(ASKS, { e: { h: () => new Promise(() => {}) } });
    for (const name of ['f', 'h']) {
      const signal = { aborted: false, reason: 'enough' };
      setTimeout(() => {
        signal.aborted = true;
      }, 20);
      const error = await interruptionOf(instance.callAsync(name, [], { signal }));
      expect([error.reason, error.cause]).toEqual(['abort', 'enough']);
    }
  });

  test('kept the host from its turns where its host functions return promises that are settled', async () => {
    const instance = run(ASKS, { e: { h: async () => {} } });
    const enough = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) enough.abort();
    }, 1);
    const call = instance.callAsync('f', [], { signal: enough.signal, deadline: soon(20_000) });
    await expect(call).rejects.toMatchObject({ reason: 'abort' });
    clearInterval(timer);
  });

  test('took a slice of each turn for itself: many side by side take turns of the host', async () => {
    const NOTES =
      '(module (import "e" "h" (func $h (param i32))) (func (export "f") (param i32) (loop (call $h (local.get 0)) (br 0))))';
    const all = new Set<number>();
    const ran: Set<number>[] = [new Set()];
    const enough = new AbortController();
    const h = (id: number): void => {
      all.add(id);
      ran[ran.length - 1].add(id);
      if (all.size === 20) enough.abort();
    };
    const host = (): void => {
      ran.push(new Set());
      if (all.size < 20) setImmediate(host);
    };
    host();
    const instance = run(NOTES, { e: { h } });
    const guests = Array.from({ length: 20 }, (_, id) => instance.callAsync('f', [id], { signal: enough.signal }));
    await Promise.all(guests.map((guest) => expect(guest).rejects.toMatchObject({ reason: 'abort' })));
    expect(Math.max(...ran.map((ids) => ids.size))).toBeLessThan(3);
  });

  test.each([
    ['an error', new Error('why')],
    ['a frozen object', Object.freeze({ why: 1 })],
    ['a Proxy that was revoked', revoked()],
    ['a symbol', Symbol('why')],
    ['an object without a text', Object.create(null)],
    ['a number', 0],
    ['null', null],
  ])('is interrupted by a signal whose reason is %s, which is the cause', async (_what, reason) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    for (const h of [() => new Promise(() => {}), () => undefined]) {
      const call = run(ASKS, { e: { h } }).callAsync('f', [], { signal: controller.signal });
      const error = await interruptionOf(call);
      expect(Object.prototype.toString.call(error)).toBe('[object Error]');
      expect([error.name, error.reason, error.cause === reason]).toEqual(['Interrupted', 'abort', true]);
    }
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
