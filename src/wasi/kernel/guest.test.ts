import { expect, test } from 'vitest';
import { Guest, memoryOf } from './guest.ts';

test('no bytes of a memory that was transferred away are no bytes at its beginning, and FAULT past it', () => {
  for (const early of [true, false]) {
    const { buffer } = new Uint8Array(8);
    const transfer = (): unknown => structuredClone(buffer, { transfer: [buffer] });
    if (early) transfer();
    const memory = memoryOf({ buffer });
    if (memory === undefined) throw new Error('a memory is not known as one');
    const guest = new Guest(() => memory);
    if (!early) {
      expect(guest.span(0, 8)).toHaveLength(8);
      transfer();
    }
    expect(guest.span(0, 0)).toHaveLength(0);
    expect(guest.text(0, 0)).toBe('');
    for (const [at, length] of [
      [1, 0],
      [0, 1],
    ]) {
      expect(() => guest.span(at, length)).toThrow(/FAULT/);
    }
  }
});
