// What a trace shows of each kind of instruction, and what of it can be chosen.
import { describe, expect, test } from 'vitest';
import { encodeModule } from '../encoder/encode.ts';
import { Interrupted } from '../errors.ts';
import { type Imports, type Instance, compile, instantiate } from '../index.ts';
import { parseModule } from '../text/parser.ts';
import { Tracer, type TracerOptions } from './index.ts';

interface Traced {
  readonly instance: Instance;
  readonly lines: string[];
  readonly tracer: Tracer;
}

function traced(text: string, imports: Imports = {}, options: Partial<TracerOptions> = {}): Traced {
  const lines: string[] = [];
  const tracer = new Tracer({ write: (line) => lines.push(line), ...options });
  const module = compile(encodeModule(parseModule(text)));
  return { instance: instantiate(module, imports, { monitor: tracer }), lines, tracer };
}

/** Lines without step numbers and header, columns joined by single spaces. */
function tidy(lines: readonly string[]): string[] {
  return lines.slice(1).map((line) => line.replace(/^#\d+ +/, '').replace(/ {2,}/g, ' | '));
}

/** The lines of a call of `run` whose instruction fits. */
function linesOf(text: string, pattern: RegExp, imports: Imports = {}): string[] {
  const { instance, lines, tracer } = traced(text, imports);
  try {
    instance.call('run');
  } catch (error) {
    tracer.finish(error);
  }
  tracer.finish();
  return tidy(lines).filter((line) => pattern.test(line));
}

describe('operands and results', () => {
  test.each([
    ['(drop (i32.add (i32.const 2) (i32.const -3)))', 'i32.add', 'i32.add | 2 + -3 -> -1'],
    ['(drop (i64.lt_u (i64.const -1) (i64.const 1)))', 'i64.lt_u', 'i64.lt_u | -1 < 1 -> 0'],
    ['(drop (f32.const 0.1))', 'f32.const', 'f32.const 0.1 | -> 0.1'],
    ['(drop (f64.neg (f64.const nan:0x123)))', 'f64.neg', 'f64.neg | nan:0x123 -> -nan:0x123'],
    ['(drop (f32.const -nan:0x1))', 'f32.const', 'f32.const -nan:0x1 | -> -nan:0x1'],
    ['(drop (f64.div (f64.const 1) (f64.const -0)))', 'f64.div', 'f64.div | 1 / -0 -> -inf'],
    ['(drop (ref.null func))', 'ref.null', 'ref.null func | -> null'],
    ['(drop (ref.func $run))', 'ref.func', 'ref.func $run | -> func $run'],
    ['(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))', 'select', 'select | 1, 2, 0 -> 2'],
    ['(drop (i64.extend_i32_s (i32.const -1)))', 'extend', 'i64.extend_i32_s | -1 -> -1'],
  ])('%s', (body, pattern, expected) => {
    const found = linesOf(
      `(module (func $run (export "run") ${body}))`,
      new RegExp(` ${pattern}|\\.${pattern}|${pattern}`),
    );
    expect(found[0].replace(/^\$run\+0x\w+ \| /, '')).toBe(expected);
  });
});

describe('changes', () => {
  const run = (fields: string, body: string): string => `(module ${fields} (func $run (export "run") ${body}))`;
  test.each([
    [
      'a store',
      '(memory 1)',
      '(i64.store offset=8 (i32.const 4) (i64.const -2))',
      'store',
      'mem[12..20] 0000000000000000 -> feffffffffffffff',
    ],
    ['a narrow store', '(memory 1)', '(i32.store8 (i32.const 4) (i32.const 0x1ff))', 'store', 'mem[4..5] 00 -> ff'],
    [
      'a load',
      '(memory 1) (data (i32.const 0) "abcd")',
      '(drop (i32.load16_u (i32.const 1)))',
      'load',
      'mem[1..3] 6263',
    ],
    [
      'memory.fill',
      '(memory 1)',
      '(memory.fill (i32.const 2) (i32.const 7) (i32.const 3))',
      'fill',
      'mem[2..5] 000000 -> 070707',
    ],
    [
      'a long copy',
      '(memory 1)',
      '(memory.copy (i32.const 0) (i32.const 64) (i32.const 20))',
      'copy',
      `mem[0..20] ${'0'.repeat(32)}… -> ${'0'.repeat(32)}…`,
    ],
    ['a copy of nothing', '(memory 1)', '(memory.copy (i32.const 0) (i32.const 64) (i32.const 0))', 'copy', '0, 64, 0'],
    [
      'memory.init',
      '(memory 1) (data $d "xyz")',
      '(memory.init $d (i32.const 0) (i32.const 1) (i32.const 2))',
      'init',
      'mem[0..2] 0000 -> 797a',
    ],
    [
      'a second memory',
      '(memory 1) (memory $b 1)',
      '(i32.store $b (i32.const 0) (i32.const 1))',
      'store',
      'mem1[0..4] 00000000 -> 01000000',
    ],
    ['memory.grow', '(memory 1 2)', '(drop (memory.grow (i32.const 1)))', 'grow', 'mem 1 -> 2 pages'],
    ['a growth that fails', '(memory 1 1)', '(drop (memory.grow (i32.const 1)))', 'grow', '1 -> -1'],
    ['a local', '', '(local $x f32) (local.set $x (f32.const 1.5))', 'set', '$x: 0 -> 1.5'],
    ['a local without a name', '', '(local i32 i64) (drop (local.tee 1 (i64.const 7)))', 'tee', 'local 1: 0 -> 7'],
    ['a global', '(global $g (mut i32) (i32.const 5))', '(global.set $g (i32.const 6))', 'global.set', '$g: 5 -> 6'],
    [
      'a table element',
      '(table $t 4 funcref)',
      '(table.set $t (i32.const 3) (ref.func $run))',
      'table.set',
      '$t[3]: null -> func $run',
    ],
    [
      'an element of a large table',
      '(table $t 1100000 funcref)',
      '(table.set $t (i32.const 1099999) (ref.func $run))',
      'table.set',
      '$t[1099999]: null -> func $run',
    ],
  ])('%s', (_what, fields, body, pattern, expected) => {
    const found = linesOf(run(fields, body), new RegExp(pattern));
    expect(found[0].split(' | ').pop()).toBe(expected);
  });
});

describe('control', () => {
  test('br_table shows which label is taken, a loop that it starts again', () => {
    const text = `(module (func (export "run") (local $i i32)
      (loop $again
        (block $out (block $one (block $two
          (br_table $two $one $out (local.get $i)))
          (local.set $i (i32.const 1)) (br $again))
          (local.set $i (i32.const 7)) (br $again)))))`;
    expect(linesOf(text, / br/)).toEqual([
      '"run"+0x0d | br_table 0 1 2 | 0 | taken to +0x13',
      '"run"+0x17 | br 2 | loop to +0x05',
      '"run"+0x0d | br_table 0 1 2 | 1 | taken to +0x1a',
      '"run"+0x1e | br 1 | loop to +0x05',
      '"run"+0x0d | br_table 0 1 2 | 7 | taken to +0x21',
    ]);
  });

  test('a branch to the label of the function returns, with the values that it takes along', () => {
    const text = `(module (func $run (export "run") (result i32 i64)
      (i32.const 1) (i64.const 2) (br_if 0 (i32.const 1))))`;
    expect(linesOf(text, /br_if/)).toEqual(['$run+0x07 | br_if 0 | 1 (true) | taken | < return']);
    expect(linesOf(text.replace('br_if 0 (i32.const 1)', 'br 0'), /br/)).toEqual([
      '$run+0x05 | br 0 | (1, 2) | taken | < return',
    ]);
  });

  test('blocks of several values have a line at their start and their end', () => {
    const text = `(module (func $run (export "run") (result i32)
      (i32.const 1) (i64.const 2)
      (block (param i32 i64) (result i64 i32) (drop) (drop) (i64.const 3) (i32.const 4))
      (drop) (drop) (i32.const 9)))`;
    expect(linesOf(text, / (block|end|drop)/)).toEqual([
      expect.stringMatching(/^\$run\+0x05 \| block \(type \d\)$/),
      '$run+0x07 | drop | 2',
      '$run+0x08 | drop | 1',
      '$run+0x0d | end',
      '$run+0x0e | drop | 4',
      '$run+0x0f | drop | 3',
      '$run+0x12 | end | (9) | < return',
    ]);
  });

  test('an if without else goes behind its end', () => {
    const text = '(module (func $run (export "run") (if (i32.const 0) (then nop)) (if (i32.const 3) (then nop))))';
    expect(linesOf(text, / if/)).toEqual([
      '$run+0x03 | if | 0 (false) | else to +0x07',
      '$run+0x09 | if | 3 (true) | then',
    ]);
  });
});

describe('calls', () => {
  test('of the host show what they are imported as, and their results', () => {
    const text = `(module (import "env" "pair" (func $pair (param i32) (result i32 i64)))
      (func $run (export "run") (call $pair (i32.const 1)) drop drop))`;
    expect(linesOf(text, /call/, { env: { pair: () => [5, 6n] } })).toEqual([
      '$run+0x03 | call $pair | (1) -> 5, 6 | > host "env" "pair"',
    ]);
  });

  test('of the host that call back have their results in a second line', () => {
    const text = `(module (import "env" "back" (func $back (result i32)))
      (func $seven (export "seven") (result i32) (i32.const 7))
      (func $run (export "run") (drop (call $back))))`;
    const imports = { env: { back: (): number => instance.call('seven') as number } };
    const { instance, lines } = traced(text, imports);
    instance.call('run');
    expect(lines.slice(1).map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      '#0 | $run+0x01 | call $back | () | > host "env" "back"',
      '#1 | |$seven+0x01 | i32.const 7 | -> 7',
      '#2 | |$seven+0x03 | end | (7) | < return',
      '#0 | $run+0x01 | call $back | -> 7 | < host',
      '#3 | $run+0x03 | drop | 7',
      '#4 | $run+0x04 | end | < return',
    ]);
  });

  test('by way of a table show the index, and who is called', () => {
    const text = `(module (type $t (func (param i32) (result i32))) (table 4 funcref) (elem (i32.const 1) $inc)
      (func $inc (type $t) (i32.add (local.get 0) (i32.const 1)))
      (func $run (export "run") (drop (call_indirect (type $t) (i32.const 5) (i32.const 1)))
        (drop (call_indirect (type $t) (i32.const 5) (i32.const 2)))))`;
    expect(linesOf(text, /call_indirect/)).toEqual([
      '$run+0x05 | call_indirect (type $t) | (5) [1] | > enter $inc depth=1',
      '$run+0x0d | call_indirect (type $t) | (5) [2] | ! trap: uninitialized element: 2',
    ]);
    const large = text.replace('table 4', 'table 1100000').split('(i32.const 1)').join('(i32.const 1099998)');
    expect(linesOf(large, /call_indirect/)[0]).toMatch(/\(5\) \[1099998\] \| > enter \$inc depth=1$/);
  });

  test('that are tail calls stay at their depth', () => {
    const text = `(module (func $down (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 9))))
        (return_call $down (i32.sub (local.get 0) (i32.const 1))))
      (func $run (export "run") (drop (call $down (i32.const 2)))))`;
    expect(linesOf(text, /call|return/)).toEqual([
      '$run+0x03 | call $down | (2) | > enter $down depth=1',
      '|$down+0x0f | return_call $down | (1) | > enter $down depth=1',
      '|$down+0x0f | return_call $down | (0) | > enter $down depth=1',
      '|$down+0x08 | return | (9) | < return',
      '$run+0x06 | end | < return',
    ]);
  });

  test('into other modules have the name of the module before the function', () => {
    const lines: string[] = [];
    const monitor = new Tracer({ write: (line) => lines.push(line) });
    const load = (text: string, imports: Imports = {}): Instance =>
      instantiate(compile(encodeModule(parseModule(text))), imports, { monitor });
    const other = load('(module $other (func $one (export "one") (result i32) (i32.const 1)))');
    const text = '(module (import "m" "one" (func $o (result i32))) (func $run (export "run") (drop (call $o))))';
    load(text, { m: { one: other.exports['one'] } }).call('run');
    expect(tidy(lines)).toEqual([
      '$run+0x01 | call $o | () | > enter other!$one depth=1',
      '|other!$one+0x01 | i32.const 1 | -> 1',
      '|other!$one+0x03 | end | (1) | < return',
      '$run+0x03 | drop | 1',
      '$run+0x04 | end | < return',
    ]);
  });

  test('deeper than twelve show their depth as a number', () => {
    const text = `(module (func $down (param i32)
      (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "run") (call $down (i32.const 20))))`;
    const [deepest] = linesOf(text, /if/).slice(-1);
    expect(deepest).toMatch(/^\|{12}…21 \$down\+0x03 /);
  });

  test('of the start function are seen too', () => {
    const { lines } = traced('(module (func $main nop) (start $main))');
    expect(tidy(lines)).toEqual(['$main+0x01 | nop', '$main+0x02 | end | < return']);
  });
});

describe('stops', () => {
  const NESTED = `(module (import "env" "back" (func $back)) (memory 1)
    (func $boom (export "boom") (drop (i32.load (i32.const 65536))))
    (func $run (export "run") (call $back)))`;

  test('a trap inside nested calls is shown at its instruction, and at the host call that it passes', () => {
    const imports = { env: { back: (): unknown => instance.call('boom') } };
    const { instance, lines, tracer } = traced(NESTED, imports);
    expect(() => instance.call('run')).toThrow('out of bounds memory access');
    tracer.finish();
    expect(tidy(lines).filter((line) => line.includes('!'))).toEqual([
      '|$boom+0x05 | i32.load | [65536] | ! trap: out of bounds memory access: bytes 65536 to 65540 of 65536',
      '$run+0x01 | call $back | < host | ! trap: out of bounds memory access: bytes 65536 to 65540 of 65536',
    ]);
  });

  test('what a host function throws is shown escaped, on one line', () => {
    const imports: Imports = {
      env: {
        back: () => {
          throw new TypeError('no\u001b[31m way\nat all');
        },
      },
    };
    expect(linesOf(NESTED, /call/, imports)).toEqual([
      '$run+0x01 | call $back | () | > host "env" "back" | ! TypeError: no\\u{1b}[31m way',
    ]);
  });

  test('too deep a recursion is shown at the last call', () => {
    const { instance, lines } = traced('(module (func $f (export "run") (call $f)))', {}, { limit: 3 });
    expect(() => instance.call('run')).toThrow('call stack exhausted');
    expect(lines.length).toBe(6);
    expect(lines[4]).toMatch(/^… \d+ more instructions \(--trace-limit\)$/);
    expect(lines[5]).toMatch(/call \$f +\(\) +.*! trap: call stack exhausted/);
  });

  test('an execution that runs out of fuel goes on where it was', () => {
    const { instance, lines } = traced(
      '(module (func (export "run") (local i32) (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50))))))',
    );
    const execution = instance.begin('run');
    execution.fuel = 10;
    expect(() => execution.run()).toThrow(Interrupted);
    execution.fuel = 1000;
    execution.run();
    expect(lines.filter((line) => line.includes('br_if')).length).toBe(50);
  });

  test('a trap is told to a monitor of any kind, with the thread', () => {
    const seen: unknown[] = [];
    const module = compile(encodeModule(parseModule('(module (func (export "run") unreachable))')));
    const monitor = {
      instruction: (event: { thread: object }): unknown => seen.push(event.thread),
      stopped: (thread: object, error: unknown): unknown => seen.push(thread, String(error)),
    };
    expect(() => instantiate(module, {}, { monitor: monitor as never }).call('run')).toThrow('unreachable');
    expect(seen).toEqual([seen[0], seen[0], 'Trap: unreachable']);
  });
});

describe('choices', () => {
  const TEXT = `(module (memory 1)
    (func $a1 (export "first") (i32.store (i32.const 0) (i32.const 1)) (call $b))
    (func $b (if (i32.const 1) (then (call $a2))))
    (func $a2 (drop (i32.const 2)))
    (func $run (export "run") (call $a1)))`;
  const places = (options: Partial<TracerOptions>): string[] => {
    const { instance, lines, tracer } = traced(TEXT, {}, options);
    instance.call('run');
    tracer.finish();
    return tidy(lines).map((line) => line.replace(/\+0x\w+ \|/, '').split(' | ')[0]);
  };

  test('a filter keeps functions by name, by export name, by index', () => {
    expect(new Set(places({ filter: 'a*' }).map((line) => line.split(' ')[0]))).toEqual(new Set(['|$a1', '|||$a2']));
    expect(new Set(places({ filter: 'fi*st' }).map((line) => line.split(' ')[0]))).toEqual(new Set(['|$a1']));
    expect(new Set(places({ filter: '1' }).map((line) => line.split(' ')[0]))).toEqual(new Set(['||$b']));
    expect(places({ filter: 'x' })).toEqual([]);
  });

  test('kinds of lines can be chosen', () => {
    expect(places({ only: ['mem'] })).toEqual(['|$a1 i32.store']);
    expect(places({ only: ['branch'] })).toEqual(['||$b if']);
    expect(places({ only: ['calls'] }).map((line) => line.replace(/^\|*/, ''))).toEqual([
      '$run call $a1',
      '$a1 call $b',
      '$b call $a2',
      '$a2 end',
      '$b end',
      '$a1 end',
      '$run end',
    ]);
    expect(places({ only: ['mem', 'ops'] })).toEqual(places({}));
  });

  test('a limit ends the lines, not the program, and the rest is counted', () => {
    const { instance, lines, tracer } = traced(TEXT, {}, { limit: 2 });
    instance.call('run');
    tracer.finish();
    expect(lines.length).toBe(4);
    expect(lines[3]).toBe(`… ${tracer.count - 2} more instructions (--trace-limit)`);
  });

  test('JSON has a line for the version, and the same ten keys in each other line', () => {
    const { instance, lines, tracer } = traced(TEXT, {}, { format: 'json', limit: 4 });
    instance.call('run');
    tracer.finish();
    const [version, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const more = rest.pop();
    expect(version).toEqual({ trace: 'wasmi-ts', version: 1 });
    expect(more).toEqual({ more: tracer.count - 4 });
    for (const line of rest) {
      expect(Object.keys(line).slice(0, 10)).toEqual(['s', 'f', 'pc', 'op', 'imm', 'in', 'out', 'mem', 'br', 'depth']);
    }
    expect(rest[3]).toMatchObject({
      op: 'i32.store',
      in: [{ i32: 0 }, { i32: 1 }],
      out: [],
      mem: [{ kind: 'write', memory: 0, at: 0, size: 4, before: '00000000', after: '01000000' }],
    });
  });
});

test('names are escaped wherever they come from', () => {
  const hostile = 'a\u001b[2J\u202e\u0085\nb';
  const quoted = '"a\\1b[2J\\u{202e}\\u{0085}\\0ab"';
  const text = `(module $"${'m\\1b'}" (import ${quoted} ${quoted} (func $${quoted}))
    (table $${quoted} 1 funcref) (global $${quoted} (mut i32) (i32.const 0))
    (func (export ${quoted}) (param $${quoted} i32)
      (local.set $${quoted} (i32.const 1)) (global.set $${quoted} (i32.const 1)) (call $${quoted})
      (table.set $${quoted} (i32.const 0) (ref.null func))))`;
  for (const format of ['text', 'json'] as const) {
    const { instance, lines } = traced(text, { [hostile]: { [hostile]: () => undefined } }, { format });
    instance.call(hostile, 1);
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => /[\x00-\x1f\x7f-\x9f\u202e]/.test(line))).toEqual([]);
  }
});

test('of more than 64 arguments the last 64 are shown', () => {
  const params = Array.from({ length: 70 }, () => 'i32').join(' ');
  const values = Array.from({ length: 70 }, (_, i) => `(i32.const ${i})`).join(' ');
  const text = `(module (func $many (param ${params})) (func $run (export "run") (call $many ${values})))`;
  const [line] = linesOf(text, /call/);
  expect(line.split(' | ')[2]).toBe(`(${Array.from({ length: 64 }, (_, i) => i + 6).join(', ')})`);
});

describe('proposals', () => {
  test('an exception that is caught in its function shows where', () => {
    const text = `(module (tag $e (param i32)) (func $run (export "run")
      (drop (block $h (result i32) (try_table (catch $e $h) (throw $e (i32.const 8))) (i32.const 0)))))`;
    expect(linesOf(text, / (throw|drop)/)).toEqual([
      '$run+0x0b | throw $e | 8 | caught to +0x11',
      '$run+0x11 | drop | 8',
    ]);
  });

  test('objects are shown by their kind, branches on null when they have gone somewhere', () => {
    const text = `(module (type $s (struct (field i32))) (func $run (export "run") (local $r (ref null $s))
      (block $n (drop (br_on_null $n (local.get $r))))
      (local.set $r (struct.new $s (i32.const 1)))
      (block $n (drop (br_on_null $n (local.get $r))))
      (drop (ref.i31 (i32.const 5)))))`;
    expect(linesOf(text, / (br_on_null|struct.new|ref.i31)/)).toEqual([
      '$run+0x08 | br_on_null 0 | null | taken to +0x0c',
      '$run+0x0e | struct.new $s | 1 -> struct',
      '$run+0x17 | br_on_null 0 | struct -> struct | not taken',
      '$run+0x1d | ref.i31 | 5 -> i31 5',
    ]);
  });

  test('vectors are shown as i32x4, atomic changes with the bytes before and after', () => {
    const text = `(module (memory 1 1 shared) (func $run (export "run")
      (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 3)))
      (drop (i32x4.splat (i32.const 255)))))`;
    expect(linesOf(text, /(rmw|splat)/)).toEqual([
      '$run+0x05 | i32.atomic.rmw.add | 4, 3 -> 0 | mem[4..8] 00000000 -> 03000000',
      '$run+0x0d | i32x4.splat | 255 -> i32x4 0x000000ff 0x000000ff 0x000000ff 0x000000ff',
    ]);
  });
});
