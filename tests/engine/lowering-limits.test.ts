// Lowering is bounded by what a function is: its frame, its code, its operands; and so is what a backtrace costs.
import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { compile, ExhaustionError, instantiate, Trap } from '../../src/index.ts';
import { InstructionCursor } from '../../src/decoder/instruction-cursor.ts';
import { TreeBuilder } from '../../src/trees/builder.ts';
import { projectRoot } from '../data.ts';
import { programOf } from '../programs.ts';
import { functionOf, repeat } from './large-bodies.ts';
import { run } from './support.ts';

function exhaustion(bytes: Uint8Array): ExhaustionError {
  try {
    instantiate(compile(bytes)).call('f');
  } catch (error) {
    if (error instanceof ExhaustionError) return error;
    throw error;
  }
  throw new Error('it ran');
}

test('a function whose frame no stack has room for was lowered for half an hour before it failed', () => {
  // 7,600 calls of a function with a thousand results, which all stay on the stack.
  const error = exhaustion(functionOf([repeat([0x10, 1], 7600), [0x00]]));
  expect(error.message).toMatch(/^call stack exhausted: a frame of 7600\d\d\d slots \(function 0\)$/);
  expect(error.resource).toBe('calls');
});

test('operands of code that cannot be reached take no room in a frame', () => {
  const module = compile(functionOf([[0x00], repeat([0x10, 1], 7600), [0x00]]));
  expect(() => instantiate(module).call('f')).toThrow(new Trap('unreachable'));
});

test('code of a function was made to its end before it was found not to fit', () => {
  // A constant that goes to a local, and a call: five words for six bytes.
  const error = exhaustion(functionOf([repeat([0x41, 0, 0x21, 0, 0x10, 2], 1_200_000)]));
  expect(error.message).toMatch(/^code space exhausted: a function of more than \d+ words$/);
  expect(error.resource).toBe('code');
});

test('a million live operands took 830 bytes each: they did not fit a heap of 512 MiB, and now fit one of 48', () => {
  const args = ['--max-old-space-size=48', programOf('tests/engine/live-operands-child.ts')];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 120_000);

test('a backtrace lowered a function again for each of its frames', () => {
  const instance = run(`(module (func $f (export "f") (param i32)
    (if (i32.eqz (local.get 0)) (then unreachable)) (call $f (i32.sub (local.get 0) (i32.const 1)))))`);
  let error: unknown;
  try {
    instance.call('f', 70);
  } catch (thrown) {
    error = thrown;
  }
  const framed = vi.spyOn(TreeBuilder.prototype, 'pushFrame');
  const { backtrace } = error as Trap;
  // The frame of a whole body is pushed once.
  const bodies = framed.mock.calls.filter(([kind]) => kind === 'func');
  framed.mockRestore();
  expect(bodies).toHaveLength(1);
  expect(backtrace.length).toBe(64);
  const offsets = new Set(backtrace.slice(1).map(({ offset }) => offset));
  expect(offsets.size).toBe(1);
  expect(backtrace[0].offset).toBeLessThan([...offsets][0] as number);
});

test('a backtrace took as long as lowering does, behind the trap, where no limit counts', () => {
  const much = repeat([0x20, 0, 0x21, 0], 1_000_000);
  const trace = (code: readonly ArrayLike<number>[]): readonly (number | undefined)[] => {
    const instance = instantiate(compile(functionOf(code)));
    let error: unknown;
    try {
      instance.call('f');
    } catch (thrown) {
      error = thrown;
    }
    const read = vi.spyOn(InstructionCursor.prototype, 'next');
    const offsets = (error as Trap).backtrace.map(({ offset }) => offset);
    instructions = read.mock.calls.length;
    read.mockRestore();
    return offsets;
  };
  let instructions = 0;
  // It gives up, and says that it does not know.
  expect(trace([much, [0x00]])).toEqual([undefined]);
  expect(instructions).toBeLessThan(2_000_000);
  // What comes after the place is not looked at.
  const [offset] = trace([[0x20, 0, 0x45, 0x04, 0x40, 0x00, 0x0b], much]);
  expect(offset).toBeGreaterThan(0);
  expect(instructions).toBeLessThan(100);
});
