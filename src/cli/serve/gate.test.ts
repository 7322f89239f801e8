import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

/** Something that goes on until it is told to end. */
function held(): { readonly action: () => Promise<void>; readonly end: () => void } {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { action: () => done, end };
}

test('so many run at a time, and the others in their order', async () => {
  const gate = new Gate(2, 10);
  const began: number[] = [];
  const all = Array.from({ length: 5 }, (_, i) => {
    const { action, end } = held();
    const over = gate.inTurn(never, () => {
      began.push(i);
      return action();
    });
    return { end, over };
  });
  for (const [i, { end, over }] of all.entries()) {
    expect(began).toEqual([0, 1, 2, 3, 4].slice(0, Math.min(2 + i, 5)));
    end();
    await over;
  }
});

test('so many are in, and one that leaves makes room once', () => {
  const gate = new Gate(1, 1);
  const places = [0, 1, 2].map(() => gate.place());
  expect(places.map(({ enter }) => enter())).toEqual([true, true, false]);
  for (const { leave } of [...places, places[0]]) leave();
  expect([0, 1, 2].map(() => gate.place().enter())).toEqual([true, true, false]);
});

test('one that does not want its turn any more does not wait for it', async () => {
  const gate = new Gate(1, 10);
  const first = held();
  const running = gate.inTurn(never, first.action);
  const end = new AbortController();
  const waiting = gate.inTurn(end.signal, () => Promise.reject(new Error('it has no turn')));
  end.abort();
  expect(await waiting).toBeUndefined();
  expect(await gate.inTurn(end.signal, () => Promise.reject(new Error('nor has it')))).toBeUndefined();
  first.end();
  await running;
  expect(await gate.inTurn(never, () => Promise.resolve('next'))).toBe('next');
});

test('what fails gives its turn on', async () => {
  const gate = new Gate(1, 10);
  await expect(gate.inTurn(never, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await gate.inTurn(never, () => Promise.resolve('next'))).toBe('next');
});
