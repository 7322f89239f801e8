import { describe, expect, test } from 'vitest';
import { MalformedError } from '../errors.ts';
import { parseScript } from './parse.ts';
import { parseSource } from './script.ts';

const one = (text: string): unknown => parseScript(text).commands[0];

describe('commands', () => {
  test('modules in all forms, with their lines', () => {
    const { commands } = parseScript(`(module $a (func))
      (module definition $b)
      (module instance $c $b)
      (module binary "\\00asm" "\\01\\00\\00\\00")
      (module $d quote "(func" ")")
      (module definition binary "")`);
    expect(
      commands.map((command) => [command.line, command.kind, 'name' in command ? command.name : undefined]),
    ).toEqual([
      [1, 'module', 'a'],
      [2, 'definition', 'b'],
      [3, 'instance', 'c'],
      [4, 'module', undefined],
      [5, 'module', 'd'],
      [6, 'definition', undefined],
    ]);
    expect(commands[2]).toEqual({ line: 3, kind: 'instance', name: 'c', definition: 'b' });
    expect(commands[3]).toMatchObject({
      source: { form: 'binary', bytes: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) },
    });
  });
  test('a fault in one module does not stop the rest', () => {
    const { commands } = parseScript('(module (func (local.get $x))) (module (func))');
    const [first, second] = commands.map((command) => ('source' in command ? command.source : undefined));
    if (first?.form !== 'text' || second?.form !== 'text') throw new Error('both are text');
    expect(() => parseSource(first)).toThrow(MalformedError);
    expect(parseSource(second).funcs.types.length).toBe(1);
  });
  test('fields alone are a script of one module', () => {
    const { commands } = parseScript('(func) (memory 0)');
    expect(commands.map(({ kind }) => kind)).toEqual(['module']);
  });
  test('actions, and values as bits', () => {
    expect(
      one('(invoke $m "f" (i32.const -1) (f32.const -0) (v128.const i32x4 1 2 3 4) (ref.null) (ref.extern 7))'),
    ).toEqual({
      line: 1,
      kind: 'action',
      action: {
        kind: 'invoke',
        module: 'm',
        name: 'f',
        args: [
          { type: 'i32', bits: 0xffffffffn },
          { type: 'f32', bits: 0x80000000n },
          { type: 'v128', bits: 0x00000004_00000003_00000002_00000001n },
          { type: 'ref.null', heap: undefined },
          { type: 'ref.extern', value: 7 },
        ],
      },
    });
  });
  test('result patterns', () => {
    expect(
      one(`(assert_return (get "g") (f32.const nan:canonical) (v128.const f64x2 nan:arithmetic 1) (ref.func)
        (ref.null func) (either (i32.const 1) (i32.const 2)))`),
    ).toMatchObject({
      kind: 'assert_return',
      action: { kind: 'get', module: undefined, name: 'g' },
      results: [
        { type: 'f32', bits: 'nan:canonical' },
        { type: 'v128', width: 64, float: true, lanes: ['nan:arithmetic', 0x3ff0000000000000n] },
        { type: 'ref', kind: 'func' },
        { type: 'ref.null', heap: -16 },
        { type: 'either', options: [{ bits: 1n }, { bits: 2n }] },
      ],
    });
  });
  test('a trap of a module is an assertion of its own', () => {
    expect(one('(assert_trap (module (func unreachable) (start 0)) "unreachable")')).toMatchObject({
      kind: 'assert_uninstantiable',
      message: 'unreachable',
    });
  });
  test('threads hold commands', () => {
    expect(one('(thread $t (shared (module $m)) (register "m" $m) (invoke "f"))')).toMatchObject({
      kind: 'thread',
      name: 't',
      shared: 'm',
      commands: [{ kind: 'register', as: 'm', module: 'm' }, { kind: 'action' }],
    });
    expect(one('(wait $t)')).toEqual({ line: 1, kind: 'wait', thread: 't' });
  });
  test('threads hold threads, however deep', () => {
    const { commands } = parseScript('(thread $a (thread $b (module)) (wait $b)) (wait $a)');
    expect(commands).toMatchObject([
      {
        kind: 'thread',
        name: 'a',
        commands: [
          { kind: 'thread', name: 'b' },
          { kind: 'wait', thread: 'b' },
        ],
      },
      { kind: 'wait', thread: 'a' },
    ]);
    const depth = 100_000;
    expect(parseScript(`${'(thread '.repeat(depth)}${')'.repeat(depth)}`).commands.length).toBe(1);
    expect(() => parseScript('(thread $a (thread $b)')).toThrow('expected a command');
    expect(() => parseScript('(thread $a))')).toThrow('expected a command');
  });
  test.each([
    ['(module) 1', 'unexpected token: expected a command'],
    ['(assert_return)', 'unexpected token: expected "(invoke"'],
    ['(invoke "f" (ref.func))', 'unexpected token: expected a constant'],
    ['(invoke "f" (i32.const nan:canonical))', 'unexpected token'],
    ['(module (func)', 'unexpected token: expected ")"'],
  ])('%s is refused', (text, phrase) => {
    expect(() => parseScript(text)).toThrow(phrase);
  });
});
