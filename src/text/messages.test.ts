import { expect, test } from 'vitest';
import { assemble } from './index.ts';

const LONG = 'x'.repeat(40_000);

test.each([
  ['an operator', `(module (func ${LONG}))`],
  ['an identifier', `(module (func call $${LONG}))`],
  ['a number', `(module (func i32.const 1${LONG.replace(/x/g, '0')}))`],
  ['an identifier that is there twice', `(module (func $${LONG}) (func $${LONG}))`],
  ['a label', `(module (func block $a end $${LONG}))`],
  ['types', `(module (type $t (func)) (func (type $t) (param ${'i32 '.repeat(999)})))`],
])('a message contained the whole of %s, however long', (_what, text) => {
  let message = '';
  try {
    assemble(text);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message).toContain('…');
  expect(message.length).toBeLessThan(600);
});
