import { expect, test } from 'vitest';
import { MalformedError } from '../errors.ts';
import { FUNCREF, HEAP, I32, I64, ref } from '../syntax/types.ts';
import { PREAMBLE, type Part, bytes, malformed, moduleOf, name, section, u32, walkBodies } from './bytes.suite.ts';
import { decodeModule } from './decode.ts';
import * as say from './messages.ts';

const decode = (...sections: readonly Part[]) => decodeModule(moduleOf(...sections));
const refused = (...sections: readonly Part[]): string => malformed(() => decode(...sections));

const FUNC_TYPE = section(1, 1, 0x60, 0, 0);
const HUGE = u32(0xffff_ffff);

test('the empty module has nothing', () => {
  const module = decodeModule(PREAMBLE);
  expect(module.types).toEqual([]);
  expect(module.funcs.types).toHaveLength(0);
  expect(module.start).toBeUndefined();
  expect(module.dataCount).toBeUndefined();
});

test('a module in the middle of a larger buffer is decoded, with offsets from its own start', () => {
  const large = bytes('xyz', moduleOf(FUNC_TYPE, section(3, 1, 0), section(10, 1, 2, 0, 0x0b)), 'xyz');
  const module = decodeModule(large.subarray(3, large.length - 3));
  expect([...module.funcs.start]).toEqual([22]);
  expect(module.funcs.bytes[23]).toBe(0x0b);
});

test('all prefixes of a small module are refused, except those that end at a section', () => {
  const parts = [FUNC_TYPE, section(5, 1, 1, 1, 2), section(7, 1, name('m'), 2, 0), section(0, name('x'), 'content')];
  const whole = moduleOf(parts);
  const ends = new Set([8]);
  let end = 8;
  for (const part of parts) ends.add((end += part.length));
  for (let length = 0; length <= whole.length; length++) {
    const message = malformed(() => decodeModule(whole.subarray(0, length)));
    expect([length, message === '']).toEqual([length, ends.has(length)]);
  }
});

test('sections out of order, twice or unknown are refused', () => {
  expect(refused(section(2, 0), FUNC_TYPE)).toMatch(/^unexpected content after last section: type/);
  expect(refused(FUNC_TYPE, FUNC_TYPE)).toMatch(/^unexpected content after last section/);
  expect(refused(section(6, 0), section(13, 0))).toMatch(/^unexpected content after last section: tag/);
  expect(refused(section(10, 0), section(12, 0))).toMatch(/^unexpected content after last section: data count/);
  expect(refused(section(14, 0))).toMatch(/^malformed section id: 14/);
});

test('functions without bodies, and data segments that are not as counted, are refused', () => {
  expect(refused(FUNC_TYPE, section(3, 1, 0))).toMatch(/^function and code section have inconsistent lengths: 1 and 0/);
  expect(refused(section(12, 1))).toMatch(/^data count and data section have inconsistent lengths: 1 and 0/);
});

test('sizes beyond the module are refused', () => {
  expect(refused(1, HUGE, 0)).toMatch(/^length out of bounds/);
  expect(refused(FUNC_TYPE, section(3, 1, 0), section(10, 1, u32(0xffff_fff0), 0))).toMatch(/^length out of bounds/);
});

test('a section whose contents end early or late is refused', () => {
  expect(refused(1, 5, 1, 0x60, 0, 0, 0)).toMatch(/^section size mismatch: type/);
  expect(refused(1, 3, 1, 0x60, 0, 0)).toMatch(/^section size mismatch: type/);
});

test('every vector that announces 2^32-1 elements is refused at once', () => {
  const vectors: Record<string, Part> = {
    types: section(1, HUGE),
    'rec group': section(1, 1, 0x4e, HUGE),
    supertypes: section(1, 1, 0x50, HUGE),
    parameters: section(1, 1, 0x60, HUGE),
    results: section(1, 1, 0x60, 0, HUGE),
    fields: section(1, 1, 0x5f, HUGE),
    imports: section(2, HUGE),
    'module name': section(2, 1, HUGE),
    'compact imports': section(2, 1, 0, 0, 0x7f, HUGE),
    'compact imports of one type': section(2, 1, 0, 0, 0x7e, 0, 0, HUGE),
    functions: section(3, HUGE),
    tables: section(4, HUGE),
    memories: section(5, HUGE),
    tags: section(13, HUGE),
    globals: section(6, HUGE),
    exports: section(7, HUGE),
    elements: section(9, HUGE),
    'function indices': section(9, 1, 1, 0, HUGE),
    'element expressions': section(9, 1, 5, 0x70, HUGE),
    bodies: section(10, HUGE),
    datas: section(11, HUGE),
    'data bytes': section(11, 1, 1, HUGE),
    'custom name': section(0, HUGE),
    'array.new_fixed in an expression': section(6, 1, 0x7f, 0, 0x0e, HUGE),
  };
  for (const [what, part] of Object.entries(vectors)) {
    const started = Date.now();
    expect([what, refused(part).replace(/:.*/, '')]).toEqual([what, 'length out of bounds']);
    expect(Date.now() - started).toBeLessThan(250);
  }
  expect(refused(section(12, HUGE))).toMatch(/^too many data segments/);
});

test('implementation limits are refused by name', () => {
  const types = bytes(...Array.from({ length: 1001 }, () => 0x7f));
  expect(refused(section(1, 1, 0x60, u32(1001), types, 0))).toMatch(/^too many parameters: 1001, the limit is 1000/);
  expect(refused(section(5, u32(101), new Uint8Array(202)))).toMatch(/^too many memories/);
});

test('a million types are taken, one more is not', () => {
  const types = (count: number): Uint8Array => {
    const list = new Uint8Array(count * 3);
    for (let i = 0; i < list.length; i += 3) list[i] = 0x60;
    return section(1, u32(count), list);
  };
  expect(decode(types(1_000_000)).types).toHaveLength(1_000_000);
  expect(refused(types(1_000_001))).toMatch(/^too many recursive groups/);
  const grouped = section(1, 2, bytes(0x4e, types(1_000_000).subarray(5)), 0x60, 0, 0);
  expect(refused(grouped)).toMatch(/^too many types: 1000001/);
});

test('recursive groups, sub types and descriptors are decoded', () => {
  const group = [0x4e, 2, [0x50, 0, 0x4d, 1, 0x5f, 1, 0x78, 1], [0x4c, 0, 0x5f, 0]];
  const module = decode(section(1, 2, group, [0x4f, 1, 0, 0x5e, 0x64, 0x62, 0, 0]));
  expect(module.recGroups).toEqual([
    { start: 0, length: 2 },
    { start: 2, length: 1 },
  ]);
  const [described, descriptor, array] = module.types;
  expect(described).toMatchObject({ final: false, supers: [], descriptor: 1 });
  expect(descriptor).toEqual({ final: true, supers: [], describes: 0, comp: { kind: 'struct', fields: [] } });
  const field = { storage: ref(0, false, true), mutable: false };
  expect(array).toEqual({ final: true, supers: [0], comp: { kind: 'array', field } });
});

test('imports of all kinds are decoded, exact functions and compact forms too', () => {
  const kinds = [
    [0, [0, 7]],
    [0, [1, 0x70, 1, 1, 2]],
    [0, [2, 5, 1, 2]],
    [0, [3, 0x7f, 1]],
    [0, [4, 0, 7]],
    [0, [0x20, 7]],
  ];
  const singles = decode(
    section(
      2,
      6,
      kinds.map((kind) => [0, kind]),
    ),
  );
  expect(singles.imports.map((one) => one.desc)).toEqual([
    { kind: 'func', type: 7 },
    { kind: 'table', type: { addr: I32, limits: { min: 1n, max: 2n }, shared: false, elem: FUNCREF } },
    { kind: 'memory', type: { addr: I64, limits: { min: 1n, max: 2n }, shared: false, pageSizeLog2: 16 } },
    { kind: 'global', type: { val: I32, mutable: true } },
    { kind: 'tag', type: { type: 7 } },
    { kind: 'func', type: 7, exact: true },
  ]);
  expect(singles.importGroups).toBeUndefined();
  const group = [name('m'), 0, 0x7f, 2, name('a'), 0, 1, name('b'), 0, 2];
  const sameType = [name('n'), 0, 0x7e, 0, 3, 2, name('c'), name('d')];
  const compact = decode(section(2, 2, group, sameType));
  expect(compact.imports.map((one) => [one.module, one.name, one.desc])).toEqual([
    ['m', 'a', { kind: 'func', type: 1 }],
    ['m', 'b', { kind: 'func', type: 2 }],
    ['n', 'c', { kind: 'func', type: 3 }],
    ['n', 'd', { kind: 'func', type: 3 }],
  ]);
  expect(compact.importGroups).toEqual([
    { form: 'items', length: 2 },
    { form: 'shared', length: 2 },
  ]);
  expect(refused(section(2, 1, 0, name('x'), 0x7f, 0))).toMatch(/^malformed import kind: 0x7f/);
});

test('a section whose size passes the end of the module is looked into before its size is judged', () => {
  const tooLong = (more: number, ...contents: readonly Part[]): string => {
    const all = bytes(...contents);
    return malformed(() => decodeModule(bytes(PREAMBLE, 2, all.length + more, all)));
  };
  const group = [name('b'), 0x7f, 2, name('b'), 0, 0, name('c'), 0, 0];
  expect(tooLong(3, 1, name('a'), group)).toMatch(/^malformed import kind: 0x7f \(offset 0x0f\)/);
  // What is in order, or breaks off, is wrong for its size alone.
  expect(tooLong(3, 1, name('a'), name('b'), 0, 0)).toMatch(/^length out of bounds: 10, and 7 bytes remain/);
  expect(tooLong(3, 2, name('a'), name('b'), 0, 0)).toMatch(/^length out of bounds: 10, and 7 bytes remain/);
  expect(tooLong(3, 1, name('a'), u32(40))).toMatch(/^length out of bounds: 7, and 4 bytes remain/);
  expect(tooLong(1, 1, name('a'), name('b'), 0, 0)).toMatch(/^unexpected end/);
  const custom = [name('x'), 'content'];
  expect(malformed(() => decodeModule(bytes(PREAMBLE, 0, 30, custom)))).toMatch(/^length out of bounds: 30/);
});

test('limits of 64 bits, shared memories and page sizes are decoded', () => {
  const big = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  const [wide, shared, paged] = decode(section(5, 3, [0x04, big], [0x03, 1, 2], [0x08, 1, 0])).memories;
  expect(wide.limits).toEqual({ min: 0xffff_ffff_ffff_ffffn, max: undefined });
  expect(shared.shared).toBe(true);
  expect(paged.pageSizeLog2).toBe(0);
  expect(refused(section(5, 1, 0x10, 0))).toMatch(/^malformed limits flags: 0x10/);
  expect(refused(section(5, 1, 0x08, 0, 64))).toMatch(/^invalid custom page size/);
  expect(refused(section(4, 1, 0x70, 0x02, 0))).toMatch(/^malformed limits flags/);
});

test('a table with an initial value keeps the expression', () => {
  const [table] = decode(section(4, 1, 0x40, 0x00, 0x70, 0, 3, 0xd0, 0x70, 0x0b)).tables;
  expect(table.type.limits.min).toBe(3n);
  expect(table.init?.bytes.subarray(table.init.start, table.init.end)).toEqual(bytes(0xd0, 0x70, 0x0b));
  expect(refused(section(4, 1, 0x40, 0x01, 0x70, 0, 3, 0xd0, 0x70, 0x0b))).toMatch(/^zero byte expected/);
});

test('an expression ends at its own end, not at one in an immediate or of a block', () => {
  const tricky = [0x41, 0x0b, 0x02, 0x40, 0x0b, 0x1a, 0x41, 0x0b, 0x0b];
  const [global] = decode(section(6, 1, 0x7f, 0, tricky)).globals;
  expect(global.init.end - global.init.start).toBe(tricky.length);
  expect(refused(section(6, 1, 0x7f, 0, 0x05, 0x0b))).toMatch(/^END opcode expected/);
});

test('the eight forms of element segments are decoded', () => {
  const offset = [0x41, 0, 0x0b];
  const expr = [0xd2, 5, 0x0b];
  const { elems } = decode(
    section(
      9,
      8,
      [0, offset, 1, 5],
      [1, 0, 1, 5],
      [2, 7, offset, 0, 1, 5],
      [3, 0, 1, 5],
      [4, offset, 1, expr],
      [5, 0x70, 1, expr],
      [6, 7, offset, 0x6f, 1, expr],
      [7, 0x70, 1, expr],
    ),
  );
  const func = ref(HEAP.func, false);
  const kinds = ['active', 'passive', 'active', 'declarative'];
  expect(elems.map((one) => one.mode.kind)).toEqual([...kinds, ...kinds]);
  expect(elems.map((one) => (one.mode.kind === 'active' ? one.mode.table : -1))).toEqual([0, -1, 7, -1, 0, -1, 7, -1]);
  expect(elems.map((one) => one.type)).toEqual([
    func,
    func,
    func,
    func,
    FUNCREF,
    FUNCREF,
    ref(HEAP.extern, true),
    FUNCREF,
  ]);
  expect(elems.slice(0, 4).map((one) => one.funcs)).toEqual(new Array(4).fill(Uint32Array.of(5)));
  expect(elems.slice(4).map((one) => one.exprs?.length)).toEqual([1, 1, 1, 1]);
  expect(refused(section(9, 1, 8))).toMatch(/^malformed elements segment kind/);
  expect(refused(section(9, 1, 1, 1, 0))).toMatch(/^malformed element kind/);
});

test('data segments are views of the module', () => {
  const whole = moduleOf(section(11, 2, [1, 3, 'abc'], [2, 4, 0x41, 0, 0x0b, 0]));
  const { datas } = decodeModule(whole);
  expect(datas[0].init.buffer).toBe(whole.buffer);
  expect(datas[1].mode).toMatchObject({ kind: 'active', memory: 4 });
  expect(refused(section(11, 1, 3))).toMatch(/^malformed data segment kind/);
});

test('custom sections keep their order and place', () => {
  const module = decode(section(0, name('a')), FUNC_TYPE, section(0, name(''), 'bytes'), section(0, name('a'), 1));
  expect(module.customs.map((one) => [one.name, one.after, one.bytes.length])).toEqual([
    ['a', 0, 0],
    ['', 1, 5],
    ['a', 1, 1],
  ]);
});

test('a custom section whose name is not UTF-8, or longer than the section, is refused', () => {
  expect(refused(section(0, 1, 0xff))).toMatch(/^malformed UTF-8 encoding/);
  expect(refused(section(0, 5, 'abc'), FUNC_TYPE)).toMatch(/^length out of bounds/);
});

test('32 MiB of custom content and a hundred thousand custom sections are taken', () => {
  expect(decode(section(0, name('big'), new Uint8Array(32 << 20))).customs[0].bytes).toHaveLength(32 << 20);
  const many = new Uint8Array(300_000);
  for (let i = 1; i < many.length; i += 3) many[i] = 1;
  expect(decode(many).customs).toHaveLength(100_000);
});

test('unknown contents of known custom sections do not matter', () => {
  const known = ['name', 'producers', 'linking', 'dylink.0', 'sourceMappingURL', 'metadata.code.branch_hint'];
  expect(decode(known.map((one) => section(0, name(one), HUGE, 0xff))).customs).toHaveLength(known.length);
});

test('the fault of a body that runs over its size is reported, not the sections it puts out of step', () => {
  const tooLong = [0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b];
  const message = refused(FUNC_TYPE, section(3, 1, 0), bytes(10, 4, 1, 2, 0, tooLong));
  expect(message).toMatch(/^integer representation too long/);
});

test('bodies are not walked: that is validation', () => {
  const module = decode(FUNC_TYPE, section(3, 1, 0), section(10, 1, 2, 0, 0xff));
  expect(malformed(() => walkBodies(module))).toMatch(/^illegal opcode ff/);
});

test('whether there were too few bytes is known of the error that was thrown, not by the words of its message', () => {
  for (const error of [say.unexpectedEnd(8), say.lengthOutOfBounds(8, 10, 7), say.endMissing(PREAMBLE, 8)]) {
    expect(say.isTooShort(error)).toBe(true);
    expect(say.isTooShort(new MalformedError(error.message))).toBe(false);
  }
  for (const thrown of [
    say.sectionOrder(8, 'type', 'code'),
    new RangeError('unexpected end'),
    'unexpected end',
    undefined,
  ])
    expect(say.isTooShort(thrown)).toBe(false);
});
