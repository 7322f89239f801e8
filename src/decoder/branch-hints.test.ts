import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Custom } from '../syntax/module.ts';
import { type Part, bytes } from './bytes.suite.ts';
import { BRANCH_HINTS, decodeBranchHints } from './branch-hints.ts';

const custom = (...contents: readonly Part[]): Custom => ({
  name: BRANCH_HINTS,
  bytes: bytes(...contents),
  offset: 0,
  after: 3,
});

test('hints are read by function and offset', () => {
  const hints = decodeBranchHints(custom(2, [1, 2, [5, 1, 0], [9, 1, 1]], [4, 0]));
  expect(hints).toEqual(
    new Map([
      [
        1,
        new Map([
          [5, false],
          [9, true],
        ]),
      ],
      [4, new Map()],
    ]),
  );
});

test('another section has no hints', () => {
  expect(decodeBranchHints({ ...custom(0), name: 'name' })).toBeUndefined();
});

test('what is malformed has no hints', () => {
  const malformed: Record<string, Part> = {
    'a value of 2': [1, 0, 1, 5, 1, 2],
    'a size of 2': [1, 0, 1, 5, 2, 1, 1],
    'an offset twice': [1, 0, 2, [5, 1, 0], [5, 1, 0]],
    'a function twice': [2, [0, 0], [0, 0]],
    'functions out of order': [2, [1, 0], [0, 0]],
    'bytes behind': [1, 0, 0, 0],
    'too few bytes': [1, 0, 1, 5],
    'a huge count': [0xff, 0xff, 0xff, 0xff, 0x0f],
  };
  for (const [what, contents] of Object.entries(malformed)) {
    expect([what, decodeBranchHints(custom(contents))]).toEqual([what, undefined]);
  }
});

test('no contents throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (contents) => {
      expect(() => decodeBranchHints(custom(contents))).not.toThrow();
    }),
  );
});
