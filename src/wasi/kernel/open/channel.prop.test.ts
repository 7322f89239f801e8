// One direction of a pipe beside a text: what was written comes out again in its order, whatever the sizes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Limits } from '../../../runtime/limits.ts';
import { CAPACITY, Channel } from './channel.ts';

const STEP = fc.record({ write: fc.boolean(), size: fc.oneof(fc.nat(20), fc.nat(3000), fc.nat(100_000)) });

it('what was written to a pipe in pieces of any size is read in its order, and is counted as long as it is there', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), (steps) => {
      const limits = new Limits();
      const whole = limits.leftOf('socketBytes');
      const channel = new Channel(limits);
      let written = 0;
      let taken = 0;
      for (const { write, size } of steps) {
        if (write) {
          const bytes = Uint8Array.from({ length: size }, (_, i) => (written + i) % 251);
          written += channel.write(bytes, true) ?? 0;
          bytes.fill(255);
        } else {
          const into = new Uint8Array(size);
          for (const peek of [true, false]) {
            const moved = channel.read(into, peek) ?? 0;
            expect(into.subarray(0, moved).every((byte, i) => byte === (taken + i) % 251)).toBe(true);
            if (!peek) taken += moved;
          }
        }
        expect(channel.available()).toBe(written - taken);
        expect(limits.leftOf('socketBytes')).toBe(whole - (written - taken));
      }
    }),
    { numRuns: 200 },
  );
});

it('bytes that were written to a pipe one by one take little more than what is counted', () => {
  const blocks = new Set<ArrayBufferLike>();
  const channel = new Channel(new Limits());
  const one = new Uint8Array(1);
  for (let i = 0; i < CAPACITY; i++) expect(channel.write(one, true)).toBe(1);
  for (const piece of (channel as unknown as { pieces: Uint8Array[] }).pieces) blocks.add(piece.buffer);
  expect(channel.write(one, true)).toBeUndefined();
  expect(blocks.size).toBeLessThan(100);
  expect([...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(2 * CAPACITY);
});
