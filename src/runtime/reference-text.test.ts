import { expect, test } from 'vitest';
import { WasmException } from '../interpreter/values/wasm-exception.ts';
import { EXNREF, EXTERNREF, HEAP, ref } from '../syntax/types.ts';
import { referenceLiteral } from './reference-text.ts';
import { tagOf } from './tag.ts';

test('an exception is shown as one, whether or not the host has met it', () => {
  const show = (t: number, value: unknown): string => referenceLiteral(t, value, () => '');
  expect(show(EXNREF, {})).toBe('(ref.exn)');
  expect(show(EXNREF, new WasmException(tagOf([])))).toBe('(ref.exn)');
  expect(show(EXNREF, null)).toBe('null');
  expect(show(EXTERNREF, {})).toBe('(ref.extern)');
  expect(show(ref(HEAP.any, true), {})).toBe('(ref.host)');
});
