// compile copies the bytes that it is given: what the embedder does with them afterwards changes no module.
import { expect, test } from 'vitest';
import { type CompileOptions, type ValidModule, compile, decodeNames, instantiate } from '../../src/index.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { parseModule } from '../../src/text/parser.ts';

const encode = (text: string): Uint8Array => encodeModule(parseModule(text));

function at(bytes: Uint8Array, part: readonly number[]): number {
  const found = Buffer.from(bytes).indexOf(Buffer.from(part));
  expect(found).toBeGreaterThan(0);
  return found;
}

const FIELD = `(module (type $s (struct (field externref)))
  (func (export "f") (param (ref null $s)) (param externref) (result externref) (struct.get $s 0 (local.get 0))))`;

test('a local that is renamed in the bytes after validation reads no field of an object of the host', () => {
  const bytes = encode(FIELD);
  const instance = instantiate(compile(bytes));
  bytes[at(bytes, [0x20, 0x00, 0xfb]) + 1] = 1;
  expect(() => instance.call('f', null, { fields: ['a secret'] })).toThrow('null structure reference');
});

const SEVEN = `(module (memory (export "m") 1) (data (i32.const 0) "AAAA") (data $p "BBBB")
  (func $named (export "f") (result i32) (i32.const 7))
  (func (export "init") (memory.init $p (i32.const 4) (i32.const 0) (i32.const 4))))`;

function answers(module: ValidModule): unknown[] {
  const instance = instantiate(module);
  instance.call('init');
  const memory = instance.exports['m'];
  const text = memory.kind === 'memory' ? String.fromCharCode(...memory.bytes.slice(0, 8)) : '';
  return [instance.call('f'), text, decodeNames(module.module).funcs.get(0)];
}

test.each<[string, (bytes: Uint8Array) => { given: Uint8Array; spoil: () => unknown }]>([
  ['filled with zeros', (bytes) => ({ given: bytes, spoil: () => bytes.fill(0) })],
  [
    'part of a pool that is used again',
    (bytes) => {
      const given = Buffer.from(bytes);
      return { given, spoil: () => given.fill(0) };
    },
  ],
  [
    'transferred',
    (bytes) => ({ given: bytes, spoil: () => structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] }) }),
  ],
  [
    'shared with another thread',
    (bytes) => {
      const given = new Uint8Array(new SharedArrayBuffer(bytes.length));
      given.set(bytes);
      return { given, spoil: () => given.fill(0) };
    },
  ],
])('code, data and names of a module stay when its bytes are %s', (_how, prepare) => {
  const { given, spoil } = prepare(encode(SEVEN).slice());
  const module = compile(given);
  spoil();
  expect(answers(module)).toEqual([7, 'AAAABBBB', 'named']);
});

test('the bytes are not copied for those who promise to leave them alone', () => {
  const bytes = encode(SEVEN);
  const options: CompileOptions = { borrow: true };
  const [segment] = compile(bytes, options).module.datas;
  expect(segment.init.buffer).toBe(bytes.buffer);
  expect(compile(bytes).module.datas[0].init.buffer).not.toBe(bytes.buffer);
});
