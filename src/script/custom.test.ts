import { expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { InvalidError } from '../errors.ts';
import { parseModule } from '../text/parser.ts';
import { validateBranchHints } from './custom.ts';

const HINT = '(@metadata.code.branch_hint "\\01")';

const validate = (text: string): void => validateBranchHints(decodeModule(encodeModule(parseModule(text))));

test('hints at if and br_if are valid, also behind imported functions and locals', () => {
  validate(`(import "m" "f" (func)) (func (param i32) (local i64 i32)
    ${HINT} (if (local.get 0) (then)) (block (${HINT} br_if 0 (local.get 0))))`);
});
test('a hint at another instruction is not', () => {
  const text = `(func) (func (param i32) (drop ${HINT} (i32.eqz (local.get 0))))`;
  expect(() => validate(text)).toThrow(InvalidError);
  expect(() => validate(text)).toThrow('@metadata.code.branch_hint annotation: invalid target: ');
});
test('a hint for a function without a body is not', () => {
  const module = parseModule(`(import "m" "f" (func)) (func (param i32) ${HINT} (if (local.get 0) (then)))`);
  const [custom] = module.customs;
  // Section: one function, index 1, one hint.
  const bytes = custom.bytes.slice();
  expect([bytes[0], bytes[1]]).toEqual([1, 1]);
  for (const func of [0, 2]) {
    bytes[1] = func;
    expect(() => validateBranchHints({ ...module, customs: [{ ...custom, bytes: bytes.slice() }] })).toThrow(
      'invalid target',
    );
  }
});
