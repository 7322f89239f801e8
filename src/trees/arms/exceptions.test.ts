// What lowering makes of tries: the ops, and the table of handlers beside them. What they do: interpreter/threads/exceptions.test.ts.
import { expect, test } from 'vitest';
import { decodeModule } from '../../decoder/decode.ts';
import { encodeModule } from '../../encoder/encode.ts';
import { DEFAULT_FEATURES, withFeatures } from '../../syntax/features.ts';
import { parseModule } from '../../text/parser.ts';
import { validateModule } from '../../validator/module.ts';
import { instantiate } from '../../index.ts';
import { disassemble } from '../../lowering/disassemble.ts';
import { regionAt } from '../../runtime/handlers.ts';
import { type Lowered, lowerFunction } from '../../lowering/lower.ts';

const features = withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });

/** Lowers the function $f, which follows two others. */
function lower(body: string): Lowered {
  const text = `(module (tag $e (param i32)) (tag $n) (func $a) (func $b (param i32)) (func $f ${body}))`;
  return lowerFunction(validateModule(decodeModule(encodeModule(parseModule(text))), { features }), 2);
}

const regions = (code: Lowered): string[] => disassemble(code).filter((line) => /^(from|try) /.test(line));
const ops = (code: Lowered): string[] => disassemble(code).filter((line) => line.startsWith('@'));

test('a try that catches nothing has the ops of a block', () => {
  const body = (open: string): string =>
    `(param i32) (result i32) (block $h (result i32) (${open} (call $a)) (local.get 0)) (i32.const 1) (i32.add)`;
  expect(ops(lower(body('try_table (catch $e $h)')))).toEqual(ops(lower(body('block'))));
  // What the legacy form catches it keeps in a reference slot, for which a function makes room as it begins.
  const names = (code: Lowered): string[] => ops(code).map((line) => line.slice(line.indexOf(' ') + 1));
  const legacy = names(lower('(try (do (call $a)) (catch $e (call $b))) (call $a)'));
  const block = names(lower('(block (call $a)) (call $a)')).filter((one) => one !== 'charge 0');
  expect(legacy.slice(0, block.length + 1)).toEqual([expect.stringContaining('refs.enter'), ...block]);
});

test('a clause goes to its label at once where the values stand right', () => {
  const code = lower('(result i32) (block $h (result i32) (try_table (catch $e $h) (call $a)) (i32.const 7))');
  expect(regions(code)).toEqual(['from @0 to @5: try 0', 'try 0: tag 0 in s0 -> @7; else caller']);
  expect(ops(code)[3]).toBe('@7 return32 s0');
});

test('regions nest, and delegate skips what is between', () => {
  const code = lower(`
    (try $outer
      (do (try
        (do (try (do (call $a)) (delegate $outer)) (call $a))
        (catch_all)))
      (catch $n))`);
  const lines = regions(code);
  expect(lines.slice(0, 2)).toEqual(['from @2 to @5: try 2', 'from @5 to @8: try 1']);
  expect(lines.find((line) => line.startsWith('try 2'))).toBe('try 2: else try 0');
  expect(lines.find((line) => line.startsWith('try 1'))).toMatch(/^try 1: all, exception in s0 -> @\d+; else try 0$/);
  expect(lines.find((line) => line.startsWith('try 0'))).toMatch(/^try 0: tag 1 in s1, .*; else caller$/);
});

test('the region of a position is that of the last start before it', () => {
  const table = { starts: [3, 7, 9], regions: [0, 1, -1], outer: [-1, 0], clauses: [[], []] };
  expect([0, 2, 3, 6, 7, 8, 9, 100].map((at) => regionAt(table, at))).toEqual([-1, -1, 0, 0, 1, 1, -1, -1]);
});

test('a clause that began where the code of another one ended was taken for code outside of its try', () => {
  // The innermost clause stands before the one that it is in, and ends in the region of the try between them.
  const inner = '(try (do (throw $n)) (catch $n (try (do (throw $n)) (catch_all (throw $n)))))';
  const text = `(module (tag $n) (func $throw (throw $n)) (func (export "f") (result i32)
    (try (result i32)
      (do
        (try
          (do (throw $n))
          (catch $n (call $throw) (block $h (try_table (catch $n $h) ${inner}) unreachable) (return (i32.const 1))))
        (i32.const 2))
      (catch $n (i32.const 42)))))`;
  const valid = validateModule(decodeModule(encodeModule(parseModule(text))), { features });
  expect(instantiate(valid).call('f')).toBe(42);
});
