import { describe, expect, test } from 'vitest';
import { MalformedError } from '../errors.ts';
import { decodeModule } from '../decoder/decode.ts';
import { decodeNames } from '../decoder/names.ts';
import { encodeModule } from '../encoder/encode.ts';
import type { Expr, Module } from '../syntax/module.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import { FUNCREF, HEAP, I32, I64, ref, typeName } from '../syntax/types.ts';
import { parseModule } from './parser.ts';
import { printModule } from './printer.ts';

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

function body(module: Module, index = 0): string {
  const { bytes, start, end } = module.funcs;
  return hex(bytes.subarray(start[index], end[index]));
}
const expr = (one: Expr): string => hex(one.bytes.subarray(one.start, one.end));
const bodyOf = (instructions: string, before = ''): string =>
  body(parseModule(`(module ${before} (func ${instructions}))`));

function refusal(text: string): MalformedError {
  try {
    parseModule(text);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
    return error as MalformedError;
  }
  throw new Error('the text was taken');
}

describe('instructions', () => {
  test('folded instructions are written behind their operands', () => {
    expect(bodyOf('(i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3)))')).toBe(
      bodyOf('i32.const 1 i32.const 2 i32.const 3 i32.mul i32.add'),
    );
  });
  test('a folded if is written behind its condition, and its label is not seen there', () => {
    expect(bodyOf('(block $a (if $a (br_if $a (i32.const 1)) (then (br $a)) (else nop)))')).toBe(
      bodyOf('block i32.const 1 br_if 0 if br 0 else nop end end'),
    );
  });
  test('labels hide outer labels of the same name', () => {
    expect(bodyOf('(block $a (block $a (br $a)) (br $a))')).toBe(bodyOf('block block br 0 end br 0 end'));
  });
  test('catch clauses and delegate do not see the label of their own block', () => {
    expect(bodyOf('(block $l (try_table $l (catch_all $l)))')).toBe(bodyOf('block try_table (catch_all 0) end end'));
    expect(bodyOf('(block $l (try $l (do) (delegate $l)))')).toBe('00 02 40 06 40 18 00 0b 0b');
  });
  test('a memory argument has its natural alignment and offset 0', () => {
    expect(bodyOf('i64.load')).toBe('00 29 03 00 0b');
    expect(bodyOf('i64.load offset=0x80 align=1')).toBe('00 29 00 80 01 0b');
    expect(bodyOf('i64.load 1 align=8')).toBe('00 29 43 01 00 0b');
  });
  test('a lane is told from a memory', () => {
    expect(bodyOf('v128.load8_lane 3')).toBe('00 fd 54 00 00 03 0b');
    expect(bodyOf('v128.load8_lane 1 3')).toBe('00 fd 54 40 01 00 03 0b');
    expect(bodyOf('v128.load8_lane 1 offset=2 3')).toBe('00 fd 54 40 01 02 03 0b');
  });
  test('copy and init name both sides or none', () => {
    expect(bodyOf('memory.copy memory.copy 1 2 memory.init 3 memory.init 1 3')).toBe(
      '00 fc 0a 00 00 fc 0a 01 02 fc 08 03 00 fc 08 03 01 0b',
    );
  });
  test('casts to nullable types have an opcode of their own', () => {
    expect(bodyOf('ref.test (ref any) ref.test anyref ref.cast (ref null eq)')).toBe(
      '00 fb 14 6e fb 15 6e fb 17 6d 0b',
    );
  });
  test('select with types is another instruction', () => {
    expect(bodyOf('select select (result i32)')).toBe('00 1b 1c 01 7f 0b');
  });
  test('locals are written in runs, and named behind the parameters', () => {
    const module = parseModule(
      '(module (type $t (func (param i32))) (func (type $t) (local i64 i64) (local $x f32) (drop (local.get $x))))',
    );
    expect(body(module)).toBe('02 02 7e 01 7d 20 03 1a 0b');
  });
  test('every row without immediates parses to its opcode', () => {
    const structured = new Set(['else', 'end', 'catch_all', 'select']);
    for (const row of INSTRUCTIONS.filter(({ imm, name }) => imm === 'none' && !structured.has(name))) {
      const parsed = parseModule(`(module (func ${row.name}))`);
      const decoded = decodeModule(encodeModule(parsed));
      expect(body(decoded)).toBe(body(parsed));
      expect(parsed.funcs.bytes[1]).toBe(row.code < 0x100 ? row.code : row.code >> 12);
    }
  });
  test('nesting of a hundred thousand needs no stack', () => {
    const depth = 1e5;
    const folded = `${'(i32.eqz '.repeat(depth)}(i32.const 0)${')'.repeat(depth)}`;
    expect(parseModule(`(func (drop ${folded}))`).funcs.bytes.length).toBe(depth + 5);
    const blocks = `${'(block '.repeat(depth)}${')'.repeat(depth)}`;
    expect(parseModule(`(func ${blocks})`).funcs.bytes.length).toBe(3 * depth + 2);
  });
});

describe('types', () => {
  test('an inline declaration takes the first equal type, or a new one behind all others', () => {
    const module = parseModule(
      '(module (func (param i32)) (func (result i64)) (type (func)) (type (func (param i32))) (type (func (param i32))))',
    );
    expect([...module.funcs.types]).toEqual([1, 3]);
    expect(module.types[3].comp).toEqual({ kind: 'func', params: [], results: [I64] });
  });
  test('an open type, or one of several in a group, is not what an inline declaration means', () => {
    const module = parseModule('(type (sub (func))) (rec (type (func)) (type (func))) (func)');
    expect([...module.funcs.types]).toEqual([3]);
    expect(module.recGroups).toEqual([
      { start: 0, length: 1 },
      { start: 1, length: 2 },
      { start: 3, length: 1 },
    ]);
  });
  test('sub types, fields and custom descriptors', () => {
    const module = parseModule(
      `(rec (type $a (sub final (descriptor $b) (struct (field $f (mut i8)) (field i32 (ref null (exact $b)))))) 
            (type $b (describes $a) (struct)))
       (func (param (ref $a)) (drop (struct.get_s $a $f (local.get 0))))`,
    );
    expect(module.types[0]).toEqual({
      final: true,
      supers: [],
      descriptor: 1,
      comp: {
        kind: 'struct',
        fields: [
          { storage: -8, mutable: true },
          { storage: I32, mutable: false },
          { storage: ref(1, true, true), mutable: false },
        ],
      },
    });
    expect(module.types[1].describes).toBe(0);
    expect(body(module)).toBe('00 20 00 fb 03 00 00 1a 0b');
  });
  test('memories and tables of 64 bits, shared memories, page sizes', () => {
    const module = parseModule(
      `(memory i64 1 0xffff_ffff_ffff_ffff) (memory 1 2 shared) (memory 7 (pagesize 1)) (table i64 3 funcref)
       (memory (pagesize 1) (data "abc"))`,
    );
    expect(module.memories).toEqual([
      { addr: I64, limits: { min: 1n, max: 0xffffffffffffffffn }, shared: false, pageSizeLog2: 16 },
      { addr: I32, limits: { min: 1n, max: 2n }, shared: true, pageSizeLog2: 16 },
      { addr: I32, limits: { min: 7n, max: undefined }, shared: false, pageSizeLog2: 0 },
      { addr: I32, limits: { min: 3n, max: 3n }, shared: false, pageSizeLog2: 0 },
    ]);
    expect(module.tables[0].type).toEqual({
      addr: I64,
      limits: { min: 3n, max: undefined },
      shared: false,
      elem: FUNCREF,
    });
  });
});

describe('fields', () => {
  test('inline imports and exports are those of their own fields', () => {
    const short = parseModule(
      '(func $f (export "a") (export "b") (import "m" "n") (param i32)) (global (export "g") i32 (i32.const 1))',
    );
    const long = parseModule(
      '(import "m" "n" (func $f (param i32))) (export "a" (func $f)) (export "b" (func 0)) (export "g" (global 0)) (global i32 i32.const 1)',
    );
    expect(decodeModule(encodeModule(short))).toEqual(decodeModule(encodeModule(long)));
  });
  test('a table with its elements has their size and an active segment', () => {
    const module = parseModule(
      '(func $f) (table i64 funcref (elem $f 0)) (elem $e declare func $f) (func elem.drop $e)',
    );
    expect(module.tables[0].type.limits).toEqual({ min: 2n, max: 2n });
    const { mode, funcs, type } = module.elems[0];
    expect([mode.kind, mode.kind === 'active' && expr(mode.offset), [...(funcs ?? [])], type]).toEqual([
      'active',
      '42 00 0b',
      [0, 0],
      ref(HEAP.func, false),
    ]);
    expect(body(module, 1)).toBe('00 fc 0d 01 0b');
  });
  test('functions in a table of a typed reference are elements of its type, not of (ref func)', () => {
    const module = parseModule(
      '(type $t (func)) (func $f (type $t)) (func $g (type $t)) (table (ref null $t) (elem $g 0))',
    );
    const { type, funcs, exprs } = module.elems[0];
    expect([typeName(type), typeName(module.tables[0].type.elem)]).toEqual(['(ref null 0)', '(ref null 0)']);
    expect([funcs, exprs?.map(expr)]).toEqual([undefined, ['d2 01 0b', 'd2 00 0b']]);
  });
  test('elements as expressions', () => {
    const module = parseModule('(elem funcref (item ref.null func) (ref.func 0) (item (ref.func 1)))');
    expect(module.elems[0].exprs?.map(expr)).toEqual(['d0 70 0b', 'd2 00 0b', 'd2 01 0b']);
  });
  test('the data count is there when it is needed', () => {
    expect(parseModule('(memory 1) (data (i32.const 0) "a")').dataCount).toBeUndefined();
    expect(parseModule('(data "a")').dataCount).toBe(1);
    expect(parseModule('(func data.drop 0)').dataCount).toBe(0);
  });
  test('parsing what was assembled and decoded again gives the same module', () => {
    const text =
      '(module $m (memory (data "x")) (func $f (param $p i32) (block $b)) (table funcref (elem $f)) (start $f))';
    const once = encodeModule(parseModule(text));
    expect(encodeModule(decodeModule(once))).toEqual(once);
  });
});

// https://webassembly.github.io/spec/core/appendix/custom.html#name-annotations
describe('names by annotation', () => {
  const namesOf = (fields: string): ReturnType<typeof decodeNames> =>
    decodeNames(decodeModule(encodeModule(parseModule(`(module ${fields})`))));

  test('a parameter, local or field is named directly after its keyword, or after its identifier', () => {
    const { locals, fields } = namesOf(`(func (param (@name "p") i32) (param $i (@name "q") i32) (local (@name "") i64))
      (type (struct (field (@name "f") i32) (field $g (@name "f") i32)))`);
    expect([...(locals.get(0) ?? [])]).toEqual([
      [0, 'p'],
      [1, 'q'],
      [2, ''],
    ]);
    expect([...(fields.get(0) ?? [])]).toEqual([
      [0, 'f'],
      [1, 'f'],
    ]);
  });

  test('parameters of imports and types may have them, too', () => {
    expect(() =>
      parseModule('(type (func (param (@name "x") i32))) (import "m" "f" (func (param (@name "x") i32)))'),
    ).not.toThrow();
  });

  test('a name stands for one declaration', () => {
    expect(() => parseModule('(func (param (@name "p") i32 i64))')).toThrow('expected ")", found "i64"');
    expect(() => parseModule('(func (param i32 (@name "p") i64))')).toThrow('misplaced @name annotation');
  });
});

describe('annotations of the binary form', () => {
  test.each([
    ['(func (local i32) (@binary.locals "\\01\\01\\7e"))', 'other locals than those that are declared'],
    ['(func (local i32) (@binary.locals "\\01"))', 'other locals than those that are declared'],
    ['(func (@binary.locals "\\00") (@binary.locals "\\00"))', 'duplicate annotation'],
    ['(func (@binary.long 0) (@binary.long 1))', 'duplicate annotation'],
    ['(@binary.long 0) (func) (@binary.long 1)', 'duplicate annotation'],
    ['(@binary.empty-import "\\ff")', 'no entry of the import section without imports'],
    ['(@binary.empty-import "\\01m\\01a\\00\\00")', 'no entry of the import section without imports'],
    ['(@binary.empty-import "\\01m\\00\\7f\\00\\00")', 'no entry of the import section without imports'],
    ['(@binary.sections start)', 'malformed section kind: start'],
    ['(@binary.sections 1)', 'unexpected token 1'],
    ['(@binary.long -1)', 'unexpected token -1'],
    ['(@binary.names) (@binary.names)', 'there is one name section'],
    ['(func (@binary.sections code))', 'misplaced @binary.sections annotation'],
  ])('%s is refused', (text, message) => {
    expect(() => parseModule(text)).toThrow(message);
  });

  test('a number of a choice that does not fit changes bytes, but never what they mean', () => {
    const plain = parseModule('(type (func)) (table 1 funcref) (elem (i32.const 0) func)');
    const odd = parseModule('(@binary.long 0 1 2 3 4 5 99) (type (func)) (table 1 funcref) (elem (i32.const 0) func)');
    const { form: _, ...same } = decodeModule(encodeModule(odd));
    expect(encodeModule(same)).toEqual(encodeModule(plain));
  });

  test('two hundred thousand hints before one instruction are no argument list and no quadratic work', () => {
    const hints = Array.from({ length: 200_000 }, (_, i) => `(@metadata.code.h${i} "")`).join('');
    const { customs } = parseModule(`(func ${hints}(${hints.replace(/h/g, 'g')}nop))`, { names: false });
    expect(customs).toHaveLength(400_000);
    expect(() => parseModule(`(func ${hints}${hints}nop)`)).toThrow('duplicate annotation');
  });

  test('other annotations with such a name are left out', () => {
    expect(() => parseModule('(@binary.other anything) (func (@binary 1))')).not.toThrow();
  });
});

// https://github.com/WebAssembly/compact-import-section
describe('imports in a compact form', () => {
  const read = (text: string): unknown[] =>
    decodeModule(encodeModule(parseModule(text))).imports.map(({ module, name, desc }) => [module, name, desc]);
  const same = (compact: string, plain: string): void => {
    expect(read(compact)).toEqual(read(plain));
    expect(decodeModule(encodeModule(parseModule(compact))).importGroups).toBeDefined();
  };

  test('items have a type each and may have identifiers', () => {
    same(
      '(import "m" (item "a" (func $a (result i32))) (item "b" (global $b i32))) (func (call $a) (drop) (global.get $b) (drop))',
      '(import "m" "a" (func (result i32))) (import "m" "b" (global i32)) (func (call 0) (drop) (global.get 0) (drop))',
    );
  });
  test('items may share one type, each with an index of its own', () => {
    same(
      '(import "m" (item "a") (item "b") (item "c") (global i32)) (import "m" "d" (global $d i64)) (func (global.get $d) (drop))',
      '(import "m" "a" (global i32)) (import "m" "b" (global i32)) (import "m" "c" (global i32)) (import "m" "d" (global i64)) (func (global.get 3) (drop))',
    );
  });
  test('printing and reading them gives the same bytes', () => {
    const bytes = encodeModule(
      parseModule('(import "m" (item "a") (item "b") (func)) (import "n" (item "c" (memory 1)))'),
    );
    const text = printModule(decodeModule(bytes));
    expect(text).toContain('(item "c" (memory');
    expect(encodeModule(parseModule(text))).toEqual(bytes);
  });
  test('a shared type takes no identifier, the forms do not mix, and items are needed', () => {
    expect(refusal('(import "m" (item "a") (func $f))').message).toMatch(/^identifier not allowed: \$f/);
    expect(refusal('(import "m" (item "a") (item "b" (func)) (func))').message).toMatch(/^unexpected token/);
    expect(refusal('(import "m" (item "a" (func)) (item "b"))').message).toMatch(/^unexpected token/);
    expect(refusal('(import "m" (item "a"))').message).toMatch(/^unexpected token/);
    expect(refusal('(import "m" (func))').message).toMatch(/^unexpected token/);
    expect(refusal('(func) (import "m" (item "a" (func)))').message).toMatch(/^import after function/);
  });
});

describe('names', () => {
  const text = `(module $m (type $t (func (param $ignored i32))) (import "a" "b" (func $i)) (table $tab 0 funcref)
    (func $f (param $p i32) (local f32) (local $l i32) (block (block $inner)) (loop $again))
    (memory $mem 0) (global $g i32 (i32.const 0)) (elem $e func) (data $d "") (tag $tag)
    (type $s (struct (field $x i32))))`;
  test('identifiers make a name section', () => {
    const names = decodeNames(parseModule(text));
    expect(names.module).toBe('m');
    expect([...names.funcs]).toEqual([
      [0, 'i'],
      [1, 'f'],
    ]);
    expect([...(names.locals.get(1) ?? [])]).toEqual([
      [0, 'p'],
      [2, 'l'],
    ]);
    expect([...(names.labels.get(1) ?? [])]).toEqual([
      [1, 'inner'],
      [2, 'again'],
    ]);
    expect([names.types.get(0), names.tables.get(0), names.memories.get(0), names.globals.get(0)]).toEqual([
      't',
      'tab',
      'mem',
      'g',
    ]);
    expect([names.elems.get(0), names.datas.get(0), names.tags.get(0), names.fields.get(1)?.get(0)]).toEqual([
      'e',
      'd',
      'tag',
      'x',
    ]);
  });
  test('no names on request', () => {
    expect(parseModule(text, { names: false }).customs).toEqual([]);
  });
  test('a name annotation goes before the identifier', () => {
    const names = decodeNames(
      parseModule('(module $m (@name "M!") (func $f (@name "λ") (call $f) (block $b (@name "a b"))))'),
    );
    expect([names.module, names.funcs.get(0), names.labels.get(0)?.get(0)]).toEqual(['M!', 'λ', 'a b']);
  });
});

describe('custom annotations', () => {
  test('make sections at their places', () => {
    const module = parseModule('(@custom "a" (before first) "x" "y") (@custom "b" (after type)) (@custom "c") (func)');
    expect(module.customs.map(({ name, after, bytes }) => [name, after, bytes.length])).toEqual([
      ['a', 0, 2],
      ['b', 1, 0],
      ['c', 11, 0],
    ]);
  });
  test('branch hints count from the first byte of their function, and follow folded instructions', () => {
    const module = parseModule(
      `(func) (func (local i32) (@metadata.code.branch_hint "\\01") (if (i32.eqz (local.get 0)) (then))
         i32.const 0 (@metadata.code.branch_hint "\\00") br_if 0)`,
    );
    expect(module.customs.map(({ name, bytes }) => [name, hex(bytes)])).toEqual([
      ['metadata.code.branch_hint', '01 01 02 06 01 01 0b 01 00'],
    ]);
    const [start] = module.funcs.start.subarray(1);
    expect([module.funcs.bytes[start + 6], module.funcs.bytes[start + 11]]).toEqual([0x04, 0x0d]);
  });
});

describe('faults', () => {
  test('have line and column, and say what was expected', () => {
    const error = refusal('(module\n  (func\n    (param i32) foo))');
    expect([error.line, error.column]).toEqual([3, 17]);
    expect(error.message).toBe('unknown operator foo: no instruction or keyword has this name (line 3, column 17)');
    expect(refusal('(module (export "a" nop))').message).toBe(
      'unexpected token: expected "(func" or "(table" or "(memory" or "(global" or "(tag", found "nop" (line 1, column 21)',
    );
    expect(refusal('(module (func').message).toMatch(/^unexpected token: expected "\)", found the end of the text/);
  });
  test.each([
    ['(func (call $x))', 'unknown function: $x'],
    ['(func (local.get $x))', 'unknown local: $x'],
    ['(func (br $x))', 'unknown label: $x'],
    ['(func (global.get $x))', 'unknown global: $x'],
    ['(func (type $x))', 'unknown type: $x'],
    ['(type $s (struct)) (func (struct.get $s $x))', 'unknown field: $x'],
    ['(func (param $x i32) (local $x i32))', 'duplicate local: $x'],
    ['(func $x) (func $x)', 'duplicate function: $x'],
    ['(func) (import "a" "b" (func))', 'import after function'],
    ['(func) (memory (import "a" "b") 1)', 'import after function'],
    ['(func block $a end $b)', 'mismatching label: expected $a, found $b'],
    ['(func i32.load align=3)', 'alignment must be a power of two: 3'],
    ['(func i32.const 0x1_0000_0000)', 'constant out of range: 0x1_0000_0000'],
    ['(func f32.const 1e40)', 'constant out of range: 1e40'],
    ['(type $t (func)) (func (type $t) (param i32))', 'inline function type: the type is [] -> [], the inline'],
    ['(func) (start 0) (start 0)', 'multiple start sections'],
    ['(func i32.add (i32.const 1) local.get)', 'unexpected token: expected a local index, found ")"'],
    ['(func (i32.add i32.const 1))', 'unexpected token: expected "(" or ")", found "i32.const"'],
    ['(func end)', 'unexpected token'],
    ['(func else)', 'unexpected token'],
    ['(func if else else end)', 'unexpected token'],
    ['(func (if (then) (then)))', 'unexpected token'],
    ['(module) (module)', 'unexpected token: expected the end of the text, found "("'],
    ['(foo)', 'unknown operator foo'],
  ])('%s: %s', (text, phrase) => {
    expect(refusal(text).message.startsWith(phrase)).toBe(true);
  });
});
