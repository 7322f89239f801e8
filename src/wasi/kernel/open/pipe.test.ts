// Pipes against a model: what is written is read once, in order, to its end, and what is kept is given back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limits } from '../../../runtime/limits.ts';
import { errnoOf } from '../../host/filesystem.suite.ts';
import { HANGUP, READABLE, WRITABLE } from '../pollable.ts';
import { OpenPair } from './pair.ts';
import { OpenPipe } from './pipe.ts';

const CAPACITY = 65_536;
const FLAGS = { append: false, nonblock: false, flush: 'nothing' } as const;

type Step = { readonly write: number; readonly nonblock: boolean } | { readonly read: number } | 'leave';

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ write: fc.constantFrom(0, 1, 7, 4096, 4097, 60_000, 70_000), nonblock: fc.boolean() }),
  fc.record({ read: fc.constantFrom(0, 1, 5, 4096, 65_536, 200_000) }),
  { weight: 1, arbitrary: fc.constant<Step>('leave') },
);

describe('a pipe', () => {
  it('is what a queue of bytes is, with room for 64 KiB and for one write that goes past it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const limits = new Limits();
        const before = limits.leftOf('socketBytes');
        const [reader, writer] = OpenPipe.oneWay(limits);
        const model: number[] = [];
        let next = 0;
        let isOpen = true;
        for (const one of steps) {
          if (one === 'leave') {
            if (isOpen) writer.close();
            isOpen = false;
          } else if ('write' in one) {
            if (!isOpen) continue;
            const bytes = Uint8Array.from({ length: one.write }, () => next++ & 255);
            const moved = writer.write({ ...FLAGS, nonblock: one.nonblock }).move([bytes], 0);
            const room = CAPACITY - model.length;
            const waits = one.write > 0 && (room <= 0 || (one.write <= 4096 && room < one.write));
            const wanted = waits ? undefined : one.nonblock ? Math.min(room, one.write) : one.write;
            expect(moved).toBe(one.write === 0 ? 0 : wanted);
            for (const byte of bytes.subarray(0, moved ?? 0)) model.push(byte);
            next -= one.write - (moved ?? 0);
          } else {
            const into = new Uint8Array(one.read);
            const moved = reader.read().move([into], 0);
            const there = Math.min(one.read, model.length);
            expect(moved).toBe(there > 0 || one.read === 0 || !isOpen ? there : undefined);
            expect([...into.subarray(0, moved ?? 0)]).toEqual(model.splice(0, there));
          }
          expect(reader.available()).toBe(model.length);
          expect(before - limits.leftOf('socketBytes')).toBe(model.length);
          const bits = (model.length > 0 || !isOpen ? READABLE : 0) | (isOpen ? 0 : HANGUP);
          expect(reader.pollable(READABLE).ready(READABLE)).toBe(bits);
          if (isOpen) expect(writer.pollable(WRITABLE).ready(WRITABLE) !== 0).toBe(CAPACITY - model.length >= 4096);
        }
        reader.close();
        expect(limits.leftOf('socketBytes')).toBe(before);
        if (isOpen) expect(errnoOf(() => writer.write(FLAGS).move([new Uint8Array(1)], 0))).toBe('PIPE');
      }),
      { numRuns: 100 },
    );
  });

  it('refuses what would go past the limit of bytes', () => {
    const [, writer] = OpenPipe.oneWay(new Limits({ socketBytes: 10 }));
    expect(writer.write(FLAGS).move([new Uint8Array(8)], 0)).toBe(8);
    expect(errnoOf(() => writer.write(FLAGS).move([new Uint8Array(8)], 0))).toBe('NOBUFS');
  });

  it('that is a pair of sockets is looked at without being read', () => {
    const [one, other] = OpenPair.connected(new Limits());
    one.write(FLAGS).move([Uint8Array.of(1, 2, 3)], 0);
    one.write(FLAGS).move([Uint8Array.of(4)], 0);
    const received = (peek: boolean, wanted: number) => {
      const found = other.receive(wanted, { peek, waitall: false, nonblock: true });
      return 'bytes' in found ? [...found.bytes] : undefined;
    };
    expect([received(true, 2), received(true, 9), received(false, 3), received(false, 9), received(false, 9)]).toEqual([
      [1, 2],
      [1, 2, 3, 4],
      [1, 2, 3],
      [4],
      undefined,
    ]);
  });
});
