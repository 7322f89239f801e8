import { describe, expect, test } from 'vitest';
import { I32 } from '../syntax/types.ts';
import { Limits } from './limits.ts';
import { Memory } from './memory.ts';
import { Move } from './move.ts';

const PAGE = 65_536;
const PAGES = (3 * Move.PIECE) / PAGE;

function filled(limits?: Limits): Memory {
  const type = { addr: I32, limits: { min: BigInt(PAGES), max: 1000n }, shared: false, pageSizeLog2: 16 } as const;
  const memory = new Memory(type, undefined, undefined, limits);
  for (let i = 0; i < PAGES; i++) memory.view[i * PAGE] = i + 1;
  return memory;
}

const firstBytes = ({ view }: Memory): number[] => Array.from({ length: PAGES }, (_, i) => view[i * PAGE]);
const all = Array.from({ length: PAGES }, (_, i) => i + 1).map((n) => n % 256);

describe('a memory that is moved in pieces, to grow', () => {
  test('has its bytes, and room, when the last piece is moved', () => {
    const memory = filled();
    expect([memory.movesOn(1), memory.movesOn(1), memory.movesOn(1), memory.movesOn(1)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(memory.pages).toBe(PAGES);
    expect(memory.grow(1)).toBe(PAGES);
    expect(firstBytes(memory)).toEqual(all);
    expect(memory.view.length).toBe((PAGES + 1) * PAGE);
    expect(memory.view[PAGES * PAGE]).toBe(0);
  });

  test('loses nothing that is written between two pieces, before or behind what was moved', () => {
    const memory = filled();
    expect(memory.movesOn(1)).toBe(false);
    memory.view[0] = 77;
    memory.view[PAGES * PAGE - 1] = 78;
    expect([memory.movesOn(1), memory.movesOn(1), memory.movesOn(1)]).toEqual([false, false, true]);
    expect(memory.grow(1)).toBe(PAGES);
    expect([memory.view[0], memory.view[PAGES * PAGE - 1]]).toEqual([77, 78]);
  });

  test.each<[string, (memory: Memory) => unknown]>([
    ['bytes', (memory) => memory.bytes],
    ['view', (memory) => memory.view],
    ['buffer', (memory) => memory.buffer],
    ['pages', (memory) => memory.pages],
    ['growth by nothing', (memory) => memory.grow(0)],
    ['what others did', (memory) => memory.refresh()],
  ])('is as it was for whoever asks for its %s', (_, look) => {
    const memory = filled();
    memory.movesOn(5);
    expect([memory.isLost, memory.accessible]).toEqual([true, 0]);
    look(memory);
    expect([memory.isLost, memory.accessible]).toEqual([false, PAGES * PAGE]);
    expect(firstBytes(memory)).toEqual(all);
  });

  test('is moved at once after it was looked at twice, so that growth comes to an end', () => {
    const memory = filled();
    for (let i = 0; i < 2; i++) {
      expect(memory.movesOn(1)).toBe(false);
      memory.view[5] = i;
    }
    expect(memory.movesOn(1)).toBe(true);
    expect(memory.isLost).toBe(false);
    expect([memory.grow(1), memory.view[5]]).toEqual([PAGES, 1]);
    // The next growth that needs room begins in pieces again.
    expect(memory.movesOn(PAGES)).toBe(false);
  });

  test.each<[string, (memory: Memory) => Uint8Array]>([
    ['buffer', (memory) => new Uint8Array(memory.buffer)],
    ['bytes', (memory) => memory.bytes],
  ])('was copied in one piece where the host holds its %s, which is taken away first', (_, give) => {
    const memory = filled();
    const given = give(memory);
    expect([memory.movesOn(1), memory.movesOn(1)]).toEqual([false, false]);
    expect([given.length, memory.isLost]).toEqual([0, true]);
    expect([memory.movesOn(1), memory.grow(1)]).toEqual([true, PAGES]);
    expect(firstBytes(memory)).toEqual(all);
    // One who asks in the middle is given the same bytes, and holds them until the next growth.
    expect(memory.movesOn(PAGES)).toBe(false);
    const again = give(memory);
    again[0] = 99;
    expect([again.length, memory.view[0]]).toEqual([(PAGES + 1) * PAGE, 99]);
    expect([memory.movesOn(PAGES), again.length]).toEqual([false, 0]);
    expect(give(memory)[0]).toBe(99);
    expect([memory.movesOn(PAGES), memory.grow(PAGES), memory.view[0]]).toEqual([true, PAGES + 1, 99]);
  });

  test('keeps its buffer where there is no room, or no right, to grow', () => {
    const memory = filled(new Limits({ memoryBytes: PAGES * PAGE }));
    const { buffer } = memory;
    expect([memory.movesOn(1), memory.grow(1)]).toEqual([true, -1]);
    expect([memory.buffer === buffer, buffer.byteLength]).toEqual([true, PAGES * PAGE]);
  });

  test('is not moved where there is nothing to move, or no right to grow', () => {
    const small = new Memory({ addr: I32, limits: { min: 1n, max: 9n }, shared: false, pageSizeLog2: 16 });
    for (const [memory, delta] of [
      [small, 1],
      [filled(), 1000],
      [filled(new Limits({ memoryBytes: PAGES * PAGE })), 1],
    ] as const) {
      expect([memory.movesOn(delta), memory.isLost]).toEqual([true, false]);
    }
  });
});
