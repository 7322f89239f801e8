import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Names } from '../syntax/module.ts';
import { type Part, bytes, moduleOf, name, section, u32 } from './bytes.suite.ts';
import { decodeModule } from './decode.ts';
import { decodeNames } from './names.ts';

// One import, two functions, a struct type with two fields and one of each other thing.
const SECTIONS: readonly Part[] = [
  section(1, 2, [0x60, 1, 0x7f, 0], [0x5f, 2, 0x7f, 0, 0x7f, 0]),
  section(2, 1, 0, 0, 0, 0),
  section(3, 2, 0, 0),
  section(4, 1, 0x70, 0, 0),
  section(5, 1, 0, 0),
  section(13, 1, 0, 0),
  section(6, 1, 0x7f, 0, 0x41, 0, 0x0b),
  section(9, 1, 1, 0, 0),
  section(10, 2, [5, 0, 0x02, 0x40, 0x0b, 0x0b], [2, 0, 0x0b]),
  section(11, 1, 1, 0),
];

const namesOf = (...contents: readonly Part[]): Names =>
  decodeNames(decodeModule(moduleOf(SECTIONS, section(0, name('name'), ...contents))));
const sub = section;
const map = (...entries: readonly (readonly [number, string])[]): Part => [
  u32(entries.length),
  entries.map(([index, text]) => [u32(index), name(text)]),
];

function everything(names: Names): unknown[] {
  const { module, funcs, locals, labels, types, tables, memories, globals, elems, datas, fields, tags } = names;
  return [module, funcs, locals, labels, types, tables, memories, globals, elems, datas, fields, tags];
}

test('a module without a name section has empty maps', () => {
  const names = decodeNames(decodeModule(moduleOf()));
  expect(names.module).toBeUndefined();
  expect(names.funcs.size + names.locals.size + names.tags.size).toBe(0);
});

test('all subsections are decoded', () => {
  const names = namesOf(
    sub(0, name('mod')),
    sub(1, map([0, 'imported'], [2, 'last'])),
    sub(2, 1, 1, map([0, 'param'])),
    sub(3, 1, 1, map([0, 'block'])),
    sub(4, map([1, 'pair'])),
    sub(5, map([0, 'table'])),
    sub(6, map([0, 'memory'])),
    sub(7, map([0, 'global'])),
    sub(8, map([0, 'elem'])),
    sub(9, map([0, 'data'])),
    sub(10, 1, 1, map([0, 'left'], [1, 'right'])),
    sub(11, map([0, 'tag'])),
  );
  expect(names.module).toBe('mod');
  expect([...names.funcs]).toEqual([
    [0, 'imported'],
    [2, 'last'],
  ]);
  expect(names.locals.get(1)?.get(0)).toBe('param');
  expect(names.labels.get(1)?.get(0)).toBe('block');
  expect(names.types.get(1)).toBe('pair');
  expect([...names.tables, ...names.memories, ...names.globals].map((one) => one[1])).toEqual([
    'table',
    'memory',
    'global',
  ]);
  expect([...names.elems, ...names.datas, ...names.tags].map((one) => one[1])).toEqual(['elem', 'data', 'tag']);
  expect([...(names.fields.get(1) ?? [])].map((one) => one[1])).toEqual(['left', 'right']);
});

test('names of what the module does not have are dropped', () => {
  const names = namesOf(
    sub(1, map([3, 'no such function'], [0xffff_ffff, 'far'], [1, 'there'])),
    sub(2, 2, [7, map([0, 'x'])], [1, map([50_000, 'no such local'])]),
    sub(3, 1, 0, map([0, 'label of an import'])),
    sub(10, 2, [0, map([0, 'field of a function type'])], [1, map([2, 'third'])]),
  );
  expect([...names.funcs]).toEqual([[1, 'there']]);
  expect([...names.locals]).toEqual([[1, new Map()]]);
  expect(names.labels.get(0)?.size).toBe(0);
  expect(names.fields.get(0)?.size).toBe(0);
  expect(names.fields.get(1)?.size).toBe(0);
});

test('of two names, subsections or sections the first wins', () => {
  const names = namesOf(sub(1, map([0, 'first'], [0, 'second'])), sub(1, map([0, 'third'], [1, 'fourth'])));
  expect([...names.funcs]).toEqual([[0, 'first']]);
  const two = [section(0, name('name'), sub(0, name('a'))), section(0, name('name'), sub(0, name('b')))];
  expect(decodeNames(decodeModule(moduleOf(two))).module).toBe('a');
});

test('bad bytes cost the names behind them in their subsection, and no others', () => {
  const badUtf8 = [2, 0, name('good'), 1, 1, 0xff];
  const names = namesOf(sub(1, badUtf8), sub(7, map([0, 'global'])));
  expect([...names.funcs]).toEqual([[0, 'good']]);
  expect(names.globals.get(0)).toBe('global');
});

test('huge counts and sizes do not matter', () => {
  const huge = u32(0xffff_ffff);
  const started = Date.now();
  expect([...namesOf(sub(1, huge, 0, name('good'))).funcs]).toEqual([[0, 'good']]);
  expect(namesOf(sub(2, huge, 1, huge)).locals.get(1)?.size).toBe(0);
  expect(namesOf(1, huge, 0).funcs.size).toBe(0);
  expect(namesOf(sub(0, huge)).module).toBeUndefined();
  expect(Date.now() - started).toBeLessThan(250);
});

test('any contents leave the module as it is and throw nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 12 }), (garbage, id) => {
      expect(() => everything(namesOf(garbage))).not.toThrow();
      expect(() => everything(namesOf(sub(id, garbage)))).not.toThrow();
    }),
  );
});

test('the maps are decoded once', () => {
  const names = namesOf(sub(1, map([0, 'f'])), sub(2, 1, 0, map([0, 'x'])));
  expect(names.funcs).toBe(names.funcs);
  expect(names.locals).toBe(names.locals);
  expect(names.module).toBeUndefined();
});

test('a name may be any text', () => {
  const text = '\u001b[31m\r\n\u202e__proto__';
  const encoded = bytes(0x1b, '[31m\r\n', 0xe2, 0x80, 0xae, '__proto__');
  expect(namesOf(sub(1, 1, 0, u32(encoded.length), encoded)).funcs.get(0)).toBe(text);
});
