// The operand stack of lowering looks at few operands for each instruction, however many there are.
import { expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { PRICES } from '../syntax/prices.ts';
import { DEFAULT_FEATURES, FEATURES, withFeatures } from '../syntax/features.ts';
import { parseModule } from '../text/parser.ts';
import { validateModule } from '../validator/module.ts';
import { begin, lowerBody } from './lower.ts';

const features = withFeatures(DEFAULT_FEATURES, Object.fromEntries(Object.keys(FEATURES).map((one) => [one, true])));
const HUNDRED = '(result i32)'.repeat(100);
const HEAD = `
  (type $s (struct (field (mut i32)) (field (mut i64)) (field anyref))) (type $a (array (mut i32)))
  (type $many (func ${HUNDRED})) (type $one (func (result i32)))
  (import "h" "g" (global $outside (mut i32))) (import "h" "f" (func $host (result i32)))
  (global $inside (mut i32) (i32.const 0)) (memory 1) (memory $second 1) (table $t 1 funcref) (tag $e (param i32)) (elem declare func $callee)
  (func $callee (type $one) (i32.const 1))
  (func $many (type $many) unreachable)
  (func $two (result i64 i32) unreachable)`;

/** How an operand comes to be on the stack, and in its place or not. */
const WAYS: readonly (readonly [how: string, code: string])[] = [
  ['a local', '(local.get 0)'],
  ['a constant', '(i32.const 3)'],
  ['a null reference', '(ref.null any)'],
  ['a local that is set and read', '(local.tee 1 (i32.const 3))'],
  ['an operation', '(i32.add (local.get 0) (i32.const 1))'],
  ['an operation that may trap', '(i32.div_s (local.get 0) (local.get 0))'],
  ['an operation out of line', '(i64.rotr (local.get 2) (local.get 2))'],
  ['a vector', '(i32x4.splat (local.get 0))'],
  ['a constant vector', '(v128.const i32x4 1 2 3 4)'],
  ['a large tree', `(local.get 0) ${'(i32.const 3) i32.xor'.repeat(17)}`],
  ['a selection', '(select (local.get 0) (i32.const 1) (local.get 0))'],
  ['a load', '(i32.load (local.get 0))'],
  ['a narrow load', '(i64.load8_s (local.get 0))'],
  ['a load of another memory', '(i32.load $second (local.get 0))'],
  ['a load of a lane', '(v128.load8_lane 1 (local.get 0) (v128.const i32x4 1 2 3 4))'],
  ['a global', '(global.get $inside)'],
  ['a global of another instance', '(global.get $outside)'],
  ['the size of a memory', '(memory.size)'],
  ['the size of another memory', '(memory.size $second)'],
  ['growth of a memory', '(memory.grow (i32.const 0))'],
  ['an element', '(table.get $t (local.get 0))'],
  ['the size of a table', '(table.size $t)'],
  ['growth of a table', '(table.grow $t (ref.null func) (i32.const 0))'],
  ['a function', '(ref.func $callee)'],
  ['the result of a call', '(call $callee)'],
  ['results of a call of two types', '(call $two)'],
  ['a hundred results', '(call $many)'],
  ['the result of a host function', '(call $host)'],
  ['the result of an indirect call', '(call_indirect $t (type $one) (local.get 0))'],
  ['the result of a call of a reference', '(call_ref $one (ref.func $callee))'],
  ['the result of a block', '(block (result i32) (local.get 0))'],
  ['the parameter of a loop', '(local.get 0) (loop (param i32) (result i32))'],
  ['the result of an if', '(if (result i32) (local.get 0) (then (i32.const 1)) (else (local.get 0)))'],
  ['what a branch leaves', '(block (result i32) (br_if 0 (i32.const 1) (local.get 0)))'],
  ['what is caught', '(block (result i32) (try_table (catch $e 0) (call $callee) (drop)) (i32.const 1))'],
  ['what is not null', '(ref.as_non_null (ref.func $callee))'],
  ['a reference that a branch looked at', '(block (br_on_null 0 (local.get 3)) (drop)) (local.get 3)'],
  ['an object', '(struct.new_default $s)'],
  ['an object of values', '(struct.new $s (i32.const 1) (i64.const 2) (ref.null any))'],
  ['a field', '(struct.get $s 0 (struct.new_default $s))'],
  ['a field that is a reference', '(struct.get $s 2 (struct.new_default $s))'],
  ['an array', '(array.new_default $a (local.get 0))'],
  ['an element of an array', '(array.get $a (array.new_default $a (local.get 0)) (local.get 0))'],
  ['a number as a reference', '(ref.i31 (local.get 0))'],
  ['a question', '(ref.is_null (local.get 3))'],
  ['a cast', '(ref.cast (ref $s) (local.get 3))'],
  ['an atomic access', '(i32.atomic.load (local.get 0))'],
  ['a wait', '(memory.atomic.notify (local.get 0) (i32.const 1))'],
  ['two results of wide arithmetic', '(i64.mul_wide_s (local.get 2) (local.get 2))'],
];

/** How often lowering of so many operands looks at something in the operand stack. */
function looks(code: string, count: number): number {
  // The value at the bottom waits as long as nobody wants it.
  const body = `(param i32 i32 i64 anyref) (local.get 1) ${code.repeat(count)} unreachable`;
  const text = `(module ${HEAD} (func $f ${body}))`;
  const module = validateModule(decodeModule(encodeModule(parseModule(text))), { features });
  const room = { slots: 2 ** 20, words: 2 ** 20 };
  const begun = begin(module, module.funcTypes.length - 1, false, PRICES, room);
  let seen = 0;
  const counting: ProxyHandler<object> = {
    get(target, key) {
      seen++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' && ArrayBuffer.isView(target) ? value.bind(target) : value;
    },
  };
  const { operands } = begun.builder as unknown as { operands: Record<string, object> };
  for (const [name, column] of Object.entries(operands)) {
    if (Array.isArray(column) || ArrayBuffer.isView(column)) operands[name] = new Proxy(column, counting);
  }
  lowerBody(begun, () => true);
  expect(seen, 'nothing was counted').toBeGreaterThan(count);
  return seen;
}

test.each(WAYS)('an operand more costs what the one before cost: %s', (_, code) => {
  const few = looks(code, 606);
  expect(looks(code, 1818)).toBeLessThan(3.5 * few);
});
