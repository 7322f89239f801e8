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
  const finals: Part = [
    [0x50, 0, simple],
    [0x4f, 0, simple],
  ];
  const kept = section(1, 6, group(simple), simple, group(), group(simple, simple), finals);
  expect(again(kept)).toEqual(moduleOf(kept));
});

test('empty sections stay', () => {
  const sections = [section(1, 0), section(4, 0), section(0, name('x')), section(10, 0)];
  expect(again(...sections)).toEqual(moduleOf(...sections));
});

test('a custom section behind one that is not there adds none', () => {
  const custom = { name: 'x', bytes: Uint8Array.of(1), offset: 0, after: 11 };
  const module = { ...decodeModule(moduleOf(section(1, 0))), customs: [custom] };
  expect(encodeModule(module)).toEqual(moduleOf(section(1, 0), section(0, name('x'), 1)));
});

test('both compact forms of imports, single imports between them, and entries without imports stay', () => {
  const global = [0x03, 0x7f, 0];
  const kept = section(
    2,
    6,
    [name('m'), 0, 0x7e, global, 2, name('a'), name('b')],
    [name('m'), name('c'), global],
    [name('m'), 0, 0x7f, 2, name('d'), global, name('e'), [0x03, 0x63, 0x70, 0]],
    [name('m'), 0, 0x7f, 1, name('f'), [0x03, 0x70, 0]],
    [name('n'), 0, 0x7e, [0x03, 0x63, 0x70, 0], 0],
    [name('o'), 0, 0x7f, 0],
  );
  expect(again(kept)).toEqual(moduleOf(kept));
});

test('the long form of each choice stays, wherever it stands among short ones', () => {
  const sections = [
    section(1, 2, 0x60, 2, 0x70, [0x63, 0x70], 1, 0x6f, [0x4f, 0, 0x5f, 2, [0x63, 0x6e], 0, 0x6e, 0]),
    section(2, 1, name('m'), name('t'), 1, [0x63, 0x70], 0, 0),
    section(4, 2, [0x70, 0, 1], [0x63, 0x70, 0, 1]),
    section(6, 1, [0x63, 0x6f], 0, [0xd0, 0x6f, 0x0b]),
    section(
      9,
      6,
      [0, [0x41, 0, 0x0b], 0],
      [2, 0, [0x41, 0, 0x0b], 0, 0],
      [4, [0x41, 0, 0x0b], 0],
      [6, 0, [0x41, 0, 0x0b], 0x70, 0],
      [6, 0, [0x41, 0, 0x0b], [0x63, 0x70], 0],
      [5, [0x63, 0x6f], 0],
    ),
    section(11, 2, [0, [0x41, 0, 0x0b], 0], [2, 0, [0x41, 0, 0x0b], 0]),
  ];
  expect(again(...sections)).toEqual(moduleOf(...sections));
});

test('function indices in a segment of another type become expressions', () => {
  const module = {
    ...decodeModule(moduleOf()),
    elems: [{ type: FUNCREF, mode: { kind: 'passive' as const }, funcs: Uint32Array.of(7), exprs: undefined }],
  };
  expect(encodeModule(module)).toEqual(moduleOf(section(9, 1, 5, 0x70, 1, 0xd2, 7, 0x0b)));
});
