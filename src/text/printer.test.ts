import { describe, expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { encodeModule } from '../encoder/encode.ts';
import { Writer } from '../encoder/writer.ts';
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import type { Module } from '../syntax/module.ts';
import { parseModule } from './parser.ts';
import { printInstruction, printModule } from './printer.ts';

const assembled = (text: string): Module => decodeModule(encodeModule(parseModule(text)));
const printed = (text: string, options = {}): string => printModule(assembled(text), options);

/** A module with every kind of definition, with a name for most. */
const ALL = `(module $all
  (rec (type $list (sub (struct (field $head i32) (field $tail (mut (ref null $list))))))
       (type $longer (sub final $list (struct (field i32) (field (mut (ref null $list))) (field (mut i8))))))
  (type $bytes (array (mut i8)))
  (type $f (func (param i32 i64) (result f32 f64)))
  (rec)
  (import "env" "call \\"x\\"" (func $imported (type $f)))
  (import "env" "table" (table i64 1 2 funcref))
  (import "env" "memory" (memory $m 1 2 shared))
  (import "env" "global" (global $g (mut i32)))
  (import "env" "tag" (tag $t (param i32)))
  (func $main (param $a i32) (param i32) (result i32) (local $x i64) (local f32 f32)
    block $out (result i32)
      local.get $a
      (if (then br $out (i32.const 1)) (else nop))
      try_table (catch $t $out) (catch_all 0)
        i32.const 1
        call_indirect 0 (param i32)
      end
      loop
        i32.const -5
        i32.load offset=4 align=2
        br_table 0 1 $out
      end
      unreachable
    end)
  (func $"two words" f32.const nan:0x200001 drop v128.const i64x2 1 -1 drop)
  (func $main#2 (@name "main"))
  (table $funcs 3 (ref null func) (ref.null func))
  (memory i64 0 5)
  (tag)
  (global i32 (i32.const 7))
  (global (ref null $list) i32.const 1 ref.null $list struct.new $list)
  (export "main" (func $main)) (export "m" (memory 0))
  (start 2)
  (elem $e (i32.const 0) func $main $main)
  (elem (table 1) (offset i32.const 1 i32.const 1 i32.add) (ref func) (ref.func 0) (item ref.func 1))
  (elem declare func $main)
  (elem funcref (ref.null func))
  (data $d (i32.const 8) "a\\00\\ff\\"")
  (data (memory 1) (i64.const 0))
  (data "passive")
  (@custom "c1" (before first) "x") (@custom "c2" (after func) "\\80") (@custom "c3" "y"))`;

describe('printing a module', () => {
  test('indices are numbers without names, and parsing gives all bytes again, the name section too', () => {
    const module = assembled(ALL);
    const text = printModule(module, { names: false });
    expect(text).not.toContain('$');
    expect(encodeModule(parseModule(text))).toEqual(encodeModule(module));
  });

  test('names become identifiers that parse to the same names', () => {
    const module = assembled(ALL);
    const text = printModule(module);
    expect(text).toContain('(module $all');
    expect(text).toContain('(func $main (;1;) (type');
    expect(text).toContain('(func $"two words" (;2;)');
    expect(text).toContain('(func $main#2 (;3;) (@name "main") (type');
    expect(text).toContain('br $out');
    expect(encodeModule(parseModule(text))).toEqual(encodeModule(module));
  });

  test('a module without anything is one pair of parentheses', () => {
    expect(printed('(module)')).toBe('(module\n)\n');
  });

  test('blocks indent what is in them, and branches say which block they leave', () => {
    const body = printed('(module (func (block (loop (br 1)) (br 0))))').split('\n').slice(3, -3);
    expect(body).toEqual([
      '    block (;@1;)',
      '      loop (;@2;)',
      '        br 1 (;@1;)',
      '      end',
      '      br 0 (;@1;)',
      '    end',
    ]);
  });

  test('offsets stand before instructions as comments and do not change what the text means', () => {
    const module = assembled('(module (func i32.const 1 drop))');
    const text = printModule(module, { offsets: true });
    expect(text).toContain('(;0x000017;) i32.const 1');
    expect(encodeModule(parseModule(text))).toEqual(encodeModule(module));
  });

  test('blocks nested a hundred thousand deep neither overflow the stack nor indent without end', () => {
    const depth = 100_000;
    const body = new Uint8Array(2 * depth + 2 + depth).fill(0x0b);
    body[0] = 0;
    for (let i = 0; i < depth; i++) body.set([0x02, 0x40], 1 + 2 * i);
    const base = assembled('(module (func))');
    const funcs = { ...base.funcs, bytes: body, start: Uint32Array.of(0), end: Uint32Array.of(body.length) };
    const text = printModule({ ...base, funcs });
    expect(text.length).toBeLessThan(depth * 400);
  });

  test('an active segment of a named table and a passive one keep their forms', () => {
    const text = printed(
      '(module (table $a 1 funcref) (table $b 1 funcref) (elem (table $b) (i32.const 0) func) (elem func))',
    );
    expect(text).toContain('(elem (;0;) (table $b) (i32.const 0) func)');
    expect(text).toContain('(elem (;1;) func)');
  });
});

/** Writes plausible immediates for a row: small indices that differ from each other. */
function writeImmediates(out: Writer, row: Row): void {
  switch (row.imm) {
    case 'none':
      return;
    case 'block':
      out.byte(0x40);
      return;
    case 'try_table':
      out.byte(0x7f);
      out.bytes(Uint8Array.of(4, 0, 0, 0, 1, 0, 0, 2, 0, 3, 0));
      return;
    case 'labels':
      out.bytes(Uint8Array.of(2, 0, 0, 0));
      return;
    case 'label':
    case 'func':
    case 'tag':
      out.byte(0);
      return;
    case 'local':
    case 'global':
    case 'data':
    case 'elem':
    case 'table':
    case 'memory':
    case 'lane':
      out.byte(1);
      return;
    case 'type':
      out.byte(row.name.startsWith('array') ? 2 : row.name.includes('call') ? 0 : 1);
      return;
    case 'call_indirect':
      out.bytes(Uint8Array.of(0, 1));
      return;
    case 'type_field':
      out.bytes(Uint8Array.of(1, 0));
      return;
    case 'type_type':
      out.bytes(Uint8Array.of(2, 2));
      return;
    case 'type_count':
    case 'type_data':
    case 'type_elem':
      out.bytes(Uint8Array.of(2, 1));
      return;
    case 'table_table':
    case 'memory_memory':
      out.bytes(Uint8Array.of(0, 1));
      return;
    case 'table_init':
    case 'memory_init':
      out.bytes(Uint8Array.of(1, 1));
      return;
    case 'select':
      out.bytes(Uint8Array.of(1, 0x7e));
      return;
    case 'memarg':
    case 'memarg_lane':
      out.byte(0x40 | (row.align as number));
      out.u32(1);
      out.u64(0xffff_ffffn);
      if (row.imm === 'memarg_lane') out.byte(1);
      return;
    case 'lanes':
    case 'v128':
      out.bytes(Uint8Array.from({ length: 16 }, (_, i) => i));
      return;
    case 'i32':
    case 'i64':
      out.s33(-1234567);
      return;
    case 'f32':
      out.bits32(0x3dcccccd);
      return;
    case 'f64':
      out.bits64(0x3fb999999999999an);
      return;
    case 'heap':
    case 'ref_type':
      out.byte(0x6b);
      return;
    case 'cast_branch':
      out.bytes(Uint8Array.of(1, 0, 0x6e, 0x6b));
      return;
    case 'fence':
      out.byte(0);
      return;
  }
}

/** The instruction with what it cannot stand without: `end` after a block, `if` before `else`. */
function bodyWith(row: Row): Uint8Array {
  const out = new Writer();
  out.bytes(Uint8Array.of(1, 2, 0x7f));
  const openers: Readonly<Record<string, number>> = { else: 0x04, catch: 0x06, catch_all: 0x06, delegate: 0x06 };
  const opener = openers[row.name];
  if (opener !== undefined) out.bytes(Uint8Array.of(opener, 0x40));
  if (row.name === 'rethrow') out.bytes(Uint8Array.of(0x06, 0x40, 0x19));
  if (row.name !== 'end') {
    out.opcode(row.code);
    writeImmediates(out, row);
  }
  const closes = row.imm === 'block' || row.imm === 'try_table' || row.name === 'rethrow';
  if (closes || (opener !== undefined && row.name !== 'delegate')) out.byte(0x0b);
  out.byte(0x0b);
  return out.take();
}

describe('printing an instruction', () => {
  const base = assembled(`(module (type (func)) (type (struct (field i32))) (type (array i32))
    (func) (table 1 funcref) (table 1 funcref) (memory 1) (memory 1) (global i32 i32.const 0) (global i32 i32.const 0)
    (tag) (elem func) (elem func) (data) (data))`);

  test.each(INSTRUCTIONS.map((row) => [row.name, row] as const))('%s parses to the same bytes', (_, row) => {
    const bytes = bodyWith(row);
    const module = {
      ...base,
      funcs: { ...base.funcs, bytes, start: Uint32Array.of(0), end: Uint32Array.of(bytes.length) },
    };
    const back = parseModule(printModule(module, { names: false }));
    expect(back.funcs.bytes.slice(back.funcs.start[0], back.funcs.end[0])).toEqual(bytes);
  });

  test('without names its indices are numbers', () => {
    const cursor = new InstructionCursor(Uint8Array.of(0x10, 3, 0x28, 0x02, 8), 0, 5);
    cursor.next();
    expect(printInstruction(cursor)).toBe('call 3');
    cursor.next();
    expect(printInstruction(cursor)).toBe('i32.load offset=8');
  });
});
