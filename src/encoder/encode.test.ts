import { expect, test } from 'vitest';
import { type Part, moduleOf, name, section } from '../decoder/bytes.suite.ts';
import { decodeModule } from '../decoder/decode.ts';
import { FUNCREF } from '../syntax/types.ts';
import { encodeModule } from './encode.ts';

const again = (...sections: readonly Part[]): Uint8Array => encodeModule(decodeModule(moduleOf(...sections)));

test('the empty module is its preamble', () => {
  expect(again()).toEqual(moduleOf());
});

test('lengths and indices are written as short as they go', () => {
  const padded = [0x81, 0x80, 0x00];
  expect(again([1, 0x86, 0x80, 0x00], padded, 0x60, 0, 0)).toEqual(moduleOf(section(1, 1, 0x60, 0, 0)));
});

test('a group of one type, empty groups and final types without supertypes are told apart', () => {
  const group = (...types: readonly Part[]): Part => [0x4e, types.length, types];
  const simple = [0x60, 0, 0];
  expect(again(section(1, 1, group(simple)))).toEqual(moduleOf(section(1, 1, simple)));
  expect(again(section(1, 1, 0x4f, 0, simple))).toEqual(moduleOf(section(1, 1, simple)));
  const kept = moduleOf(section(1, 3, group(), group(simple, simple), [0x50, 0, simple]));
  expect(encodeModule(decodeModule(kept))).toEqual(kept);
});

test('empty sections are dropped, unless a custom section stands behind them', () => {
  expect(again(section(1, 0), section(4, 0))).toEqual(moduleOf());
  const kept = moduleOf(section(1, 0), section(0, name('x')));
  expect(encodeModule(decodeModule(kept))).toEqual(kept);
});

test('the second compact form of imports becomes the first', () => {
  const second = section(2, 1, name('m'), 0, 0x7e, [0x03, 0x7f, 0], 2, name('a'), name('b'));
  const first = section(2, 1, name('m'), 0, 0x7f, 2, name('a'), [0x03, 0x7f, 0], name('b'), [0x03, 0x7f, 0]);
  expect(again(second)).toEqual(moduleOf(first));
});

test('function indices in a segment of another type become expressions', () => {
  const module = {
    ...decodeModule(moduleOf()),
    elems: [{ type: FUNCREF, mode: { kind: 'passive' as const }, funcs: Uint32Array.of(7), exprs: undefined }],
  };
  expect(encodeModule(module)).toEqual(moduleOf(section(9, 1, 5, 0x70, 1, 0xd2, 7, 0x0b)));
});
