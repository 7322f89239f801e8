// What every source of randomness must do. Each implementation's test runs this suite.
import { describe, expect, it } from 'vitest';
import type { Random } from './random.ts';

export function randomSuite(title: string, fresh: () => Random): void {
  describe(title, () => {
    it('fills nothing, one byte, and more than hosts fill at once, to the last byte', () => {
      const random = fresh();
      for (const length of [0, 1, 7, 65_536, 65_537, 200_001]) {
        const bytes = new Uint8Array(length + 2);
        random.fill(bytes.subarray(1, length + 1));
        expect([bytes[0], bytes[length + 1]]).toEqual([0, 0]);
        if (length > 60_000) expect(bytes.subarray(length - 1000).some((byte) => byte !== 0)).toBe(true);
      }
    });

    it('gives all bytes about equally often, and nothing twice', () => {
      const random = fresh();
      const [one, two] = [new Uint8Array(256_000), new Uint8Array(256_000)];
      random.fill(one);
      random.fill(two);
      const counts = new Array<number>(256).fill(0);
      for (const byte of one) counts[byte]++;
      // 1,000 are expected; the probability of being so far off is below 10^-9.
      expect(Math.min(...counts)).toBeGreaterThan(750);
      expect(Math.max(...counts)).toBeLessThan(1250);
      expect(Buffer.compare(one, two)).not.toBe(0);
    });
  });
}
